"""Visits: events with no gap over 30 minutes between them, which is DataFast's own rule."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

from msgspec.structs import asdict, replace

from visitors.journey.events import Counts, Event, count_events
from visitors.journey.intent import Intent, classify, main_intent
from visitors.journey.pages import Page
from visitors.journey.records import Record

VISIT_GAP = timedelta(minutes=30)


class VisitOutline(Record, frozen=True, kw_only=True):
    """A visit without its events: small, so that a whole journey can be drawn and counted from outlines.

    `is_attended` is False when the visitor was not there: every event came from the payment provider or the customer's
    own server, such as a renewal at night. `number` counts from the first visit (1). It is None for a visit that is not
    attended, and for one that is older than visits which DataFast left out. `gap_before` is the time since the previous
    visit ended. It is None for the earliest visit, and where `gap_known` is False: then something that DataFast counts
    but does not list may have happened in between, or before the earliest visit. `intent` is that of its pages.
    """

    number: int | None
    is_attended: bool
    started_at: datetime
    ended_at: datetime
    counts: Counts
    gap_before: timedelta | None
    gap_known: bool
    intent: Intent = Intent.OTHER

    @property
    def duration(self) -> timedelta:
        """From the first event to the last; zero for a visit of one event, whose length is unknown."""
        return self.ended_at - self.started_at


class Visit(VisitOutline, frozen=True, kw_only=True):
    """A visit with its events.

    `events` and `milestones` (everything but page views, without dwell) are oldest first. `entry` and `exit` are the
    first and the last page viewed, None without a page view. A stored visit reads its events only when they are used.
    """

    entry: Page | None
    exit: Page | None
    events: Sequence[Event]
    milestones: Sequence[Event]

    @classmethod
    def build(
        cls,
        outline: VisitOutline,
        *,
        entry: Page | None,
        exit: Page | None,  # noqa: A002 the field's name
        events: Sequence[Event],
        milestones: Sequence[Event],
    ) -> Self:
        """Return the visit with this outline."""
        return cls(**asdict(outline), entry=entry, exit=exit, events=events, milestones=milestones)


def split_visits(events: Sequence[Event]) -> list[tuple[Event, ...]]:
    """Split dated events, oldest first, where the gap is over 30 minutes, and set each event's dwell."""
    groups = []
    group: list[Event] = []
    times = [event.at for event in events if event.at is not None]
    for event, (at, next_at) in zip(events, pairwise(times), strict=False):  # all but the last event
        gap = next_at - at
        if gap > VISIT_GAP:
            groups.append((*group, event))
            group = []
        else:
            group.append(replace(event, dwell=gap))
    return [*groups, (*group, events[-1])] if events else []


def make_visit(
    events: tuple[Event, ...], *, number: int | None, is_attended: bool, previous_end: datetime | None, gap_known: bool
) -> Visit:
    """Make the visit of these events. `previous_end` is when the previous visit ended, None for the earliest."""
    times = [event.at for event in events if event.at is not None]
    pages = [event.page for event in events if event.is_view and event.page is not None]
    return Visit(
        number=number,
        is_attended=is_attended,
        started_at=times[0],
        ended_at=times[-1],
        counts=count_events(events),
        gap_before=times[0] - previous_end if gap_known and previous_end is not None else None,
        gap_known=gap_known,
        intent=main_intent(map(classify, pages)),
        entry=pages[0] if pages else None,
        exit=pages[-1] if pages else None,
        events=events,
        milestones=tuple(replace(event, dwell=None) for event in events if not event.is_view),
    )
