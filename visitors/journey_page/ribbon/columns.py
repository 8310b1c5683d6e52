"""Group many visits into columns of the calendar: the smallest unit of which there are few enough."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

import msgspec
from msgspec.structs import astuple

from visitors.journey import Counts, VisitOutline

MAX_COLUMNS = 60
# An empty stretch of more columns than LONG_EMPTY is drawn as BROKEN_WIDTH columns with a break.
LONG_EMPTY, BROKEN_WIDTH = 10, 3


class Unit(StrEnum):
    """A unit of the calendar, in a time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def days(self) -> int:
        """How many days it has at most."""
        return {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.QUARTER: 92, Unit.YEAR: 366}[self]

    def start_of(self, local: datetime) -> datetime:
        """Return the start of the unit around a time."""
        day = local.replace(hour=0, minute=0, second=0, microsecond=0)
        match self:
            case Unit.DAY:
                return day
            case Unit.WEEK:
                return day - timedelta(days=day.weekday())
            case Unit.MONTH:
                return day.replace(day=1)
            case Unit.QUARTER:
                return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
            case Unit.YEAR:
                return day.replace(day=1, month=1)

    def next(self, start: datetime) -> datetime:
        """Return the start of the next unit."""
        # Longer than one unit and shorter than two; three hours more, for a day that a clock change makes longer.
        return self.start_of(start + timedelta(days=self.days, hours=3))


@dataclass(frozen=True, slots=True)
class Column:
    """A stretch of the calendar from `start` on, with its visits, oldest first, and the counts of their events.

    One without visits is `is_broken` if it is long.
    """

    start: datetime
    visits: tuple[VisitOutline, ...] = ()
    counts: Counts = field(default_factory=Counts)
    is_broken: bool = False

    @property
    def weight(self) -> int:
        """Its width, in columns."""
        return BROKEN_WIDTH if self.is_broken else 1


def columns(visits: Sequence[VisitOutline], until: datetime, zone: tzinfo) -> tuple[Unit, list[Column]]:
    """Return the unit and the columns of visits (oldest first, at least one) up to a time."""
    unit, starts = _calendar(visits[0].started_at.astimezone(zone), until.astimezone(zone))
    times = [visit.started_at for visit in visits]
    # In UTC, as the times of visits are: comparing two zones takes ten times as long.
    places = [0, *(bisect_left(times, start.astimezone(UTC)) for start in starts[1:]), len(visits)]
    found: list[Column] = []
    empty: list[datetime] = []
    for start, (first, end) in zip(starts, pairwise(places), strict=True):
        if here := visits[first:end]:
            counts = add_counts([visit.counts for visit in here])
            found += [*_emptied(empty), Column(start, tuple(here), counts)]
            empty = []
        else:
            empty.append(start)
    return unit, [*found, *_emptied(empty)]


def add_counts(counts: Iterable[Counts]) -> Counts:
    """Return the sums of several counts."""
    return msgspec.convert([*map(sum, zip(*map(astuple, counts), strict=True))], Counts)


def _emptied(starts: list[datetime]) -> list[Column]:
    if len(starts) > LONG_EMPTY:
        return [Column(starts[0], is_broken=True)]
    return [Column(start) for start in starts]


def _calendar(first: datetime, last: datetime) -> tuple[Unit, list[datetime]]:
    days = (last - first).days
    for unit in Unit:
        if days > (MAX_COLUMNS + 1) * unit.days and unit is not Unit.YEAR:
            continue
        starts = [unit.start_of(first)]
        while len(starts) <= MAX_COLUMNS and (following := unit.next(starts[-1])) <= last:
            starts.append(following)
        if len(starts) <= MAX_COLUMNS:
            break
    # More than sixty years are still drawn in years; times of events span up to two hundred.
    return unit, starts
