"""Filter the events of a journey by kind, text and time."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from visitors.journey.events import Counts, Event, Kind, count_events
from visitors.journey.journey import Journey
from visitors.journey.names import Names
from visitors.journey.records import Record
from visitors.journey.visits import Visit


class Filter(Record, frozen=True, kw_only=True):
    """Which events to select. No kinds selects all kinds.

    `text` is searched for, ignoring case, in paths, screens, addresses as received, names (readable ones as well) and
    descriptions. `since` is inclusive, `before` exclusive (both aware). With either of them, events without a time are
    left out.
    """

    kinds: frozenset[Kind] = frozenset()
    text: str = ""
    since: datetime | None = None
    before: datetime | None = None


class Selection(Record, frozen=True, kw_only=True):
    """The visits that have a matching event, newest first, each with its matching events only.

    The other fields of a visit (number, duration, entry, counts, gap) still describe the whole visit. `counts` are the
    events of all kinds that match text and time: the numbers beside the kinds to choose from.
    """

    visits: tuple[Visit, ...]
    undated: tuple[Event, ...]
    counts: Counts

    @property
    def events(self) -> int:
        """How many events match."""
        return sum(len(visit.events) for visit in self.visits) + len(self.undated)


def select(journey: Journey, wanted: Filter) -> Selection:
    """Return the events of a journey that match."""
    text = wanted.text.strip().casefold()
    has_range = wanted.since is not None or wanted.before is not None
    known: dict[str, bool] = {}  # each address is searched once

    def matches(event: Event) -> bool:
        return not text or _matches(event, text, known, journey.names)

    found = [(visit, [event for event in _in_range(visit, wanted) if matches(event)]) for visit in journey.visits]
    undated = [] if has_range else [event for event in journey.undated if matches(event)]
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


def _matches(event: Event, text: str, known: dict[str, bool], names: Names) -> bool:
    page = event.page
    if page is None:
        searched = (event.name, names.goal(event.name), event.description or "")
        return any(text in one.casefold() for one in searched)
    if (matches := known.get(page.url)) is None:
        matches = known[page.url] = any(text in one.casefold() for one in (page.label, page.url, names.page_of(page)))
    return matches
