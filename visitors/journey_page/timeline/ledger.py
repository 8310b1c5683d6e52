"""The ledger: which visits and which of their events one response shows, and how the rest is reached.

Everything is newest first. A response has at most ROWS rows, however long the journey is, and only the events that it
shows are read. Open visits take what they need, up to VISIT_EVENTS each. Folded visits load theirs when they are
opened, except in a short list (WHOLE_LIST), which is sent as a whole.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from visitors import formatting
from visitors.journey import Event, Journey, Selection, TicketMoment, VisitOutline, Where, fold
from visitors.journey_page.timeline.query import UNDATED, Position, TimelineQuery
from visitors.journey_page.timeline.row_presenter import RowPresenter, present_undated, visit_key
from visitors.journey_page.timeline.rows import EventRow, NoteRow, VisitRow

ROWS = 150
WHOLE_LIST = 80  # visits and events; a longer list has no events of folded visits, which most readers leave folded
VISITS = 15
VISIT_EVENTS = 100
# Newer visits above the one that a jump leads to, and older ones below it.
_ABOVE = 2
_BELOW = 8
# An open visit is added to a response only if so many of its events fit.
_WORTH_OPENING = 10
_LAST_ROWS = 3  # the ticket's moment, the cut and the undated events may end a ledger


class Section(Struct, frozen=True, kw_only=True, gc=False):
    """A visit, or (visit None) the events without a time; `size` is how many of its events match the query.

    `index` is its place among all visits of the journey, newest first; `visit` outlines the whole visit, whatever is
    asked for.
    """

    key: str
    index: int
    visit: VisitOutline | None
    size: int


class LedgerPage(Struct, frozen=True, kw_only=True):
    """The rows of one response. `newer` and `older` are the positions of the next ones, None at the ends."""

    rows: tuple[VisitRow | NoteRow, ...]
    newer: Position | None
    newer_visits: int
    older: Position | None
    older_visits: int

    @property
    def size(self) -> int:
        """How many rows: visits, events and notes between them."""
        return len(self.rows) + sum(len(row.events) for row in self.rows if isinstance(row, VisitRow))

    @property
    def has_moment(self) -> bool:
        """Whether the moment of the ticket is marked on it."""
        return any(row.style == "moment" for visit in self.rows for row in (visit, *getattr(visit, "events", ())))


def make_sections(journey: Journey, selection: Selection | None) -> list[Section]:
    """Return the sections of a journey, or of a selection of it, newest first, undated events last. Reads no events of
    the journey."""
    outlines = journey.outlines
    if selection is None:
        sizes = [(index, outline.counts.all) for index, outline in enumerate(outlines)]
        undated = len(journey.undated)
    else:
        index_of = {outline.started_at: index for index, outline in enumerate(outlines)}
        sizes = [(index_of[visit.started_at], len(visit.events)) for visit in selection.visits]
        undated = len(selection.undated)
    found = [
        Section(key=visit_key(outlines[index]), index=index, visit=outlines[index], size=size) for index, size in sizes
    ]
    if undated:
        found.append(Section(key=UNDATED, index=len(outlines), visit=None, size=undated))
    return found


class Ledger:
    """Lays out the sections of one journey for one query."""

    def __init__(
        self,
        journey: Journey,
        found: Sequence[Section],
        query: TimelineQuery,
        *,
        selection: Selection | None,
        moment: TicketMoment | None,
        since: datetime | None,
        presenter: RowPresenter,
    ) -> None:
        self._journey = journey
        self._sections = found
        self._selection = selection
        self._query = query
        self._moment = moment
        self._presenter = presenter
        self._opened, self._shut = frozenset(query.opened), frozenset(query.shut)
        # A visit ahead of now comes from a wrong clock.
        current = (one for one in found if one.visit is None or not presenter.is_ahead(one.visit.started_at))
        self._newest = next(current, found[0] if found else None)
        self._places = {section.key: place for place, section in enumerate(found)}
        self._is_short = len(found) + sum(section.size for section in found) <= WHOLE_LIST
        self._moment_place = self._place_of_moment()
        self._cut_place = self._place_of_cut(since)

    def page(self) -> LedgerPage:
        """Return the page of the query: from `start`, or from where the opened visit or the moment is in view."""
        start = self._query.start
        if start is not None and start.key in self._places:
            place = self._places[start.key]
            return self._lay_out(place, min(start.passed, self._sections[place].size))
        place, passed = self._wanted()
        if not passed and place < VISITS:
            page = self._lay_out(0, 0)
            if place < len(self._sections) - page.older_visits or not page.rows:
                return page
        if passed:
            return self._lay_out(place, passed)
        return self._lay_out(max(0, min(place - _ABOVE, len(self._sections) - _BELOW)), 0)

    def events(self) -> VisitRow | None:
        """Return a row with the events of the visit at `start`, from there on, or None for an unknown visit."""
        start = self._query.start
        if start is None or start.key not in self._places:
            return None
        section = self._sections[self._places[start.key]]
        return self._visit_row(section, min(start.passed, section.size), most=ROWS - 1, is_open=True)

    def _wanted(self) -> tuple[int, int]:
        """Return what must be in view, as place and events to skip: the visit opened last, or the moment."""
        if opened := [self._places[key] for key in self._query.opened if key in self._places]:
            return opened[-1], 0
        if self._moment_place is None or not self._sections:
            return 0, 0
        place = min(self._moment_place, len(self._sections) - 1)
        newer = self._newer_than_moment(self._sections[place])
        return place, newer - _WORTH_OPENING if newer > VISIT_EVENTS - _WORTH_OPENING else 0

    def _lay_out(self, first: int, passed: int) -> LedgerPage:
        rows: list[VisitRow | NoteRow] = []
        size, place = 0, first
        while place < len(self._sections) and place - first < VISITS:
            section = self._sections[place]
            notes = self._notes_above(place)
            newer = passed if place == first else 0
            is_open = newer > 0 or self._is_open(section)
            free = ROWS - _LAST_ROWS - size - len(notes) - 1
            if place > first and free < (min(section.size, _WORTH_OPENING) if is_open else 0):
                break
            is_last = place == len(self._sections) - 1
            most = (free if is_last else min(free, VISIT_EVENTS)) if is_open or self._is_short else 0
            row = self._visit_row(section, newer, most=most, is_open=is_open)
            rows += [*notes, row]
            size += len(notes) + 1 + len(row.events)
            place += 1
        if place == len(self._sections):
            rows += self._notes_above(place)
        return LedgerPage(
            rows=tuple(rows),
            newer=Position(self._sections[max(0, first - VISITS // 2)].key) if first else None,
            newer_visits=first,
            older=Position(self._sections[place].key) if place < len(self._sections) else None,
            older_visits=len(self._sections) - place,
        )

    def _is_open(self, section: Section) -> bool:
        if section.key in self._shut:
            return False
        return section.key in self._opened or self._opens(section)

    def _opens(self, section: Section) -> bool:
        """Whether it is open by default: the newest visit, the moment's, and everything that a search found."""
        return section is self._newest or self._query.is_search or self._has_moment(section)

    def _has_moment(self, section: Section) -> bool:
        """Whether the moment of the ticket is in this visit."""
        moment = self._moment
        return (
            moment is not None
            and moment.where is Where.DURING
            and moment.visit is not None
            and section.visit is not None
            and moment.visit.started_at == section.visit.started_at
        )

    def _place_of_moment(self) -> int | None:
        """Return the place of the newest visit that had begun at the moment, which is in or above it."""
        moment = self._moment
        if moment is None or moment.where is Where.NOWHERE:
            return None
        return self._first_place(lambda visit: visit.started_at <= moment.at)

    def _place_of_cut(self, since: datetime | None) -> int | None:
        """Return the place above which the missing events are noted; None if none are missing in this range."""
        missing = self._journey.missing
        if missing is None:
            return None
        before = missing.before
        if before is None:
            return sum(section.visit is not None for section in self._sections)
        if since is not None and since >= before:
            return None
        # The earliest listed page view is in the newest visit that had begun by then; the missing part is below it.
        return self._first_place(lambda visit: visit.ended_at < before)

    def _first_place(self, is_it: Callable[[VisitOutline], bool]) -> int:
        """Return the first place with such a visit, or the one after all visits."""
        dated = [section for section in self._sections if section.visit is not None]
        return next(
            (place for place, section in enumerate(dated) if section.visit and is_it(section.visit)), len(dated)
        )

    def _newer_than_moment(self, section: Section) -> int:
        """Return how many of a section's events are newer than the moment in it; 0 without the moment."""
        moment = self._moment
        if moment is None or not self._has_moment(section):
            return 0
        return sum(event.at is not None and event.at > moment.at for event in self._events(section))

    def _notes_above(self, place: int) -> list[NoteRow]:
        """Return the notes between a section and the newer one: a gap or the cut, and the moment."""
        notes = [note for note in (self._gap_above(place),) if note is not None]
        moment = self._moment
        if moment is None or place != self._moment_place:
            return notes
        if place < len(self._sections) and self._has_moment(self._sections[place]):
            return notes
        row = self._presenter.present_ticket(moment.at, moment.words)
        missing = self._journey.missing
        return [row, *notes] if missing is not None and missing.ends_by(moment.at) else [*notes, row]

    def _gap_above(self, place: int) -> NoteRow | None:
        if place == self._cut_place and self._journey.missing is not None:
            return NoteRow(style="cut", text=_cut_words(self._journey))
        if not 0 < place < len(self._sections):
            return None
        newer, this = self._sections[place - 1], self._sections[place]
        if newer.visit is None or this.visit is None or self._presenter.is_ahead(newer.visit.started_at):
            return None
        if between := self._journey.outlines[newer.index + 1 : this.index]:
            visits = sum(visit.is_attended for visit in between)
            passed = formatting.format_count(visits, "visit") if visits else "Events without the visitor"
            return NoteRow(style="gap", text=f"{passed} in between without a match")
        gap = newer.visit.gap_before
        return None if gap is None else NoteRow(style="gap", text=formatting.format_gap(gap))

    def _visit_row(self, section: Section, passed: int, *, most: int, is_open: bool) -> VisitRow:
        """Return a section's row with up to `most` of its events, without the `passed` newest ones."""
        query = self._query
        if section.visit is None:
            row = present_undated(section.key, section.size)
        else:
            row = self._presenter.present_visit(self._journey.visits[section.index], section.size)
        chosen = self._newest_events(section, passed, most - self._has_moment(section)) if most > 1 else ()
        row = replace(
            row,
            is_open=is_open,
            opens=self._opens(section),
            events=self._lines(section, passed, chosen),
        )
        if passed:
            row = replace(
                row,
                passed=f"Show the {formatting.format_count(passed, 'newer event')} of this visit",
                passed_address=query.address(start=Position(section.key)),
            )
        return self._with_rest(row, section, passed + len(chosen))

    def _with_rest(self, row: VisitRow, section: Section, shown: int) -> VisitRow:
        """Return the row with a link to its older events; `shown` is how many newer ones the page has."""
        rest = section.size - shown
        if not rest:
            return row
        query = self._query
        start = query.address(start=Position(section.key, shown))
        noun = "older event" if row.events else "event"
        events = formatting.format_count(rest, noun)
        return replace(
            row,
            rest=f"Show the {events} of this visit" if section.visit else f"Show {events}",
            rest_address=f"{start if row.events else query.with_open(section.key).address()}#visit-{section.key}",
            rest_part=start,
        )

    def _lines(self, section: Section, passed: int, chosen: Sequence[Event]) -> tuple[EventRow | NoteRow, ...]:
        """Return the lines of these events of a section, newest first, with the moment among them."""
        if not chosen:
            return ()
        lines = fold(chosen) if section.visit is None else fold(chosen)[::-1]
        rows = self._presenter.present_events(lines, None if section.visit is None else section.visit.started_at)
        moment = self._moment
        if moment is not None and self._has_moment(section):
            newer = self._newer_than_moment(section)
            end = passed + len(chosen)
            if passed <= newer < end or newer == end == section.size:
                above = sum(line.event.at is not None and line.event.at > moment.at for line in lines)
                rows.insert(above, self._presenter.present_ticket(moment.at, moment.words))
        return tuple(rows)

    def _events(self, section: Section) -> Sequence[Event]:
        """Return the events of a section that match the query: oldest first, or as received without a time."""
        chosen = self._selection or self._journey
        if section.visit is None:
            return chosen.undated
        if self._selection is None:
            return self._journey.visits[section.index].events
        return self._selection.visits[self._places[section.key]].events

    def _newest_events(self, section: Section, passed: int, most: int) -> Sequence[Event]:
        """Return up to `most` events of a section, without the `passed` newest ones, in its order."""
        events = self._events(section)
        if section.visit is None:
            return events[passed : passed + most]
        end = max(0, section.size - passed)
        return events[max(0, end - most) : end]


def _cut_words(journey: Journey) -> str:
    missing = journey.missing
    if missing is None:
        return ""
    if missing.before is None:
        return f"{missing.words}, and nobody can say where. The times between visits may not have been quiet."
    return f"{missing.words}. That does not mean that it was quiet here."
