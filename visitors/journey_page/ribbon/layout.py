"""Lay out the ribbon of one journey. See the package for the rules."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple

from visitors.formatting import (
    format_ago,
    format_clock,
    format_count,
    format_day,
    format_duration,
    format_gap,
    join_list,
    limit_list,
)
from visitors.formatting.text import truncate
from visitors.journey import LIVE_FOR, Counts, Event, Journey, Kind, Names, Place, VisitOutline, is_ahead, main_intent
from visitors.journey.summary import format_when
from visitors.journey_page.ribbon.columns import Column, Unit, add_counts, columns
from visitors.journey_page.ribbon.lanes import REFERENCE, WIDTHS, Lanes
from visitors.journey_page.ribbon.scale import Scale, gap_widths, visit_widths
from visitors.journey_page.ribbon.shapes import Block, Gap, Mark, Ribbon, Word, block, height_of

MAX_BLOCKS = 60
BREAK_AFTER = timedelta(days=1)

_MISSING = 9.0
_VISITS_SHARE, _ONLY_VISIT_SHARE = 58.0, 30.0
_LEAST_RECORD = 12
_BREAK_ROOM = 18  # CSS pixels
_MARK_ROOM = 12 / REFERENCE * 100  # percent
_LANES = {"money": 10, "goal": 25, "gap": 80, "date": 106}
_BELOW = 13  # CSS pixels, for a mark at the same place as one of another form on the same lane
_OTHER_FORM = {"refund": "money", "setback": "goal", "id": "goal"}
_MARKS_ABOVE = 48  # CSS pixels that payments and goals take above the blocks
_PAYMENTS_ABOVE = 14
_LONGEST_WORD = 28
_MAX_LABELS = 5

_STYLES = {"money": "r-money", "refund": "r-refund", "goal": "r-goal", "setback": "r-setback", "id": "r-soft"}
_ABOVE = ("money", "refund")  # the forms on the upper lane
_NOUNS = {
    Kind.GOAL: "goal",
    Kind.SUBSCRIPTION: "subscription event",
    Kind.PAYMENT: "payment",
    Kind.IDENTIFIED: "identification",
}


class _Milestone(NamedTuple):
    """What the marks show of a milestone. `words` are for a list of several, `noun` is for their number."""

    event: Event
    form: str
    noun: str
    words: str


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Milestones of one form that are too close to each other for separate marks."""

    form: str
    x: float
    until: datetime  # the time up to which a mark would be too close to this one's
    milestones: list[_Milestone]
    names: Names

    @property
    def word(self) -> str:
        if len(self.milestones) == 1:
            return _word(self.milestones[0].event, self.names)
        nouns = {milestone.noun for milestone in self.milestones}
        return format_count(len(self.milestones), nouns.pop() if len(nouns) == 1 else "event")

    @property
    def label(self) -> str:
        milestones, more = limit_list(self.milestones, _MAX_LABELS)
        words = [milestone.words for milestone in milestones]
        if more:
            words.append(f"{more:,} more")
        text = truncate(join_list(words), 300)
        originals = self.names.originals_in(text)
        return f"{text[0].upper()}{text[1:]}{f' ({originals})' if originals else ''}"


class Drawing:
    """Lays out one ribbon."""

    def __init__(
        self,
        journey: Journey,
        *,
        now: datetime,
        zone: tzinfo,
        address: Callable[[VisitOutline], str],
        is_zoomed: bool = False,
    ) -> None:
        self._journey = journey
        self._zone, self._address = zone, address
        self._visits = journey.outlines[::-1]
        self._left_out = max(0, len(self._visits) - MAX_BLOCKS) if is_zoomed else 0
        self._visits = self._visits[self._left_out :]
        # Days are named from now; the drawing ends at the last event if that is ahead of now.
        last = self._visits[-1].ended_at
        self._now, self._end = now, max(now, last)
        self._has_tail = self._end - last >= LIVE_FOR
        missing = journey.missing
        is_cut_off = missing is not None and missing.place is Place.EARLIER and not self._left_out
        self._missing = _MISSING if is_cut_off else 0.0
        self._lanes = Lanes()
        self._scale = Scale()
        self._counts: list[Counts] = []  # of each visit or column
        self._blocks: list[Block] = []
        self._gaps: list[Gap] = []
        self._marks: list[Mark] = []
        self._words: list[Word] = []

    def ribbon(self, ticket_at: datetime | None) -> Ribbon:
        """Return the ribbon."""
        if len(self._visits) > MAX_BLOCKS:
            self._draw_columns()
            self._draw_marks()
            self._add_missing_note()
        else:
            gap_spans = self._draw_visits()
            self._draw_marks()
            self._add_missing_note()
            if self._has_tail or is_ahead(self._end, self._now):
                self._add_now()
            self._add_dates()
            self._add_gap_lengths(gap_spans)
        forms = {mark.form for mark in self._marks}
        if self._left_out and ticket_at and ticket_at < self._visits[0].started_at:
            ticket_at = None
        is_low = not forms and ticket_at is None
        return Ribbon(
            label=self._label(),
            note=self._note(),
            missing=self._missing,
            blocks=tuple(self._blocks),
            gaps=tuple(self._gaps),
            marks=tuple(self._marks),
            words=tuple(self._words),
            ticket_at=None if ticket_at is None else round(self._scale.x(ticket_at), 2),
            is_grouped=len(self._visits) > MAX_BLOCKS,
            left_out=self._left_out,
            shift=_MARKS_ABOVE if is_low else 0 if forms.intersection(_ABOVE) else _PAYMENTS_ABOVE,
        )

    # --- Visit by visit ---

    def _draw_visits(self) -> list[tuple[timedelta, Gap, bool]]:
        """Add blocks and gaps. Return each gap that has a length, with it, and whether it is the tail."""
        visits = self._visits
        spans = [later.started_at - earlier.ended_at for earlier, later in pairwise(visits)]
        if self._has_tail:
            spans.append(self._end - visits[-1].ended_at)
        available = 100 - self._missing
        share = _VISITS_SHARE if len(visits) > 1 else _ONLY_VISIT_SHARE
        widths = visit_widths([visit.duration for visit in visits], share)
        if not spans:  # the first visit, and it goes on: it is the whole line
            widths = [min(available, max(widths[0], _LEAST_RECORD))]
        gaps = gap_widths(spans, available - sum(widths))
        self._counts = [visit.counts for visit in visits]
        most = max(_LEAST_RECORD, *(counts.views for counts in self._counts))
        newest = max(
            (index for index, visit in enumerate(visits) if not is_ahead(visit.started_at, self._now)), default=None
        )
        x = self._missing
        found = []
        for index, (visit, width) in enumerate(zip(visits, widths, strict=True)):
            if visit.is_attended:
                height = height_of(visit.counts.views, most)
                is_newest = index == newest
                self._blocks.append(
                    block(
                        x,
                        width,
                        height,
                        self._visit_label(visit),
                        self._address(visit),
                        visit.intent,
                        is_newest=is_newest,
                    )
                )
            self._scale.add(visit.started_at, x)
            x += width
            self._scale.add(visit.ended_at, x)
            if index < len(gaps):
                is_tail = index == len(visits) - 1
                is_known = is_tail or visits[index + 1].gap_known
                end = x + gaps[index]
                self._gaps.append(self._gap(x, end, spans[index], is_known=is_known))
                if is_tail or not is_ahead(visits[index + 1].started_at, self._now):
                    found.append((spans[index], self._gaps[-1], is_tail))
                x = end
        if self._has_tail:
            self._scale.add(self._end, 100)
        return found

    @staticmethod
    def _gap(x: float, end: float, span: timedelta, *, is_known: bool) -> Gap:
        is_broken = is_known and span >= BREAK_AFTER
        roomy = (name for name, px in WIDTHS if (end - x) / 100 * px >= _BREAK_ROOM)
        return Gap(round(x, 2), round(end, 2), next(roomy, "") if is_broken else "", is_known=is_known)

    def _visit_label(self, visit: VisitOutline) -> str:
        """ "Visit 2, Mon, May 4, 20:01: 3 page views in 6 minutes, 2 goals, 1 payment"."""
        if visit.counts.views:
            viewed = format_count(visit.counts.views, "page view")
        else:
            viewed = "no page view" if self._journey.missing is None else "no page view listed"
        parts = [
            f"{viewed} in {format_duration(visit.duration)}" if visit.duration else viewed,
            *_describe_counts(visit.counts),
        ]
        is_from_wrong_clock = is_ahead(visit.started_at, self._now)
        number = "" if visit.number is None or is_from_wrong_clock else f" {visit.number}"
        ahead = " (clock ahead)" if is_from_wrong_clock else ""
        return f"Visit{number}, {self._when(visit.started_at)}{ahead}: {', '.join(parts)}"

    def _when(self, time: datetime) -> str:
        return f"{format_day(time, self._now, self._zone)}, {format_clock(time, self._zone)}"

    def _add_dates(self) -> None:
        attended = [visit for visit in self._visits if visit.is_attended]
        if not attended:
            return
        days = [format_day(visit.started_at, self._now, self._zone) for visit in attended]
        middle = range(len(attended) - 2, 0, -1)
        paid = [index for index, visit in enumerate(attended) if visit.counts.payments]
        for index in dict.fromkeys([len(attended) - 1, 0, *paid, *middle]):
            drawn, named = self._blocks[index], days[index]
            # Visits on the same day, and those of today, need their time.
            if named == "today" or days.count(named) > 1:
                named = f"{named} {format_clock(attended[index].started_at, self._zone)}"
            # It can't be centered at the left end, so it starts with its block.
            self._add_word("date", drawn.x + drawn.width / 2 if drawn.x else 0, named)

    def _add_gap_lengths(self, spans: list[tuple[timedelta, Gap, bool]]) -> None:
        for span, between, is_tail in sorted(spans, key=lambda one: one[0], reverse=True):
            if between.is_known:
                text = self._since_last() if is_tail else format_gap(span)
                self._add_word("gap", between.middle, text, "r-soft", low=between.x, high=between.end)

    def _since_last(self) -> str:
        """Return the time since the last event, as in the figures; in hours instead of "yesterday", which is below."""
        last = self._visits[-1].ended_at
        text = format_when(last, self._now, self._zone)
        return format_ago(last, self._now) if text == "yesterday" else text

    # --- Column by column ---

    def _draw_columns(self) -> None:
        unit, found = columns(self._visits, self._end, self._zone)
        each = (100 - self._missing) / sum(column.weight for column in found)
        self._counts = [column.counts for column in found]
        most = max(_LEAST_RECORD, *(counts.views for counts in self._counts))
        missing = self._journey.missing
        x = self._missing
        starts: list[tuple[datetime, float]] = []
        for column in found:
            width = each * column.weight
            self._scale.add(column.start, x)
            if column.visits:
                # A tenth of a column on either side keeps neighbors apart.
                height = height_of(column.counts.views, most)
                label, newest = self._column_label(unit, column), self._address(column.visits[-1])
                intent = main_intent(visit.intent for visit in column.visits)
                self._blocks.append(block(x + each * 0.1, each * 0.8, height, label, newest, intent))
            else:
                shown = WIDTHS[1][0] if column.is_broken else ""
                is_known = missing is None or missing.ends_by(column.start)
                self._gaps.append(Gap(round(x, 2), round(x + width, 2), shown if is_known else "", is_known=is_known))
            starts.append((column.start, x))
            x += width
        self._scale.add(self._end, 100)
        self._add_now()
        before: datetime | None = None
        for start, at in starts:
            self._add_column_date(unit, start, before, at)
            before = start

    def _add_column_date(self, unit: Unit, start: datetime, before: datetime | None, x: float) -> None:
        """Add years, and months if columns are shorter."""
        is_new_year = before is None or before.year != start.year
        is_new_month = before is not None and before.month != start.month and unit in (Unit.DAY, Unit.WEEK)
        if is_new_year:
            text = f"{start:%Y}" if before is not None or unit is Unit.YEAR else f"{start:%b %Y}"
            self._add_word("date", x, text)
        elif is_new_month:
            self._add_word("date", x, f"{start:%b}", "r-soft")

    def _column_label(self, unit: Unit, column: Column) -> str:
        """ "12 visits, 34 page views, 1 payment in the week of Mon, May 4"."""
        visits = column.visits
        parts = [
            format_count(sum(visit.is_attended for visit in visits), "visit"),
            format_count(column.counts.views, "page view"),
            *_describe_counts(column.counts),
        ]
        start = f"{column.start:%B %Y}" if unit in (Unit.MONTH, Unit.QUARTER) else f"{column.start:%Y}"
        if unit in (Unit.DAY, Unit.WEEK):
            start = format_day(column.start, self._now, self._zone)
        return f"{', '.join(parts)} in the {unit} of {start}"

    # --- Above and below ---

    def _draw_marks(self) -> None:
        for form, clusters in self._clusters().items():
            lane = "money" if form in _ABOVE else "goal"
            others = [mark.x for mark in self._marks if mark.form == _OTHER_FORM.get(form)]
            for cluster in reversed(clusters):
                x, y = round(cluster.x, 2), _LANES[lane] + 6
                if any(abs(other - x) < _MARK_ROOM for other in others):
                    y += _BELOW
                self._marks.append(Mark(form, x, y, cluster.label))
                self._add_word(lane, x, cluster.word, _STYLES[form])
                if form in _ABOVE:
                    self._lanes.reserve("goal", x)  # its stem passes through

    def _clusters(self) -> dict[str, list[_Cluster]]:
        """Group milestones into marks by form, oldest first."""
        names, listed = self._journey.names, self._journey.milestones
        distinct = [_Milestone(event, _form(event), _noun(event), event.describe(names)) for event in listed.distinct]
        found: dict[str, list[_Cluster]] = {form: [] for form in _STYLES}
        first = bisect_left(listed.times, self._visits[0].started_at) if self._left_out else 0
        for number, time in zip(listed.which[first:], listed.times[first:], strict=True):
            milestone = distinct[number]
            clusters = found[milestone.form]
            if clusters and time <= clusters[-1].until:
                clusters[-1].milestones.append(milestone)
            else:
                x = self._scale.x(time)
                until = self._scale.time(x + _MARK_ROOM)
                clusters.append(_Cluster(milestone.form, x, until, [milestone], names))
        return found

    def _add_missing_note(self) -> None:
        if self._missing:
            self._add_word("date", 0, "earlier: not sent", "r-soft")

    def _add_now(self) -> None:
        x = 100 if self._end == self._now else self._scale.x(self._now)
        self._add_word("date", x, "now", "r-soft")

    def _add_word(self, lane: str, x: float, text: str, form: str = "", *, low: float = 0, high: float = 100) -> None:
        """Add a word if it fits."""
        # Only dates are recentered: a centered word above a mark could seem to belong to its neighbor.
        spot = self._lanes.place(lane, x, text, low=low, high=high, recenters=lane == "date")
        if spot is not None:
            self._words.append(
                Word(round(x, 2), _LANES[lane], text, spot.anchor, form, spot.shows_from, spot.centered_from)
            )

    def _label(self) -> str:
        """ "3 visits from May 2 to today, 3 goals, 1 payment", "61 visits (9 listed) from May 2 to today"."""
        journey = self._journey
        first = self._visits[0].started_at
        last = journey.as_of(self._now).latest_event_at or self._visits[-1].ended_at
        days = [format_day(time, self._now, self._zone) for time in (first, last)]
        visits = format_count(journey.visit_count, "visit")
        if self._left_out:
            visits = f"the latest {len(self._visits)} of {visits}"
        elif journey.missing is not None and journey.missing.visits:
            visits += f" ({journey.visit_count - journey.missing.visits:,} listed)"
        visits += f" from {days[0]} to {days[1]}" if days[0] != days[1] else f", {days[0]}"
        return ", ".join([visits, *_describe_counts(add_counts(self._counts))])

    def _note(self) -> str:
        if self._left_out:
            return f"{format_count(self._left_out, 'earlier visit')} not shown."
        if self._missing:
            return "Hatched: what happened there is not in DataFast’s answer."
        if any(not between.is_known for between in self._gaps):
            return "Hatched: DataFast counts more than it lists, and some of that may belong there."
        return ""


def _noun(event: Event) -> str:
    if event.is_refund:
        return "refund"
    return "setback" if event.is_setback else _NOUNS[event.kind]


def _describe_counts(counts: Counts) -> list[str]:
    """Return the numbers of goals, setbacks and payments: "3 goals", "1 payment"."""
    numbers = {
        "goal": counts.goals - counts.setbacks,
        "setback": counts.setbacks,
        "subscription event": counts.subscriptions,
        "payment": counts.payments - counts.refunds,
        "refund": counts.refunds,
    }
    return [format_count(number, noun) for noun, number in numbers.items() if number]


def _form(event: Event) -> str:
    """Return the form of an event's mark."""
    if event.kind is Kind.PAYMENT:
        return "refund" if event.is_refund else "money"
    if event.kind is Kind.IDENTIFIED:
        return "id"
    return "setback" if event.is_setback else "goal"


def _word(event: Event, names: Names) -> str:
    """Return the word above a mark."""
    if event.kind is Kind.PAYMENT:
        if event.amount is None:
            return "refund" if event.is_refund else "payment"
        return f"−{event.amount_words}" if event.is_refund else event.amount_words
    is_in_words = event.kind is Kind.SUBSCRIPTION or event.is_setback
    name = event.describe(names) if is_in_words else names.goal(event.name)
    return truncate(name or event.kind.value, _LONGEST_WORD)
