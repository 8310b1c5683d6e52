"""What has arrived in a journey since an open page last changed: the rows to add to the top of its timeline."""

from datetime import datetime, tzinfo
from itertools import takewhile

from msgspec import Struct
from msgspec.structs import replace

from visitors.formatting import format_count, join_list, limit_list
from visitors.journey import Event, Fold, Journey, Kind, Names, Visit, fold, is_ahead
from visitors.journey_page.timeline import Timeline, TimelineQuery, present_visit_events, visit_key
from visitors.journey_page.timeline.query import Position
from visitors.journey_page.timeline.rows import NoteRow, VisitRow

_MAX_ANNOUNCED = 3
_ANNOUNCED_LIMIT = 80


class Arrivals(Struct, frozen=True):
    """How the newest journey differs from the one that a page's timeline shows.

    `announcement` is a sentence for screen readers, "" without later events. `link` is the same for a timeline that is
    left as it is: "2 new events". `rows`, newest first, replace the top of the timeline where that is possible: the
    last of them is the page's newest visit with its newest lines only, `arriving` of which are new; together they
    replace the `replaced` topmost lines on the page. `brings_kinds` means that new kinds of events can be filtered.
    """

    announcement: str
    link: str
    rows: tuple[VisitRow | NoteRow, ...] = ()
    arriving: int = 0
    replaced: int = 0
    brings_kinds: bool = False


def present_arrivals(
    before: Journey, after: Journey, timeline: Timeline, *, zone: tzinfo, now: datetime, marked_after: datetime | None
) -> Arrivals | None:
    """Compare the journey on the page (`before`) with the newest one; None when both have the same events.

    `timeline` is the newest journey's for the page's query, made with the same zone, day and mark.
    """
    since = before.as_of(now).latest_event_at
    events = [] if since is None else _list_later(after, since, now)
    added = after.counts.all - before.counts.all
    if not added and not events:
        return None
    link = format_count(added, "new event") if added > 0 else "The timeline has changed"
    arrivals = Arrivals(_announce(events, after.names), link)
    # Rows can be added only if everything new is at the end: then the rest of the timeline is the same.
    is_at_end = added == len(events) and _starts_at_top(timeline)
    if since is None or not is_at_end or is_ahead(before.visits[0].started_at, now):
        return arrivals
    shown = before.visits[0]
    key = visit_key(shown)
    grown = next((visit for visit in after.visits if visit.started_at == shown.started_at), None)
    head = next((row for row in timeline.rows if isinstance(row, VisitRow) and row.key == key), None)
    if grown is None or head is None or visit_key(grown) != key:
        return arrivals
    old, new = _fold_top(shown, since), _fold_top(grown, since)
    ticket_at = timeline.query.at
    if ticket_at and any(line.event.at and line.event.at <= ticket_at for line in (*old, *new)):
        return arrivals  # the time of the ticket is marked among these lines
    query = TimelineQuery(start=Position(key))
    top = present_visit_events(after, query, zone=zone, now=now, marked_after=marked_after)
    if top is None or len(top.events) < len(new):
        return arrivals  # more than one page shows
    newer = takewhile(lambda row: row is not head, timeline.rows)
    return replace(
        arrivals,
        rows=(*newer, replace(head, events=top.events[: len(new)], passed="", rest="")),
        arriving=sum(line.until is not None and line.until > since for line in new),
        replaced=len(old),
        brings_kinds=_list_kinds(after) != _list_kinds(before),
    )


def _list_later(journey: Journey, since: datetime, now: datetime) -> list[Event]:
    """Return the events later than this and not ahead of now, newest first."""
    visits = takewhile(lambda visit: visit.ended_at > since, journey.visits)
    events = (event for visit in visits for event in reversed(visit.events))
    return [event for event in events if event.at and event.at > since and not is_ahead(event.at, now)]


def _announce(events: list[Event], names: Names) -> str:
    """ "New: page /pricing and goal signup."."""
    if not events:
        return ""
    announced, more = limit_list(events, _MAX_ANNOUNCED)
    parts = [event.phrase(names, _ANNOUNCED_LIMIT) for event in announced]
    if more:
        parts.append(f"{more:,} more")
    return f"New: {join_list(parts)}."


def _list_kinds(journey: Journey) -> set[Kind]:
    return {kind for kind in Kind if journey.counts.of(kind)}


def _starts_at_top(timeline: Timeline) -> bool:
    """Return whether the timeline shows everything from the newest event on."""
    first = timeline.rows[0] if timeline.rows else None
    is_cut = isinstance(first, VisitRow) and bool(first.passed)
    return not timeline.query.is_filtered and timeline.query.start is None and timeline.newer is None and not is_cut


def _fold_top(visit: Visit, since: datetime) -> list[Fold]:
    """Return the lines of a visit, newest first, down to the last one that reaches this time."""
    return [*takewhile(lambda line: line.until is not None and line.until >= since, reversed(fold(visit.events)))]
