"""DataFast's prediction as a meter, the trend of its score, and beside them what the journey itself shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Protocol

from visitors.formatting import format_day, format_percent, join_list
from visitors.journey import BASELINE, HIGH_CONFIDENCE, Absence, Leaning, Observation, PredictionReading
from visitors.journey_page.presenters.facts import Fact, list_facts

_ABSENCES = {
    Absence.CUSTOMER: "No score: already a customer.",
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
# A smaller chance is not given as "1 in …": such a number means nothing to a reader.
_MIN_CHANCE_IN_WORDS = 1e-6
_FULL_SCORE = 100
_MAX_REASONS = 3
# The size of the trend's drawing; it is stretched to the space that it gets.
_TREND_WIDTH, _TREND_HEIGHT = 100, 24


class Scored(Protocol):
    """The score of an earlier answer: 0 to 100, None without a prediction."""

    @property
    def at(self) -> datetime:
        """When the answer came."""

    @property
    def score(self) -> float | None:
        """Its score."""


@dataclass(frozen=True, slots=True)
class Trend:
    """How the score changed: `line` is an SVG path of 100 by 24, `words` are "62 on Mon, May 4, 88 since today".

    `change` is "▲ 26" (`direction` "up"), "▼ 3" ("down") or "=" ("same"), and `since` is "since Mon, May 4".
    """

    line: str
    words: str
    change: str
    direction: str
    since: str


@dataclass(frozen=True, slots=True)
class Meter:
    """The prediction. With an `absence` (a sentence) there is none, and everything but the observations is empty.

    `odds`, `expected` and `confidence` are short, for the card: "About 1 in 6", "$195 expected", "High confidence".
    `needle` is the score in percent of the meter's width, `bar_start` and `bar_width` the stretch between it and the
    baseline. Without a usable score `score` is "" and the meter is not drawn; `no_score` means that none was sent.
    `short_score` is a whole number. `impossible` names the numbers that were left out: "the score and the confidence".
    `warning` is a sentence where the prediction is too weak to rely on. `trend` is set where earlier answers had
    other scores. `reasons` are the strongest observations, `observations` the others.
    """

    absence: str
    score: str
    short_score: str
    odds: str
    expected: str
    confidence: str
    no_score: bool
    score_words: str
    baseline: int
    needle: float
    bar_start: float
    bar_width: float
    facts: tuple[Fact, ...]
    warning: str
    impossible: str
    reasons: tuple[Observation, ...]
    observations: tuple[Observation, ...]
    trend: Trend | None


def present_prediction(
    reading: PredictionReading,
    observations: tuple[Observation, ...],
    history: Sequence[Scored] = (),
    *,
    now: datetime,
    zone: tzinfo,
) -> Meter:
    """Return the prediction of a journey, with its trend, and the observations. `history` is oldest first."""
    score = reading.score if reading.score is not None else float(BASELINE)
    is_there = reading.absence is None
    facts = (
        ("Chance to convert", _chance(reading.conversion_rate)),
        ("Expected value", reading.expected_value_words),
        ("Confidence", _confidence(reading)),
    )
    confidence = reading.confidence_words
    strong = (seen for seen in observations if seen.leaning is not Leaning.NEUTRAL and not seen.is_common)
    reasons = tuple(strong)[:_MAX_REASONS]
    return Meter(
        absence="" if reading.absence is None else _ABSENCES[reading.absence],
        score="" if reading.score is None else f"{reading.score:.4g}",
        short_score="" if reading.score is None else f"{reading.score:.0f}",
        odds=_odds(reading.conversion_rate),
        expected=f"{reading.expected_value_words} expected" if reading.expected_value_words else "",
        confidence=_describe_confidence(reading),
        no_score=reading.score is None and "score" not in reading.unreadable,
        score_words=reading.score_words,
        baseline=BASELINE,
        needle=round(score, 2),
        bar_start=round(min(score, BASELINE), 2),
        bar_width=round(abs(score - BASELINE), 2),
        facts=list_facts(facts) if is_there else (),
        warning=f"{confidence[0].upper()}{confidence[1:]}." if is_there and reading.is_weak else "",
        impossible=join_list([_NAMES.get(name, name) for name in reading.unreadable]),
        reasons=reasons,
        observations=tuple(observation for observation in observations if observation not in reasons),
        trend=present_trend(history, now=now, zone=zone),
    )


def present_trend(history: Sequence[Scored], *, now: datetime, zone: tzinfo) -> Trend | None:
    """Return how the score changed up to now; None without two different scores. `history` is oldest first."""
    scores = [(one.at, one.score) for one in history if one.score is not None and 0 <= one.score <= _FULL_SCORE]
    changes = scores[:1] + [later for earlier, later in pairwise(scores) if later[1] != earlier[1]]
    if len(changes) < 2:
        return None
    (begin, first_score), (last_change, last_score) = changes[0], changes[-1]
    span = max((now - begin).total_seconds(), 1.0)

    def x(at: datetime) -> float:
        return round(min(max((at - begin).total_seconds() / span, 0), 1) * _TREND_WIDTH, 2)

    def y(score: float) -> float:
        return round(_TREND_HEIGHT * (1 - score / _FULL_SCORE), 2)

    # Steps, because a score is valid until the next answer.
    steps = "".join(f"H{x(at)}V{y(score)}" for at, score in changes[1:])
    first_day, last_day = format_day(begin, now, zone), format_day(last_change, now, zone)
    on = "" if first_day in {"today", "yesterday"} else "on "
    words = f"{first_score:.4g} {on}{first_day}, {last_score:.4g} since {last_day}"
    rise = round(last_score) - round(first_score)
    direction = "up" if rise > 0 else "down" if rise < 0 else "same"
    return Trend(
        line=f"M0 {y(first_score)}{steps}H{_TREND_WIDTH}",
        words=words,
        change={"up": f"▲ {rise}", "down": f"▼ {-rise}", "same": "="}[direction],
        direction=direction,
        since=f"since {first_day}",
    )


def _describe_confidence(reading: PredictionReading) -> str:
    if reading.confidence is None:
        return "Confidence not known"
    if reading.is_weak:
        return "Low confidence: do not rely on it"
    return "High confidence" if reading.confidence >= HIGH_CONFIDENCE else "Fair confidence"


def _odds(rate: float | None) -> str:
    """Return a chance in words, for the card: "About 1 in 6", or in percent where that is clearer."""
    if rate is None:
        return ""
    return f"About 1 in {1 / rate:,.0f}" if _MIN_CHANCE_IN_WORDS <= rate <= 0.5 else format_percent(rate)


def _chance(rate: float | None) -> str:
    if rate is None:
        return ""
    chance = format_percent(rate)
    return f"{chance}, about 1 in {1 / rate:,.0f}" if _MIN_CHANCE_IN_WORDS <= rate <= 0.5 else chance


def _confidence(reading: PredictionReading) -> str:
    """Return the confidence and what it means; the meaning only where the warning does not give it."""
    if reading.confidence is None:
        return "" if "confidence" in reading.unreadable else "not sent"
    size = format_percent(reading.confidence)
    return size if reading.is_weak else f"{size}, {reading.confidence_words}"
