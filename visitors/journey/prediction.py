"""Read DataFast's prediction: numbers within their ranges, and words for them."""

from decimal import Decimal
from enum import StrEnum

from visitors.datafast.payload import Prediction
from visitors.formatting import format_money
from visitors.journey.records import Record

BASELINE = 50  # the score of a website's average visitor
ENOUGH_CONFIDENCE = 0.5  # below it, DataFast's reference advises not to rely on the prediction
HIGH_CONFIDENCE = 0.8


class Absence(StrEnum):
    """Why there is no prediction."""

    CUSTOMER = "already a customer"
    UNKNOWN = "either already a customer, or the website has no revenue attribution set up"


class PredictionReading(Record, frozen=True, kw_only=True):
    """A prediction as it is shown. A value that was not sent, or is outside its range, is None.

    `score` is 0 to 100 with 50 for the website's average visitor, `conversion_rate` and `confidence` 0 to 1,
    `expected_value` in USD. `absence` is set if there is no prediction; then everything else is empty. `unreadable` are
    DataFast's names of the fields that are outside their range ("score", "conversionRate", …).
    """

    score: float | None = None
    conversion_rate: float | None = None
    expected_value: float | None = None
    confidence: float | None = None
    unreadable: tuple[str, ...] = ()
    absence: Absence | None = None

    @property
    def is_weak(self) -> bool:
        """Whether there is too little data to rely on it, or the confidence is not known."""
        return self.confidence is None or self.confidence < ENOUGH_CONFIDENCE

    @property
    def score_words(self) -> str:
        """The score in words: "more likely to convert than the average visitor"; "" without a score."""
        if self.score is None:
            return ""
        beyond = self.score - BASELINE
        if abs(beyond) < 5:
            return "about as likely to convert as the average visitor"
        much = "much " if abs(beyond) >= 30 else ""
        return f"{much}{'more' if beyond > 0 else 'less'} likely to convert than the average visitor"

    @property
    def expected_value_words(self) -> str:
        """The expected value as money; "" without one."""
        return "" if self.expected_value is None else format_money(Decimal(repr(self.expected_value)), "USD")

    @property
    def confidence_words(self) -> str:
        """How much data it is based on; "" without a prediction."""
        if self.absence is not None:
            return ""
        if self.confidence is None:
            return "DataFast does not say how much data is behind it"
        if self.is_weak:
            return "low confidence, do not rely on it"
        return "plenty of data behind it" if self.confidence >= HIGH_CONFIDENCE else "a fair amount of data behind it"


def read_prediction(prediction: Prediction | None, *, is_customer: bool) -> PredictionReading:
    """Return the prediction with the values that are within their ranges; without one, the reason."""
    if prediction is None:
        return PredictionReading(absence=Absence.CUSTOMER if is_customer else Absence.UNKNOWN)
    unreadable: list[str] = []

    def within(value: float | None, most: float, upstream_name: str) -> float | None:
        if value is None or 0 <= value <= most:
            return value
        unreadable.append(upstream_name)  # also NaN, which compares as false
        return None

    return PredictionReading(
        score=within(prediction.score, 100, "score"),
        conversion_rate=within(prediction.conversion_rate, 1, "conversionRate"),
        # A billion dollars for one visitor is a mistake.
        expected_value=within(prediction.expected_value, 1e9, "expectedValue"),
        confidence=within(prediction.confidence, 1, "confidence"),
        unreadable=tuple(unreadable),
    )
