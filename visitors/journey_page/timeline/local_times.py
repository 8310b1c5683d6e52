"""Times as people write them: on the clock of a zone, which shows some hours twice and skips others."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import dateparser
from msgspec import Struct

from visitors.formatting import format_clock, format_local_clock
from visitors.journey import CLOCK_SKEW

# "Sent: Tue, 3 Nov 2026 11:00:05 +0100", as mail programs show it.
_LABEL = re.compile(r"^[A-Za-z ]{1,20}:\s+")
_LONGEST_TIME = 80
_IMPOSSIBLE_CLOCK = re.compile(r"\b(2[4-9]|[3-9]\d):\d\d")
# Without a day of the month, a text has to say the day in another way: "Tuesday 10am", or only a clock time for today.
_WEEKDAY = re.compile(r"\b(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?\b", re.IGNORECASE)
_NEEDS_NO_DATE = re.compile(
    rf"{_WEEKDAY.pattern}|^\d{{1,2}}(:\d\d){{1,2}}( ?[ap]m)?( [a-z]{{1,5}})?$",
    re.IGNORECASE,
)
_LAST = re.compile(r"\blast\b", re.IGNORECASE)
_DAY_FIRST = re.compile(r"\d{1,2}\.\d{1,2}\.\d")  # dates with periods are written so everywhere
# An unescaped "+" in an address arrives as a space.
_LOST_PLUS = re.compile(r"(?<=:\d\d) (?=\d\d:?\d\d$)|(?<=\.\d{3}) (?=\d\d:?\d\d$)")
_YEARS = range(2000, 2200)  # as for the times that DataFast sends
# A local time at the ends of these years may be in the year before or after them in UTC.
_YEARS_UTC = range(1999, 2201)


class ResolvedTime(Struct, frozen=True):
    """A time that was read from a zone's clock.

    `at` is in UTC. `remark` is a sentence about a clock change at that time, "" for none. Where the clock showed the
    same time twice, `other` is the other time and `is_second` says that `at` is the later one.
    """

    at: datetime
    remark: str = ""
    other: datetime | None = None
    is_second: bool = False


def parse_time(text: str) -> datetime | None:
    """Read a time in ISO 8601: naive without an offset; None for anything else.

    Accepts what a `datetime-local` field sends, and the forms in logs and emails: a space for the T, a Z, an offset,
    fractions, no seconds. A date alone is its midnight. Years outside 2000 to 2199 count as unreadable.
    """
    try:
        parsed = datetime.fromisoformat(_LOST_PLUS.sub("+", text.strip()))
        if parsed.tzinfo is None:
            return parsed if parsed.year in _YEARS else None
        return parsed if parsed.astimezone(UTC).year in _YEARS_UTC else None
    except (ValueError, OverflowError):  # OverflowError: an offset that leads beyond the calendar
        return None


def parse_spoken_time(text: str, now: datetime) -> datetime | None:
    """Read a time as people write it: "Nov 3 2026 11:00 CET", "yesterday 16:40", "2 h ago"; None for anything else.

    `now` is aware: without a zone in the text, the result is naive and on the clock of the zone of `now`. A weekday or
    a date without a year is the latest one before now. A ticket cannot have been sent in the future.
    """
    text = _LABEL.sub("", text.strip())
    # A lone number could be anything.
    if len(text) > _LONGEST_TIME or text.isdecimal() or _IMPOSSIBLE_CLOCK.search(text):
        return None
    today = now.replace(tzinfo=None, fold=0)
    if _WEEKDAY.search(text) and not _LAST.search(text):
        # Today's weekday is today if that time has passed. dateparser means the one a week ago, so tell it tomorrow.
        tomorrow = today + timedelta(days=1)
        if (time := _parse_spoken(text, now, tomorrow)) is not None:
            return time
    return _parse_spoken(text, now, today)


def _parse_spoken(text: str, now: datetime, base: datetime) -> datetime | None:
    """Read a time relative to `base`; None for one after `now`."""
    settings: dict[str, Any] = {
        "RELATIVE_BASE": base,
        "PREFER_DATES_FROM": "past",
        "REQUIRE_PARTS": [] if _NEEDS_NO_DATE.search(text) else ["day"],
        "DATE_ORDER": "DMY" if _DAY_FIRST.search(text) else "MDY",
    }
    try:
        parsed = dateparser.parse(text, languages=["en"], settings=settings)
    except (ValueError, OverflowError):
        return None
    # Through ISO 8601, so that the same limits hold, and its offset is one that we can store.
    time = parse_time(parsed.isoformat(timespec="seconds")) if parsed else None
    if time is None or now.tzinfo is None:
        return None
    return time if resolve_time(time, now.tzinfo).at <= now + CLOCK_SKEW else None


def resolve_time(time: datetime, zone: tzinfo) -> ResolvedTime:
    """Return a time in UTC; a naive one is what the zone's clock showed.

    A time that the clock shows twice is the first of the two, or with `fold` the second. One that the clock skips is
    as long after the change as it says: 02:30 is 03:30.
    """
    shown = time if time.tzinfo is None else time.astimezone(zone).replace(tzinfo=None)
    first, second = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first < second:
        which = "second" if shown.fold else "first"
        remark = f"The clocks showed {format_local_clock(shown, zone)} twice that day; this is the {which} time."
        at, other = (second, first) if shown.fold else (first, second)
        return ResolvedTime(at, remark, other, is_second=bool(shown.fold))
    if time.tzinfo is not None:
        return ResolvedTime(time.astimezone(UTC))
    if first == second:
        return ResolvedTime(first)
    skipped, after = format_local_clock(shown, zone), format_clock(first, zone)
    return ResolvedTime(first, f"The clocks went forward and never showed {skipped} that day; this is {after}.")


def format_field_value(at: datetime, zone: tzinfo, separator: str = "T") -> str:
    """Return the value of a `datetime-local` field: "2026-05-05T05:07", with seconds unless they are 0."""
    local = at.astimezone(zone).replace(tzinfo=None)
    return local.isoformat(separator, timespec="seconds" if local.second else "minutes")
