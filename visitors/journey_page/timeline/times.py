"""Moments as a person writes them: on the clock of a zone, with its hours that come twice or not at all."""

import re
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

# A "+" of an address that nobody escaped arrives as a blank.
_LOST_PLUS = re.compile(r"(?<=:\d\d) (?=\d\d:?\d\d$)|(?<=\.\d{3}) (?=\d\d:?\d\d$)")
_YEARS = range(2000, 2200)  # as for the instants of the upstream
# What a clock shows at the ends of those is an instant of the year beside them.
_YEARS_OF_INSTANTS = range(1999, 2201)


class Clocked(Struct, frozen=True):
    """A moment that was read off a zone's clock.

    `at` is in UTC. `remark` says what is particular about the clock at that time, "" for nothing. `other` is the other
    instant at which the clock showed the same, None where there is only one; `is_second` says that `at` is the later.
    """

    at: datetime
    remark: str = ""
    other: datetime | None = None
    is_second: bool = False


def read_moment(text: str) -> datetime | None:
    """The moment that a text in ISO 8601 names: naive where it has no offset, None where it is no moment.

    Takes what `datetime-local` sends, with and without seconds, and what logs and mails hold: a blank for the T, a Z,
    an offset, fractions. A date alone is its midnight. Years outside 2000 to 2199 count as unreadable.
    """
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text.strip()))
        if moment.tzinfo is None:
            return moment if moment.year in _YEARS else None
        return moment if moment.astimezone(UTC).year in _YEARS_OF_INSTANTS else None
    except (ValueError, OverflowError):  # also for an offset that pushes the first or last hours off the calendar
        return None


def clocked(moment: datetime, zone: tzinfo) -> Clocked:
    """The instant of a moment; a naive one is what the zone's clock showed.

    A time that the clock shows twice is the first of the two, with `fold` the second. One that it skips is as long
    after the change as the time says, so 02:30 is 03:30.
    """
    shown = moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)
    first, second = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first < second:
        which = "second" if shown.fold else "first"
        remark = f"The clocks showed {_clock(shown)} twice that day; this is the {which} time."
        at, other = (second, first) if shown.fold else (first, second)
        return Clocked(at, remark, other, is_second=bool(shown.fold))
    if moment.tzinfo is not None:
        return Clocked(moment.astimezone(UTC))
    if first == second:
        return Clocked(first)
    after = _clock(first.astimezone(zone))
    return Clocked(first, f"The clocks went forward and never showed {_clock(shown)} that day; this is {after}.")


def field_value(at: datetime, zone: tzinfo) -> str:
    """An instant as a `datetime-local` field holds it, in the zone: "2026-05-05T05:07", with seconds if it has some."""
    local = at.astimezone(zone).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"
