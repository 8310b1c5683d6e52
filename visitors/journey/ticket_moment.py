"""Find the moment of a ticket in a journey, and what came before it."""

from datetime import datetime, timedelta
from enum import StrEnum

from visitors.formatting import format_duration
from visitors.journey.events import Event, Kind
from visitors.journey.journey import Journey, is_ahead
from visitors.journey.names import Names
from visitors.journey.records import Record
from visitors.journey.visits import VISIT_GAP, Visit

_GOALS = frozenset({Kind.GOAL, Kind.PAYMENT, Kind.SUBSCRIPTION})
_MAX_GOALS = 3
_SECOND = timedelta(seconds=1)


class Where(StrEnum):
    """Where a ticket's moment is in a journey."""

    DURING = "during"  # in a visit, or within 30 minutes of its last event
    BETWEEN = "between"  # between two visits
    BEFORE = "before"  # before the earliest event that DataFast sent
    AFTER = "after"  # over 30 minutes after the latest
    NOWHERE = "nowhere"  # no event has a plausible time


class Near(Record, frozen=True, kw_only=True):
    """An event near the moment; `distance` is never negative."""

    event: Event
    distance: timedelta

    def describe_before(self, names: Names) -> str:
        """Return "last page /checkout, 3 minutes before", for an event before the moment."""
        latest = "last " if self.event.is_view else ""
        return f"{latest}{self.event.phrase(names)}, {self._distance('before')}"

    def describe_after(self, names: Names) -> str:
        """Return "page /checkout, 3 minutes after", for an event after the moment."""
        return f"{self.event.phrase(names)}, {self._distance('after')}"

    def _distance(self, side: str) -> str:
        return f"{format_duration(self.distance)} {side}" if self.distance >= _SECOND else "at that very moment"


class TicketMoment(Record, frozen=True, kw_only=True):
    """The moment of a ticket (aware) in a journey.

    `visit` is the visit to open: the one around the moment, else the nearest. `last_page` is the latest page view at or
    before the moment. `last_goals` are up to three goals, payments and subscriptions, newest first, of the latest visit
    that had begun by then. `before` and `after` are the nearest events of any kind. `is_missing`: DataFast counts
    events that it does not list, and they may belong around the moment. `names` are the journey's.
    """

    at: datetime
    where: Where
    visit: Visit | None
    last_page: Near | None
    last_goals: tuple[Near, ...]
    before: Near | None
    after: Near | None
    is_missing: bool
    names: Names

    @property
    def words(self) -> str:
        """ "Last page /checkout, 3 minutes before. Goal checkout_initiated, 2 minutes before." and what is doubtful."""
        found = [near for near in (self.last_page, *self.last_goals) if near is not None]
        if not found and self.before is not None:
            found = [self.before]
        before = [near.describe_before(self.names) for near in found]
        match self.where:
            case Where.NOWHERE:
                parts = ["DataFast sent no event with a plausible time"]
            case Where.BEFORE:
                parts = ["Before the earliest event that DataFast sent", *self._following()]
            case Where.AFTER:
                parts = ["After the latest event that DataFast sent", *before]
            case Where.BETWEEN:
                between = "Between two visits that DataFast lists" if self.is_missing else "Between two visits"
                parts = [between, *before, *self._following()]
            case Where.DURING:
                parts = before
        if self.is_missing:
            parts.append("DataFast counts more than it lists, and some of that may belong here")
        return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts)

    def _following(self) -> list[str]:
        return [] if self.after is None else [f"next came {self.after.describe_after(self.names)}"]


def find_ticket_moment(journey: Journey, at: datetime, *, now: datetime) -> TicketMoment:
    """Return where a moment (aware) is in a journey, and what came before it. Events ahead of now do not count."""
    # Visits are newest first: those ahead of now, those after the moment, and the latest that had begun by then.
    ahead = sum(is_ahead(visit.started_at, now) for visit in journey.outlines)
    newer = max(ahead, sum(visit.started_at > at for visit in journey.outlines))
    past = journey.visits[newer] if newer < len(journey.visits) else None
    coming = journey.visits[newer - 1] if newer > ahead else None

    visits = [visit for visit in (past, coming) if visit is not None]
    dated = [
        (event, event.at) for visit in visits for event in visit.events if event.at and not is_ahead(event.at, now)
    ]
    earlier = [Near(event=event, distance=at - then) for event, then in dated if then <= at]
    later = [Near(event=event, distance=then - at) for event, then in dated if then > at]
    earlier.reverse()  # the nearest first
    is_during = bool(earlier) and earlier[0].distance <= VISIT_GAP

    goals = [near for near in earlier if near.event.kind in _GOALS]
    missing = journey.missing
    return TicketMoment(
        at=at,
        where=_where(past, coming, is_during=is_during),
        visit=past if is_during else _nearer(past, coming, earlier, later),
        last_page=_last_page(journey, at, now),
        last_goals=tuple(goals[:_MAX_GOALS]),
        before=earlier[0] if earlier else None,
        after=later[0] if later else None,
        is_missing=missing is not None and not missing.ends_by(at),
        names=journey.names,
    )


def _last_page(journey: Journey, at: datetime, now: datetime) -> Near | None:
    """Return the latest page view before the moment. Visits without page views, such as a renewal, are skipped."""
    for index, outline in enumerate(journey.outlines):
        if outline.started_at <= at and outline.counts.views:
            for event in reversed(journey.visits[index].events):
                if event.is_view and event.at and event.at <= at and not is_ahead(event.at, now):
                    return Near(event=event, distance=at - event.at)
    return None


def _where(past: Visit | None, coming: Visit | None, *, is_during: bool) -> Where:
    if is_during:
        return Where.DURING
    if past is None:
        return Where.NOWHERE if coming is None else Where.BEFORE
    return Where.AFTER if coming is None else Where.BETWEEN


def _nearer(past: Visit | None, coming: Visit | None, earlier: list[Near], later: list[Near]) -> Visit | None:
    if earlier and later:
        return past if earlier[0].distance <= later[0].distance else coming
    return past or coming
