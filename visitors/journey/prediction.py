"""DataFast's prediction, read for a person: numbers only where they can be true, and words for them."""

from enum import StrEnum

from visitors.journey.records import Record

BASELINE = 50
ENOUGH_CONFIDENCE = 0.5


class Absence(StrEnum):
    """Why there is no prediction."""

    CUSTOMER = "already a customer"
    UNKNOWN = "already a customer, or the website has no revenue attribution set up"


class Reading(Record, frozen=True, kw_only=True):
    """The prediction. A value that was not sent is None; one outside its range is None too and named in `refused`.

    `score` is 0 to 100 with 50 for the website's average visitor, `conversion_rate` and `confidence` 0 to 1,
    `expected_value` in USD. `absence` is set when there is no prediction at all, and then everything else is empty.
    `refused` holds the upstream's names of the fields that were not readable ("score", "conversionRate", …).
    """

    score: float | None = None
    conversion_rate: float | None = None
    expected_value: float | None = None
    confidence: float | None = None
    refused: tuple[str, ...] = ()
    absence: Absence | None = None

    @property
    def is_weak(self) -> bool:
        """Too little data stands behind it to decide on it, or nobody says how much does."""
        return self.confidence is None or self.confidence < ENOUGH_CONFIDENCE
