"""Moments as a person writes them: on the clock of a zone, with its hours that come twice or not at all."""

import re
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

# A "+" of an address that nobody escaped arrives as a blank.
_LOST_PLUS = re.compile(r"(?<=:\d\d) (?=\d\d:?\d\d$)|(?<=\.\d{3}) (?=\d\d:?\d\d$)")
_YEARS = range(2000, 2200)  # as for the instants of the upstream


class Clocked(Struct, frozen=True):
    """A moment that was read off a zone's clock.

    `at` is in UTC. `remark` says what is particular about the clock at that time, "" for nothing. `second` is the other
    instant at which the clock showed the same, None where there is only one.
    """

    at: datetime
    remark: str = ""
    second: datetime | None = None


def read_moment(text: str) -> datetime | None:
    """The moment that a text in ISO 8601 names: naive where it has no offset, None where it is no moment.

    Takes what `datetime-local` sends, with and without seconds, and what logs and mails hold: a blank for the T, a Z,
    an offset, fractions. A date alone is its midnight. Years outside 2000 to 2199 count as unreadable.
    """
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text.strip()))
    except ValueError:
        return None
    return moment if moment.year in _YEARS else None


def clocked(moment: datetime, zone: tzinfo) -> Clocked:
    """The instant of a moment; a naive one is what the zone's clock showed.

    A time that the clock shows twice is the first of the two. One that it skips is as long after the change as the
    time says, so 02:30 is 03:30.
    """
    if moment.tzinfo is not None:
        return Clocked(moment.astimezone(UTC))
    at, other = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if at == other:
        return Clocked(at)
    if at < other:
        return Clocked(at, f"The clocks showed {_clock(moment)} twice that day; this is the first time.", second=other)
    shown = _clock(at.astimezone(zone))
    return Clocked(at, f"The clocks went forward and never showed {_clock(moment)} that day; this is {shown}.")


def field_value(at: datetime, zone: tzinfo) -> str:
    """An instant as a `datetime-local` field holds it, in the zone: "2026-05-05T05:07", with seconds if it has some."""
    local = at.astimezone(zone).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"
