"""Visits: events with no gap over 30 minutes between them, which is the service's own rule."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec.structs import replace

from visitors.journey.events import Counts, Event, count
from visitors.journey.pages import Page
from visitors.journey.records import Record

VISIT_GAP = timedelta(minutes=30)


class Visit(Record, frozen=True, kw_only=True):
    """One visit.

    `is_attended` is False when nobody was there: all that happened is the payment provider's or the customer's own
    server's doing, such as a renewal at night. `number` counts from the first visit (1); None for a visit that nobody
    attended, and for one that missing visits lie after, so that its number cannot be told. `events` are oldest first.
    `entry` and `exit` are the first and the last page seen, None without one. `gap_before` is the time since the visit
    before it ended. It is None for the earliest, and None across missing data: `gap_known` is False when something that
    DataFast counts may have happened between, or before the earliest.
    """

    number: int | None
    is_attended: bool
    started_at: datetime
    ended_at: datetime
    events: tuple[Event, ...]
    counts: Counts
    entry: Page | None
    exit: Page | None
    gap_before: timedelta | None
    gap_known: bool

    @property
    def duration(self) -> timedelta:
        """From the first event to the last; nothing for a visit of one event, whose length nobody knows."""
        return self.ended_at - self.started_at

    @property
    def milestones(self) -> tuple[Event, ...]:
        """Everything but page views, oldest first."""
        if self.counts.all == self.counts.views:  # most visits; nobody looks through ten thousand views for nothing
            return ()
        return tuple(event for event in self.events if not event.is_view)


def split(events: Sequence[Event]) -> list[tuple[Event, ...]]:
    """Dated events, oldest first, split where the gap is over 30 minutes; each with its dwell."""
    groups = []
    group: list[Event] = []
    ats = [event.at for event in events if event.at is not None]
    for event, (at, next_at) in zip(events, pairwise(ats), strict=False):  # all but the last event
        gap = next_at - at
        if gap > VISIT_GAP:
            groups.append((*group, event))
            group = []
        else:
            group.append(replace(event, dwell=gap))
    return [*groups, (*group, events[-1])] if events else []


def visit(
    events: tuple[Event, ...], *, number: int | None, is_attended: bool, previous_end: datetime | None, gap_known: bool
) -> Visit:
    """The visit of these events. `previous_end` is when the visit before it ended, None for the earliest."""
    ats = [event.at for event in events if event.at is not None]
    pages = [event.page for event in events if event.is_view and event.page is not None]
    return Visit(
        number=number,
        is_attended=is_attended,
        started_at=ats[0],
        ended_at=ats[-1],
        events=events,
        counts=count(events),
        entry=pages[0] if pages else None,
        exit=pages[-1] if pages else None,
        gap_before=ats[0] - previous_end if gap_known and previous_end is not None else None,
        gap_known=gap_known,
    )
