"""The ledger: which visits and which of their events one response shows, and how the rest is reached.

Everything is newest first. A response has at most ROWS rows, however long the journey is, and only the events that it
shows are read. Open visits take what they need, up to VISIT_EVENTS each. Folded visits load theirs when they are
opened, except in a short list (WHOLE_LIST), which is sent as a whole.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from visitors import formatting
from visitors.journey import (
    CLOCK_SKEW,
    Event,
    Filter,
    Journey,
    Missing,
    Selection,
    VisitOutline,
    Where,
    find_ticket_moment,
    fold,
    select,
)
from visitors.journey_page.timeline.query import BEFORE, SPANS, UNDATED, Position, TimelineQuery
from visitors.journey_page.timeline.row_presenter import RowPresenter, present_undated, visit_key
from visitors.journey_page.timeline.rows import EventRow, NoteRow, TeamNote, VisitRow

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
    """A visit, or (visit None) the events without a time; `events` is how many of its events match the query.

    `index` is its place among all visits of the journey, newest first; `visit` outlines the whole visit, whatever is
    asked for.
    """

    key: str
    index: int
    visit: VisitOutline | None
    events: int


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


class Ledger:
    """Lays out a journey for one query, at the time `now` and in one time zone.

    `journey` is as of now, and `query` has its times in UTC. `since` is where the query's range starts (None: no range
    that ends now). `selection` is what the filters leave, None without filters, so that no event has to be read.
    `moment` is that of the ticket. `sections` are newest first, those without a time last.
    """

    def __init__(
        self,
        journey: Journey,
        query: TimelineQuery,
        *,
        zone: tzinfo,
        now: datetime,
        marked_after: datetime | None,
        team_notes: Sequence[TeamNote] = (),
    ) -> None:
        self.journey, self.query = journey.as_of(now), query.in_zone(zone)
        self.since = now - SPANS[query.span] if query.span in SPANS else None
        self.selection = self._select(now)
        self.moment = find_ticket_moment(self.journey, self.query.at, now=now) if self.query.at else None
        self.presenter = RowPresenter(self.journey, zone=zone, now=now, marked_after=marked_after)
        self.sections = self._make_sections()
        self._opened, self._shut = frozenset(query.opened), frozenset(query.shut)
        # A visit ahead of now comes from a wrong clock.
        current = (
            section
            for section in self.sections
            if section.visit is None or not self.presenter.is_ahead(section.visit.started_at)
        )
        self._newest = next(current, self.sections[0] if self.sections else None)
        self._places = {section.key: place for place, section in enumerate(self.sections)}
        self._is_short = len(self.sections) + sum(section.events for section in self.sections) <= WHOLE_LIST
        self._moment_place = self._place_of_moment()
        self._cut_place = self._place_of_cut()
        self._team_notes = self._place_team_notes(team_notes)

    def _select(self, now: datetime) -> Selection | None:
        query = self.query
        if not query.is_filtered:
            return None
        # A range ends now: events ahead of it come from a wrong clock.
        before = query.before if query.span == BEFORE else now + CLOCK_SKEW if self.since else None
        return select(self.journey, Filter(kinds=query.kinds, text=query.text, since=self.since, before=before))

    def _make_sections(self) -> list[Section]:
        outlines, selection = self.journey.outlines, self.selection
        if selection is None:
            events = [(index, outline.counts.all) for index, outline in enumerate(outlines)]
            undated = len(self.journey.undated)
        else:
            index_of = {outline.started_at: index for index, outline in enumerate(outlines)}
            events = [(index_of[visit.started_at], len(visit.events)) for visit in selection.visits]
            undated = len(selection.undated)
        sections = [
            Section(key=visit_key(outlines[index]), index=index, visit=outlines[index], events=number)
            for index, number in events
        ]
        if undated:
            sections.append(Section(key=UNDATED, index=len(outlines), visit=None, events=undated))
        return sections

    def page(self) -> LedgerPage:
        """Return the page of the query: from `start`, or from where the opened visit or the moment is in view."""
        start = self.query.start
        if start is not None and start.key in self._places:
            place = self._places[start.key]
            return self._lay_out(place, min(start.passed, self.sections[place].events))
        place, passed = self._wanted()
        if not passed and place < VISITS:
            page = self._lay_out(0, 0)
            if place < len(self.sections) - page.older_visits or not page.rows:
                return page
        if passed:
            return self._lay_out(place, passed)
        return self._lay_out(max(0, min(place - _ABOVE, len(self.sections) - _BELOW)), 0)

    def events(self) -> VisitRow | None:
        """Return a row with the events of the visit at `start`, from there on, or None for an unknown visit."""
        start = self.query.start
        if start is None or start.key not in self._places:
            return None
        section = self.sections[self._places[start.key]]
        return self._visit_row(section, min(start.passed, section.events), most=ROWS - 1, is_open=True)

    def _wanted(self) -> tuple[int, int]:
        """Return what must be in view, as place and events to skip: the visit opened last, or the moment."""
        if opened := [self._places[key] for key in self.query.opened if key in self._places]:
            return opened[-1], 0
        if self._moment_place is None or not self.sections:
            return 0, 0
        place = min(self._moment_place, len(self.sections) - 1)
        newer = self._newer_than_moment(self.sections[place])
        return place, newer - _WORTH_OPENING if newer > VISIT_EVENTS - _WORTH_OPENING else 0

    def _lay_out(self, first: int, passed: int) -> LedgerPage:
        rows: list[VisitRow | NoteRow] = []
        size, place = 0, first
        while place < len(self.sections) and place - first < VISITS:
            section = self.sections[place]
            notes = self._notes_above(place)
            newer = passed if place == first else 0
            is_open = newer > 0 or self._is_open(section)
            free = ROWS - _LAST_ROWS - size - len(notes) - 1
            if place > first and free < (min(section.events, _WORTH_OPENING) if is_open else 0):
                break
            is_last = place == len(self.sections) - 1
            most = (free if is_last else min(free, VISIT_EVENTS)) if is_open or self._is_short else 0
            row = self._visit_row(section, newer, most=most, is_open=is_open)
            rows += [*notes, row]
            size += len(notes) + 1 + len(row.events)
            place += 1
        if place == len(self.sections):
            rows += self._notes_above(place)
        return LedgerPage(
            rows=tuple(rows),
            newer=Position(self.sections[max(0, first - VISITS // 2)].key) if first else None,
            newer_visits=first,
            older=Position(self.sections[place].key) if place < len(self.sections) else None,
            older_visits=len(self.sections) - place,
        )

    def _is_open(self, section: Section) -> bool:
        if section.key in self._shut:
            return False
        return section.key in self._opened or self._opens(section)

    def _opens(self, section: Section) -> bool:
        """Whether it is open by default: the newest visit, the moment's, and everything that a search found."""
        return section is self._newest or self.query.is_search or self._has_moment(section)

    def _has_moment(self, section: Section) -> bool:
        """Whether the moment of the ticket is in this visit."""
        moment = self.moment
        return (
            moment is not None
            and moment.where is Where.DURING
            and moment.visit is not None
            and section.visit is not None
            and moment.visit.started_at == section.visit.started_at
        )

    def _place_of_moment(self) -> int | None:
        """Return the place of the newest visit that had begun at the moment, which is in or above it."""
        moment = self.moment
        if moment is None or moment.where is Where.NOWHERE:
            return None
        return self._first_place(lambda visit: visit.started_at <= moment.at)

    def _place_of_cut(self) -> int | None:
        """Return the place above which the missing events are noted; None if none are missing in this range."""
        missing = self.journey.missing
        if missing is None:
            return None
        before = missing.before
        if before is None:
            return sum(section.visit is not None for section in self.sections)
        if self.since is not None and self.since >= before:
            return None
        # The earliest listed page view is in the newest visit that had begun by then; the missing part is below it.
        return self._first_place(lambda visit: visit.ended_at < before)

    def _first_place(self, is_it: Callable[[VisitOutline], bool]) -> int:
        """Return the first place with such a visit, or the one after all visits."""
        dated = [section for section in self.sections if section.visit is not None]
        return next(
            (place for place, section in enumerate(dated) if section.visit and is_it(section.visit)), len(dated)
        )

    def _place_team_notes(self, notes: Sequence[TeamNote]) -> dict[int, list[NoteRow]]:
        """Return the team's notes by the place above which they are shown, newest first; none among what was found."""
        placed: dict[int, list[NoteRow]] = {}
        if not self.query.is_filtered:
            for note in sorted(notes, reverse=True):
                place = self._first_place(lambda visit, at=note.at: visit.started_at <= at)  # type: ignore[misc]
                placed.setdefault(place, []).append(self.presenter.present_team_note(note))
        return placed

    def _newer_than_moment(self, section: Section) -> int:
        """Return how many of a section's events are newer than the moment in it; 0 without the moment."""
        moment = self.moment
        if moment is None or not self._has_moment(section):
            return 0
        return sum(event.at is not None and event.at > moment.at for event in self._events(section))

    def _notes_above(self, place: int) -> list[NoteRow]:
        """Return the lines between a section and the newer one: the team's notes, a gap or the cut, and the moment."""
        gap, moment = self._gap_above(place), self.moment
        notes = self._team_notes.get(place, []) + ([] if gap is None else [gap])
        if moment is None or place != self._moment_place:
            return notes
        if place < len(self.sections) and self._has_moment(self.sections[place]):
            return notes
        row = self.presenter.present_ticket(moment.at, moment.words)
        missing = self.journey.missing
        return [row, *notes] if missing is not None and missing.ends_by(moment.at) else [*notes, row]

    def _gap_above(self, place: int) -> NoteRow | None:
        missing = self.journey.missing
        if missing is not None and place == self._cut_place:
            return NoteRow(style="cut", text=_cut_words(missing))
        if not 0 < place < len(self.sections):
            return None
        newer, this = self.sections[place - 1], self.sections[place]
        if newer.visit is None or this.visit is None or self.presenter.is_ahead(newer.visit.started_at):
            return None
        if between := self.journey.outlines[newer.index + 1 : this.index]:
            visits = sum(visit.is_attended for visit in between)
            hidden = formatting.format_count(visits, "visit") if visits else "Automatic events"
            return NoteRow(style="gap", text=f"{hidden} hidden by this filter")
        gap = newer.visit.gap_before
        return None if gap is None else NoteRow(style="gap", text=formatting.format_gap(gap))

    def _visit_row(self, section: Section, passed: int, *, most: int, is_open: bool) -> VisitRow:
        """Return a section's row with up to `most` of its events, without the `passed` newest ones."""
        query = self.query
        if section.visit is None:
            row = present_undated(section.key, section.events)
        else:
            row = self.presenter.present_visit(self.journey.visits[section.index], section.events)
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
        rest = section.events - shown
        if not rest:
            return row
        query = self.query
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
        rows = self.presenter.present_events(lines, None if section.visit is None else section.visit.started_at)
        moment = self.moment
        if moment is not None and self._has_moment(section):
            newer = self._newer_than_moment(section)
            end = passed + len(chosen)
            if passed <= newer < end or newer == end == section.events:
                above = sum(line.event.at is not None and line.event.at > moment.at for line in lines)
                rows.insert(above, self.presenter.present_ticket(moment.at, moment.words))
        return tuple(rows)

    def _events(self, section: Section) -> Sequence[Event]:
        """Return the events of a section that match the query: oldest first, or as received without a time."""
        chosen = self.selection or self.journey
        if section.visit is None:
            return chosen.undated
        if self.selection is None:
            return self.journey.visits[section.index].events
        return self.selection.visits[self._places[section.key]].events

    def _newest_events(self, section: Section, passed: int, most: int) -> Sequence[Event]:
        """Return up to `most` events of a section, without the `passed` newest ones, in its order."""
        events = self._events(section)
        if section.visit is None:
            return events[passed : passed + most]
        end = max(0, section.events - passed)
        return events[max(0, end - most) : end]


def _cut_words(missing: Missing) -> str:
    if missing.before is None:
        return (
            f"{missing.words}, and it is unknown where that belongs. The times between visits may not have been quiet."
        )
    return f"{missing.words}. That does not mean that it was quiet here."
