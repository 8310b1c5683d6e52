"""What has come to a journey while somebody watched: the few rows to lay over those that stand on the page."""

from datetime import date, datetime, tzinfo
from itertools import takewhile

from msgspec import Struct
from msgspec.structs import replace

from visitors.formatting import format_count, join_list, limit_list
from visitors.formatting.text import truncate
from visitors.journey import Event, Fold, Journey, Kind, Visit, fold
from visitors.journey_page.timeline import Timeline, TimelineQuery, events_of_visit, visit_key
from visitors.journey_page.timeline.query import Position
from visitors.journey_page.timeline.rows import NoteRow, VisitRow

_TOLD = 3
_LONGEST_TOLD = 80


class Arrivals(Struct, frozen=True):
    """What differs between the journey that a page's timeline shows and the newest one.

    `told` says it to those who hear the page, "" for nothing that is later than what was known. `link` is the same for
    a timeline that is not touched: "2 new events". `rows` are to be laid over the top of the ledger, newest first,
    where that is possible; the last of them is the visit that was the newest one, with its newest lines alone:
    `arriving` of them are new, and together they stand for the `replaced` topmost lines on the page. `brings_kinds`
    says that there are other kinds to choose from now. Without rows the timeline is to be left alone.
    """

    told: str
    link: str
    rows: tuple[VisitRow | NoteRow, ...] = ()
    arriving: int = 0
    replaced: int = 0
    brings_kinds: bool = False


def arrivals(
    before: Journey, after: Journey, page: Timeline, *, zone: tzinfo, today: date, seen: datetime | None
) -> Arrivals | None:
    """Compare what stands on the page (`before`) with the newest journey; None when both have the same events.

    `page` is the timeline of the newest journey for the page's query; zone, day and mark are those that it was made
    with.
    """
    since = before.latest_event_at
    events = [] if since is None else _later(after, since)
    added = after.counts.all - before.counts.all
    if not added and not events:
        return None
    found = Arrivals(_told(events), format_count(added, "new event") if added > 0 else "The timeline has changed")
    # Only what has come at the end can be laid over: then all else stands as it did.
    if since is None or added != len(events) or not _starts_at_top(page):
        return found
    was = before.visits[0]
    key = visit_key(was)
    now = next((visit for visit in after.visits if visit.started_at == was.started_at), None)
    head = next((row for row in page.rows if isinstance(row, VisitRow) and row.key == key), None)
    if now is None or head is None or visit_key(now) != key:
        return found
    old, new = _top(was, since), _top(now, since)
    ticket_at = page.query.at
    if ticket_at and any(line.event.at and line.event.at <= ticket_at for line in (*old, *new)):
        return found  # the moment of a ticket stands among these lines
    rows = [*takewhile(lambda row: row is not head, page.rows)]
    top = events_of_visit(after, TimelineQuery(start=Position(key)), zone=zone, today=today, seen=seen)
    if top is None or len(top.events) < len(new):
        return found  # more than a page holds
    rows.append(replace(head, events=top.events[: len(new)], passed="", rest=""))
    arriving = sum(line.until is not None and line.until > since for line in new)
    return replace(
        found,
        rows=tuple(rows),
        arriving=arriving,
        replaced=len(old),
        brings_kinds=_kinds(after) != _kinds(before),
    )


def _later(journey: Journey, since: datetime) -> list[Event]:
    """The events later than this moment, newest first."""
    found: list[Event] = []
    for visit in journey.visits:
        if visit.ended_at <= since:
            break
        found += [event for event in reversed(visit.events) if event.at is not None and event.at > since]
    return found


def _told(events: list[Event]) -> str:
    """ "New: page /pricing and goal signup"."""
    if not events:
        return ""
    told, more = limit_list(events, _TOLD)
    words = [truncate(event.words, _LONGEST_TOLD) for event in told]
    if more:
        words.append(f"{more:,} more")
    return f"New: {join_list(words)}."


def _kinds(journey: Journey) -> set[Kind]:
    """The kinds of events that occur."""
    return {kind for kind in Kind if journey.counts.of(kind)}


def _starts_at_top(page: Timeline) -> bool:
    """Whether the page shows everything from the newest event on."""
    first = page.rows[0] if page.rows else None
    is_cut = isinstance(first, VisitRow) and bool(first.passed)
    return not page.query.is_filtered and page.query.start is None and page.newer is None and not is_cut


def _top(visit: Visit, since: datetime) -> list[Fold]:
    """The lines of a visit, newest first, down to the last one that reaches this moment."""
    return [*takewhile(lambda line: line.until is not None and line.until >= since, reversed(fold(visit.events)))]
