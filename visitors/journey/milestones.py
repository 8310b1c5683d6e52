"""The milestones of a journey: its dated events other than page views."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Self, overload

from msgspec.structs import replace

from visitors.journey.events import Event
from visitors.journey.records import Record


class Milestones(Record, frozen=True, kw_only=True):
    """A sequence of milestones, oldest first, without their dwell. A slice of it is a tuple.

    Most goals are completed many times, so each distinct event is stored once, and is read once however often it
    happened: `times` are those of the milestones, and `which` has for each of them its index in `distinct`.
    """

    distinct: tuple[Event, ...] = ()
    which: tuple[int, ...] = ()
    times: tuple[datetime, ...] = ()

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self:
        """Return the milestones among dated events, which are oldest first."""
        numbers: dict[Event, int] = {}
        which, times = [], []
        for event in events:
            if event.at is not None and not event.is_view:
                which.append(numbers.setdefault(replace(event, at=None, dwell=None), len(numbers)))
                times.append(event.at)
        return cls(distinct=tuple(numbers), which=tuple(which), times=tuple(times))

    def after(self, time: datetime | None) -> tuple[Event, ...]:
        """Return the milestones after a time; all of them for None."""
        return self[0 if time is None else bisect_right(self.times, time) :]

    def __len__(self) -> int:
        return len(self.times)

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Event, ...]: ...

    def __getitem__(self, index: int | slice) -> Event | tuple[Event, ...]:
        if isinstance(index, slice):
            return tuple(map(self._event, self.which[index], self.times[index]))
        return self._event(self.which[index], self.times[index])

    def __iter__(self) -> Iterator[Event]:
        return map(self._event, self.which, self.times)

    def _event(self, number: int, time: datetime) -> Event:
        return replace(self.distinct[number], at=time)
