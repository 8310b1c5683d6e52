"""Parse the times in DataFast's answers."""

from datetime import UTC, datetime

import msgspec

# DataFast is younger than this. A time outside is a mistake ("1970-01-01", "9999-12-31") that would stretch a journey
# over centuries.
_FIRST_YEAR = 2000
_LAST_YEAR = 2199


def parse_timestamp(text: str | None) -> datetime | None:
    """Return the time in an RFC 3339 text, in UTC; None for no text and for one that is not a time.

    A date alone is not a time. A time without an offset is taken as UTC, which DataFast's reference promises. Years
    outside 2000 to 2199 count as unreadable.
    """
    if not text:
        return None
    try:
        read = msgspec.convert(text, datetime)
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (msgspec.ValidationError, UnicodeEncodeError, OverflowError):
        # Also raised for half a surrogate pair, and for an offset that leaves the calendar.
        return None
    return read if _FIRST_YEAR <= read.year <= _LAST_YEAR else None
