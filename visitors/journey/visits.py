"""Visits: events with no gap over 30 minutes between them, which is the service's own rule."""

from datetime import datetime, timedelta

from visitors.journey.events import Counts, Event
from visitors.journey.pages import Page
from visitors.journey.records import Record

VISIT_GAP = timedelta(minutes=30)


class Visit(Record, frozen=True, kw_only=True):
    """One visit.

    `number` counts from the first visit (1); None when nobody was there: all that happened is the payment provider's
    or the customer's own server's doing, such as a renewal at night. `events` are oldest first. `entry` and `exit` are
    the first and the last page seen, None without one. `gap_before` is the time since the visit before it ended. It is
    None for the earliest, and None across missing data: `gap_known` is False when something that DataFast counts may
    have happened between, or before the earliest.
    """

    number: int | None
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
        return tuple(event for event in self.events if not event.is_view)
