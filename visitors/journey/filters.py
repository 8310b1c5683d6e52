"""Filters: the part of a journey that a reader asks for, by kind, by text and by time."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from visitors.journey.events import Counts, Event, Kind, count_events
from visitors.journey.journey import Journey
from visitors.journey.records import Record
from visitors.journey.visits import Visit


class Filter(Record, frozen=True, kw_only=True):
    """What to keep. No kinds keeps every kind.

    `text` is looked for, in any case, in paths, screens, addresses as received, names and descriptions. `since` is
    inclusive, `before` exclusive (aware); with either, events without a time go.
    """

    kinds: frozenset[Kind] = frozenset()
    text: str = ""
    since: datetime | None = None
    before: datetime | None = None


class Selection(Record, frozen=True, kw_only=True):
    """What was kept: visits, newest first, that have a matching event, each with its matching events only.

    Everything else about a visit (number, duration, entry, counts, gap) still describes the whole of it. `counts` are
    the events by kind that match text and time, whatever their kind: the numbers beside the kinds to choose from.
    """

    visits: tuple[Visit, ...]
    undated: tuple[Event, ...]
    counts: Counts

    @property
    def events(self) -> int:
        """How many events were kept."""
        return sum(len(visit.events) for visit in self.visits) + len(self.undated)


def select(journey: Journey, wanted: Filter) -> Selection:
    """The part of a journey that matches."""
    text = wanted.text.strip().casefold()
    has_range = wanted.since is not None or wanted.before is not None
    known: dict[str, bool] = {}  # an address is searched once, however often it was seen
    found = [
        (visit, [event for event in _in_range(visit, wanted) if not text or _says(event, text, known)])
        for visit in journey.visits
    ]
    undated = [] if has_range else [event for event in journey.undated if not text or _says(event, text, known)]
    counts = count_events([event for _, events in found for event in events] + undated)
    if wanted.kinds:
        found = [(visit, [event for event in events if event.kind in wanted.kinds]) for visit, events in found]
        undated = [event for event in undated if event.kind in wanted.kinds]
    return Selection(
        visits=tuple(
            visit if len(events) == len(visit.events) else replace(visit, events=tuple(events))
            for visit, events in found
            if events
        ),
        undated=tuple(undated),
        counts=counts,
    )


def _in_range(visit: Visit, wanted: Filter) -> Iterable[Event]:
    since, before = wanted.since, wanted.before
    if (since is None or since <= visit.started_at) and (before is None or visit.ended_at < before):
        return visit.events
    if (since is not None and visit.ended_at < since) or (before is not None and before <= visit.started_at):
        return ()
    return [
        event
        for event in visit.events
        if event.at is not None and (since is None or since <= event.at) and (before is None or event.at < before)
    ]


def _says(event: Event, text: str, known: dict[str, bool]) -> bool:
    page = event.page
    if page is None:
        return text in event.name.casefold() or text in (event.description or "").casefold()
    if (says := known.get(page.url)) is None:
        says = known[page.url] = text in page.label.casefold() or text in page.url.casefold()
    return says
