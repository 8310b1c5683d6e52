"""DataFast's prediction as a meter in words, and beside it what the journey itself shows."""

from dataclasses import dataclass

from visitors.formatting import format_percent, join_list
from visitors.journey import BASELINE, Absence, Observation, PredictionReading
from visitors.journey_page.presenters.facts import Fact
from visitors.journey_page.presenters.trend import Trend

_ABSENCES = {
    Absence.CUSTOMER: "This visitor is already a customer: DataFast predicts who may become one.",
    Absence.UNKNOWN: (
        "DataFast sent none: either the visitor is already a customer, "
        "or the website has no revenue attribution set up."
    ),
}
_NAMES = {
    "score": "the score",
    "conversionRate": "the chance to convert",
    "expectedValue": "the expected value",
    "confidence": "the confidence",
}
# Below it nobody can picture "1 in …".
_LEAST_CHANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Meter:
    """The prediction. With an `absence` (a sentence) there is none and everything but `observations` is empty.

    `needle` is the score in percent of the meter's width, `bar_start` and `bar_width` the stretch between it and the
    baseline. Where no score can be used, `score` is "" and the meter is not drawn; `no_score` says that none was sent.
    `refused` are the numbers that can't be true: "the score and the confidence". With a `warning` (a sentence) it is
    nothing to decide on. `trend` is there where earlier answers had other scores.
    """

    absence: str
    score: str
    no_score: bool
    score_words: str
    baseline: int
    needle: float
    bar_start: float
    bar_width: float
    facts: tuple[Fact, ...]
    warning: str
    refused: str
    observations: tuple[Observation, ...]
    trend: Trend | None = None


def meter(reading: PredictionReading, observations: tuple[Observation, ...], trend: Trend | None = None) -> Meter:
    """The prediction of a journey, with its way up to now, beside what the journey shows."""
    score = reading.score if reading.score is not None else float(BASELINE)
    facts = (
        ("Chance to convert", _chance(reading.conversion_rate)),
        ("Expected value", reading.expected_value_words),
        ("Confidence", _confidence(reading)),
    )
    return Meter(
        absence="" if reading.absence is None else _ABSENCES[reading.absence],
        score="" if reading.score is None else f"{reading.score:.4g}",
        no_score=reading.score is None and "score" not in reading.unreadable,
        score_words=reading.score_words,
        baseline=BASELINE,
        needle=round(score, 2),
        bar_start=round(min(score, BASELINE), 2),
        bar_width=round(abs(score - BASELINE), 2),
        facts=tuple(Fact(term, text) for term, text in facts if text) if reading.absence is None else (),
        warning=_sentence(reading.confidence_words) if reading.absence is None and reading.is_weak else "",
        refused=join_list([_NAMES.get(name, name) for name in reading.unreadable]),
        observations=observations,
        trend=trend,
    )


def _chance(rate: float | None) -> str:
    if rate is None:
        return ""
    return (
        f"{format_percent(rate)}, about 1 in {1 / rate:,.0f}" if _LEAST_CHANCE <= rate <= 0.5 else format_percent(rate)
    )


def _confidence(reading: PredictionReading) -> str:
    """How sure it is; what that means, unless the warning says it."""
    if reading.confidence is None:
        return "" if "confidence" in reading.unreadable else "not sent"
    size = format_percent(reading.confidence)
    return size if reading.is_weak else f"{size}, {reading.confidence_words}"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
