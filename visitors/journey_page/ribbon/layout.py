"""Draws one journey: see the package for the rules."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from visitors.formatting import (
    format_ago,
    format_clock,
    format_count,
    format_day,
    format_duration,
    format_gap,
    format_money,
    join_list,
    limit_list,
)
from visitors.formatting.text import truncate
from visitors.journey import Counts, Event, Journey, Kind, Place, VisitOutline
from visitors.journey.summary import format_when
from visitors.journey_page.ribbon.columns import Column, Unit, columns
from visitors.journey_page.ribbon.lanes import REFERENCE, WIDTHS, Lanes
from visitors.journey_page.ribbon.scale import Scale, gap_widths, visit_widths
from visitors.journey_page.ribbon.shapes import Block, Gap, Mark, Ribbon, Word, block, height_of

MOST_BLOCKS = 60
BREAK_AFTER = timedelta(days=1)
ON_SITE = timedelta(minutes=5)

_MISSING = 9.0
_VISITS_SHARE, _ONLY_VISIT_SHARE = 58.0, 30.0
_LEAST_RECORD = 12
_BREAK_ROOM, _MARK_ROOM = 18, 12  # CSS pixels
_LANES = {"money": 10, "goal": 25, "gap": 80, "date": 106}
_BELOW_GOALS = 13  # CSS pixels, for an identification that stands where a goal does
_MARKS_ABOVE = 48  # CSS pixels that payments and goals take above the blocks
_PAYMENTS_ABOVE = 14
_LONGEST_WORD = 28
_LABELS_TOLD = 5

_FORMS = {
    Kind.PAYMENT: "money",
    Kind.GOAL: "goal",
    Kind.SUBSCRIPTION: "goal",
    Kind.IDENTIFIED: "id",
}
_STYLES = {"money": "r-money", "goal": "r-goal", "id": "r-soft"}
_NOUNS = {
    Kind.GOAL: "goal",
    Kind.SUBSCRIPTION: "subscription event",
    Kind.PAYMENT: "payment",
    Kind.IDENTIFIED: "identification",
}


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Events of one form that stand too close for marks of their own."""

    form: str
    x: float
    events: list[Event]

    @property
    def word(self) -> str:
        if len(self.events) == 1:
            return _word(self.events[0])
        counted = _counted(self.events)
        return counted[0] if len(counted) == 1 else format_count(len(self.events), "event")

    @property
    def label(self) -> str:
        events, more = limit_list(self.events, _LABELS_TOLD)
        told = [event.words for event in events]
        if more:
            told.append(f"{more:,} more")
        text = truncate(join_list(told), 300)
        return f"{text[0].upper()}{text[1:]}"


class Drawing:
    """A ribbon in the making."""

    def __init__(
        self, journey: Journey, *, now: datetime, zone: tzinfo, address: Callable[[VisitOutline], str]
    ) -> None:
        self._journey = journey
        self._zone, self._address = zone, address
        self._visits = journey.outlines[::-1]
        last = self._visits[-1].ended_at
        # An upstream whose clock is ahead would draw time backwards.
        self._now = max(now, last)
        self._is_on_site = self._now - last < ON_SITE
        missing = journey.missing
        self._missing = _MISSING if missing is not None and missing.place is Place.EARLIER else 0.0
        self._lanes = Lanes()
        self._scale = Scale()
        self._blocks: list[Block] = []
        self._gaps: list[Gap] = []
        self._marks: list[Mark] = []
        self._words: list[Word] = []

    def ribbon(self, wrote_at: datetime | None) -> Ribbon:
        """Draw it."""
        if len(self._visits) > MOST_BLOCKS:
            self._say("date", 100, "now", "r-soft")
            self._draw_columns()
            self._draw_marks()
            self._say_missing()
        else:
            gap_spans = self._draw_visits()
            self._draw_marks()
            self._say_missing()
            if not self._is_on_site:
                self._say("date", 100, "now", "r-soft")
            self._say_dates()
            self._say_gaps(gap_spans)
        forms = {mark.form for mark in self._marks}
        is_low = not forms and wrote_at is None
        return Ribbon(
            label=self._label(),
            note=self._note(),
            missing=self._missing,
            blocks=tuple(self._blocks),
            gaps=tuple(self._gaps),
            marks=tuple(self._marks),
            words=tuple(self._words),
            wrote_at=None if wrote_at is None else round(self._scale.x(wrote_at), 2),
            shift=_MARKS_ABOVE if is_low else 0 if "money" in forms else _PAYMENTS_ABOVE,
        )

    # --- Visit by visit ---

    def _draw_visits(self) -> list[tuple[timedelta, Gap, bool]]:
        """Blocks and gaps; returns each gap with its length, and whether it is the tail."""
        visits = self._visits
        spans = [later.started_at - earlier.ended_at for earlier, later in pairwise(visits)]
        if not self._is_on_site:
            spans.append(self._now - visits[-1].ended_at)
        room = 100 - self._missing
        share = _VISITS_SHARE if len(visits) > 1 else _ONLY_VISIT_SHARE
        widths = visit_widths([visit.duration for visit in visits], share)
        if not spans:  # the first visit, and it goes on: it is the whole line
            widths = [min(room, max(widths[0], _LEAST_RECORD))]
        gaps = gap_widths(spans, room - sum(widths))
        most = max(_LEAST_RECORD, *(visit.counts.views for visit in visits))
        x = self._missing
        found = []
        for index, (visit, width) in enumerate(zip(visits, widths, strict=True)):
            if visit.is_attended:
                height = height_of(visit.counts.views, most)
                is_newest = index == len(visits) - 1
                self._blocks.append(
                    block(x, width, height, self._visit_label(visit), self._address(visit), is_newest=is_newest)
                )
            self._scale.add(visit.started_at, x)
            x += width
            self._scale.add(visit.ended_at, x)
            if index < len(gaps):
                is_tail = index == len(visits) - 1
                is_known = is_tail or visits[index + 1].gap_known
                end = x + gaps[index]
                self._gaps.append(self._gap(x, end, spans[index], is_known=is_known))
                found.append((spans[index], self._gaps[-1], is_tail))
                x = end
        if not self._is_on_site:
            self._scale.add(self._now, 100)
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
        told = [f"{viewed} in {format_duration(visit.duration)}" if visit.duration else viewed, *_brought(visit.counts)]
        number = "" if visit.number is None else f" {visit.number}"
        return f"Visit{number}, {self._when(visit.started_at)}: {', '.join(told)}"

    def _when(self, moment: datetime) -> str:
        return f"{format_day(moment, self._now, self._zone)}, {format_clock(moment, self._zone)}"

    def _say_dates(self) -> None:
        attended = [visit for visit in self._visits if visit.is_attended]
        if not attended:
            return
        days = [format_day(visit.started_at, self._now, self._zone) for visit in attended]
        middle = range(len(attended) - 2, 0, -1)
        paid = [index for index, visit in enumerate(attended) if visit.counts.payments]
        for index in dict.fromkeys([len(attended) - 1, 0, *paid, *middle]):
            drawn, named = self._blocks[index], days[index]
            # Two visits of one day, and one of today, are told apart by their time.
            if named == "today" or days.count(named) > 1:
                named = f"{named} {format_clock(attended[index].started_at, self._zone)}"
            # At the left end there is no room to center it: it starts with its block.
            self._say("date", drawn.x + drawn.width / 2 if drawn.x else 0, named)

    def _say_gaps(self, spans: list[tuple[timedelta, Gap, bool]]) -> None:
        for span, between, is_tail in sorted(spans, key=lambda one: one[0], reverse=True):
            if between.is_known:
                text = self._since_last() if is_tail else format_gap(span)
                self._say("gap", between.middle, text, "r-soft", low=between.x, high=between.end)

    def _since_last(self) -> str:
        """As the figures and the summary say it; but "yesterday", which the date below says already, in hours."""
        last = self._visits[-1].ended_at
        text = format_when(last, self._now, self._zone)
        return format_ago(last, self._now) if text == "yesterday" else text

    # --- Column by column ---

    def _draw_columns(self) -> None:
        unit, found = columns(self._visits, self._now, self._zone)
        each = (100 - self._missing) / sum(column.weight for column in found)
        most = max(_LEAST_RECORD, *(column.views for column in found))
        missing = self._journey.missing
        x = self._missing
        before: datetime | None = None
        for column in found:
            width = each * column.weight
            self._scale.add(column.begin, x)
            if column.visits:
                # A tenth of a column on either side keeps neighbors apart.
                height = height_of(column.views, most)
                label, newest = self._column_label(unit, column), self._address(_newest(column))
                self._blocks.append(block(x + each * 0.1, each * 0.8, height, label, newest))
            else:
                shown = WIDTHS[1][0] if column.is_broken else ""
                is_known = missing is None or missing.ends_by(column.begin)
                self._gaps.append(Gap(round(x, 2), round(x + width, 2), shown if is_known else "", is_known=is_known))
            self._say_column(unit, column.begin, before, x)
            before = column.begin
            x += width
        self._scale.add(self._now, 100)

    def _say_column(self, unit: Unit, begin: datetime, before: datetime | None, x: float) -> None:
        """Years, and months where columns are shorter than they."""
        is_new_year = before is None or before.year != begin.year
        is_new_month = before is not None and before.month != begin.month and unit in (Unit.DAY, Unit.WEEK)
        if is_new_year:
            text = f"{begin:%Y}" if before is not None or unit is Unit.YEAR else f"{begin:%b %Y}"
            self._say("date", x, text)
        elif is_new_month:
            self._say("date", x, f"{begin:%b}", "r-soft")

    def _column_label(self, unit: Unit, column: Column) -> str:
        """ "12 visits, 34 page views, 1 payment in the week of Mon, May 4"."""
        visits = column.visits
        told = [
            format_count(sum(visit.is_attended for visit in visits), "visit"),
            format_count(column.views, "page view"),
            *_brought(*(visit.counts for visit in visits)),
        ]
        begin = f"{column.begin:%B %Y}" if unit in (Unit.MONTH, Unit.QUARTER) else f"{column.begin:%Y}"
        if unit in (Unit.DAY, Unit.WEEK):
            begin = format_day(column.begin, self._now, self._zone)
        return f"{', '.join(told)} in the {unit} of {begin}"

    # --- Above and below ---

    def _draw_marks(self) -> None:
        for form, clusters in self._clusters().items():
            lane = "money" if form == "money" else "goal"
            for cluster in reversed(clusters):
                x, y = round(cluster.x, 2), _LANES[lane] + 6
                if form == "id" and any(_are_close(mark.x, x) for mark in self._marks if mark.form == "goal"):
                    y += _BELOW_GOALS
                self._marks.append(Mark(form, x, y, cluster.label))
                self._say(lane, x, cluster.word, _STYLES[form])
                if form == "money":
                    self._lanes.reserve("goal", x)  # its stem passes through

    def _clusters(self) -> dict[str, list[_Cluster]]:
        """Group milestones into marks by form, oldest first."""
        found: dict[str, list[_Cluster]] = {"money": [], "goal": [], "id": []}
        for event in self._journey.milestones:
            if event.at is None:
                continue
            x, form = self._scale.x(event.at), _FORMS[event.kind]
            clusters = found[form]
            if clusters and _are_close(clusters[-1].x, x):
                clusters[-1].events.append(event)
            else:
                clusters.append(_Cluster(form, x, [event]))
        return found

    def _say_missing(self) -> None:
        if self._missing:
            self._say("date", 0, "earlier: not sent", "r-soft")

    def _say(self, lane: str, x: float, text: str, form: str = "", *, low: float = 0, high: float = 100) -> None:
        """Place a word where it has room."""
        # A date belongs in the middle of its block; a centered word over marks could seem to be its neighbor's.
        spot = self._lanes.place(lane, x, text, low=low, high=high, recenters=lane == "date")
        if spot is not None:
            self._words.append(
                Word(round(x, 2), _LANES[lane], text, spot.anchor, form, spot.shows_from, spot.centered_from)
            )

    def _label(self) -> str:
        """ "3 visits from May 2 to today, 3 goals, 1 payment", "61 visits (9 listed) from May 2 to today"."""
        journey = self._journey
        first, last = self._visits[0].started_at, self._visits[-1].ended_at
        days = [format_day(moment, self._now, self._zone) for moment in (first, last)]
        told = format_count(journey.visit_count, "visit")
        if journey.missing is not None and journey.missing.visits:
            told += f" ({journey.visit_count - journey.missing.visits:,} listed)"
        told += f" from {days[0]} to {days[1]}" if days[0] != days[1] else f", {days[0]}"
        return ", ".join([told, *_brought(*(visit.counts for visit in self._visits))])

    def _note(self) -> str:
        if self._missing:
            return "Hatched: what happened there is not in DataFast’s answer."
        if any(not between.is_known for between in self._gaps):
            return "Hatched: DataFast counts more than it lists, and some of that may belong there."
        return ""


def _are_close(one: float, other: float) -> bool:
    return abs(one - other) / 100 * REFERENCE < _MARK_ROOM


def _counted(events: Iterable[Event]) -> list[str]:
    """What is marked, counted by what it is: "3 goals", "1 payment"."""
    counts = Counter("refund" if event.is_refund else _NOUNS[event.kind] for event in events)
    return [format_count(counts[noun], noun) for noun in (*_NOUNS.values(), "refund") if counts[noun]]


def _brought(*visits: Counts) -> list[str]:
    """What visits brought: "3 goals", "1 payment"."""
    numbers = {
        "goal": sum(counts.goals for counts in visits),
        "subscription event": sum(counts.subscriptions for counts in visits),
        "payment": sum(counts.payments - counts.refunds for counts in visits),
        "refund": sum(counts.refunds for counts in visits),
    }
    return [format_count(number, noun) for noun, number in numbers.items() if number]


def _newest(column: Column) -> VisitOutline:
    return column.visits[-1]


def _word(event: Event) -> str:
    """What stands above a mark."""
    if event.kind is Kind.PAYMENT:
        if event.amount is None:
            return "refund" if event.is_refund else "payment"
        size = format_money(event.amount, event.currency)
        return f"{size} back" if event.is_refund else size
    name = event.words if event.kind is Kind.SUBSCRIPTION else event.name
    return truncate(name or event.kind.value, _LONGEST_WORD)
