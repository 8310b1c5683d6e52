"""Folding: repeated views of one page in a row become one line ("/pricing ×4")."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from visitors.journey.events import Event
from visitors.journey.records import Record


class Fold(Record, frozen=True, kw_only=True):
    """One line of a timeline: an event, or several views of the same page in a row, oldest first; never empty."""

    events: tuple[Event, ...]

    @property
    def event(self) -> Event:
        """The first of the events, whose page the line shows."""
        return self.events[0]

    @property
    def times(self) -> int:
        """How many events the line shows."""
        return len(self.events)

    @property
    def until(self) -> datetime | None:
        """The time of the last event."""
        return self.events[-1].at

    @property
    def dwell(self) -> timedelta | None:
        """The sum of their dwells; None if the first has none."""
        known = [event.dwell for event in self.events if event.dwell is not None]
        return sum(known, timedelta()) if known else None


def fold(events: Iterable[Event]) -> tuple[Fold, ...]:
    """Fold repeated views of the same address, and keep the order. No event is lost.

    Addresses are compared whole: "/pricing" and "/pricing?plan=pro" are two lines.
    """
    lines: list[Fold] = []
    for page, same in groupby(events, key=lambda event: event.page if event.is_view else None):
        if page is None:
            lines += (Fold(events=(event,)) for event in same)
        else:
            lines.append(Fold(events=tuple(same)))
    return tuple(lines)
