"""From the upstream's text to an instant."""

from datetime import UTC, datetime

import msgspec

# DataFast is younger than this, and an instant that nobody can have recorded is a mistake ("1970-01-01", "9999-12-31")
# that would stretch a journey over centuries.
_FIRST_YEAR = 2000
_LAST_YEAR = 2199


def parse_timestamp(text: str | None) -> datetime | None:
    """The instant that an RFC 3339 text names, in UTC; None when there is no text or it names none.

    A date without a time is no instant. A time without an offset is taken as UTC: the service promises UTC, and its
    `Z` is the likeliest thing to have been lost on the way. Years outside 2000 to 2199 count as unreadable.
    """
    if not text:
        return None
    try:
        read = msgspec.convert(text, datetime)
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (msgspec.ValidationError, UnicodeEncodeError, OverflowError):
        # Also for half a surrogate pair, and for an offset that pushes the first or last hours off the calendar.
        return None
    return read if _FIRST_YEAR <= read.year <= _LAST_YEAR else None
