"""The rows of a timeline, with every word ready, so that the template only puts them in place."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from html import escape
from typing import ClassVar

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from msgspec import Struct

from visitors import formatting
from visitors.formatting.text import isolate_direction, truncate
from visitors.journey import Counts, Event, Fold, Journey, Kind, Page, Visit, VisitOutline
from visitors.journey_page.timeline.lines import EventRow
from visitors.journey_page.timeline.paths import path_html, way_html

# The dwell that fills the bar. One scale for all visits, so that bars compare; the text beside it says longer ones.
FULL_BAR = timedelta(minutes=5)

_LONGEST_NAME = 80
_BADGE_ICONS = {
    "goal": '<svg class="icon mark-goal" aria-hidden="true"><use href="#i-goal"/></svg>',
    "id": '<svg class="icon" aria-hidden="true"><use href="#i-person"/></svg>',
    "money": '<svg class="icon mark-money" aria-hidden="true"><use href="#i-money"/></svg>',
}
_BADGES = 3  # of goals, and as many of payments
_ORIGINS = {"manual": "from the website", "payment_provider": "from the payment provider"}


class Row(Struct, frozen=True, kw_only=True, gc=False):
    """The base of what templates show. Text is not HTML, ways aside: templates escape it."""


class Badge(Row, frozen=True):
    """A badge of a visit; `form` is "money", "goal" or "id"."""

    form: str
    label: str

    @property
    def html(self) -> SafeString:
        """The badge as HTML, with the mark of its kind."""
        icon = _BADGE_ICONS.get(self.form, "")
        html = f'<span class="badge badge-{self.form}">{icon}<bdi>{escape(self.label)}</bdi></span>'
        return mark_safe(html)  # noqa: S308 (escaped)


class VisitRow(Row, frozen=True):
    """A visit, or the group of events without a time.

    `is_open` says how it stands, `opens` how it does unless the reader says otherwise. `events` are those in the page.
    `passed` and `rest` are what to say about newer and older events of the visit that are not, "" for none; their
    addresses are query strings for the page, `rest_part` the one for the events alone.
    """

    form: ClassVar[str] = "visit"

    key: str
    number: str
    when: str
    iso: str = ""
    title: str = ""
    way: str = ""
    pages: str = ""
    long: str = ""
    place: str = ""
    badges: tuple[Badge, ...] = ()
    is_new: bool = False
    is_open: bool = False
    opens: bool = False
    events: tuple[EventRow, ...] = ()
    passed: str = ""
    passed_address: str = ""
    rest: str = ""
    rest_address: str = ""
    rest_part: str = ""

    @property
    def head(self) -> SafeString:
        """What shows of it while it is folded, as HTML."""
        when = escape(self.when)
        if self.iso:
            when_html = f'<time class="visit-when" datetime="{self.iso}" title="{escape(self.title)}">{when}</time>'
        else:
            when_html = f'<span class="visit-when">{when}</span>'
        badges = "".join(badge.html for badge in self.badges)
        badges = badges and f'<span class="visit-badges">{badges}</span>'
        return mark_safe(  # noqa: S308 (escaped in its parts)
            f"""<span class="visit-no"><span class="sr">Visit </span><b>{self.number}</b></span>
      <svg class="icon chevron" aria-hidden="true"><use href="#i-open"/></svg>
      <span class="visit-line">
        {when_html}
        <span class="visit-what"><span class="visit-way">{conditional_escape(self.way)}</span>{badges}</span>
        <span class="visit-pages num">{self.pages}</span>
        <span class="visit-long num">{escape(self.long)}</span>
        <span class="visit-place quiet">{escape(self.place)}</span>
      </span>"""
        )

    @property
    def lines(self) -> SafeString:
        """Its events in the page, as items of a list."""
        return mark_safe("\n".join(event.html for event in self.events))  # noqa: S308 (HTML already)


class NoteRow(Row, frozen=True):
    """What stands between visits; `form` is "gap", "cut" or "moment"."""

    form: str
    text: str
    iso: str = ""
    clock: str = ""


class Writer:
    """Says the parts of one journey in the words of one zone and day."""

    def __init__(self, journey: Journey, *, zone: tzinfo, today: date, seen: datetime | None = None) -> None:
        self.zone = zone
        self._seen = seen
        self._noon = datetime.combine(today, time(12), zone)
        self._has_hosts = len(journey.hosts) > 1
        self._is_cut_off = journey.missing is not None
        self._paths: dict[str, SafeString] = {}
        attended = [visit for visit in journey.outlines if visit.is_attended]
        self._is_only = journey.visit_count <= 1
        self._latest = attended[0].started_at if attended else None
        self._earliest = attended[-1].started_at if attended else None
        begin = journey.begin if journey.reported_first_visit_at or journey.missing is None else None
        self._first_day = self._local(begin).toordinal() if begin else None

    def day(self, moment: datetime) -> str:
        """The day as a person says it: "today", "Mon, May 4"."""
        return formatting.format_day(moment, self._noon, self.zone)

    def day_and_clock(self, moment: datetime) -> str:
        """ "today, 17:46"."""
        return f"{self.day(moment)}, {formatting.format_clock(moment, self.zone)}"

    def clock(self, moment: datetime) -> str:
        """The time of day to the second: "17:46:00"."""
        return _clock(self._local(moment))

    def path(self, page: Page) -> SafeString:
        """A page, made once for every address."""
        if (path := self._paths.get(page.url)) is None:
            path = self._paths[page.url] = path_html(page, has_host=self._has_hosts)
        return path

    def way(self, visit: Visit) -> SafeString | str:
        """Where a visit led, from its first page to its last."""
        if visit.entry is None:
            if visit.is_attended:
                return "no page view listed" if self._is_cut_off else "no page view"
            return "nothing on the site"
        is_elsewhere = visit.exit is not None and visit.exit != visit.entry
        return way_html(self.path(visit.entry), self.path(visit.exit) if visit.exit and is_elsewhere else None)

    def events(self, folds: Iterable[Fold], began: datetime | None) -> list[EventRow]:
        """The lines of folded events, in their order. `began` is when their visit did."""
        start = None if began is None else self._local(began)
        day, offset = (start.date(), start.utcoffset()) if start else (None, None)
        return [self._event(fold, day, offset) for fold in folds]

    def moment(self, at: datetime, text: str) -> EventRow:
        """The moment of a ticket, inside a visit."""
        return EventRow(form="moment", iso=iso(at), clock=self.clock(at), note=text)

    def is_new(self, moment: datetime | None) -> bool:
        """Whether this happened since the reader looked last."""
        return self._seen is not None and moment is not None and moment > self._seen

    def place(self, visit: VisitOutline) -> str:
        """Where a visit stands in the journey: "first visit", "day 12 · latest visit"; "" where that cannot be told."""
        if not visit.is_attended:
            return "without the visitor"
        is_latest, is_earliest = visit.started_at == self._latest, visit.started_at == self._earliest
        is_first = is_earliest and visit.gap_known
        if is_latest and is_first and self._is_only:
            return "only visit"
        parts = []
        if is_first:
            parts.append("first visit")
        elif is_earliest:
            parts.append("earliest listed")
        elif self._first_day is not None:
            parts.append(f"day {self._local(visit.started_at).toordinal() - self._first_day + 1:,}")
        if is_latest:
            parts.append("latest visit")
        return " · ".join(parts)

    def badges(self, visit: Visit) -> tuple[Badge, ...]:
        """What a visit brought: money first, then goals, then who it was."""
        if visit.counts.all == visit.counts.views:
            return ()
        money: list[Badge] = []
        refunds: list[Badge] = []
        goals, people = {}, []
        for event in visit.milestones:
            match event.kind:
                case Kind.PAYMENT:
                    (refunds if event.is_refund else money).append(Badge(form="money", label=_paid(event)))
                case Kind.IDENTIFIED:
                    people.append(Badge(form="id", label=truncate(event.name, _LONGEST_NAME) or "identified"))
                case _:
                    name = event.words if event.kind is Kind.SUBSCRIPTION else event.name
                    label = truncate(name, _LONGEST_NAME) or "goal without a name"
                    goals[label] = Badge(form="goal", label=label)
        paid, more_paid = formatting.limit_list(money, _BADGES)
        if more_paid:
            paid.append(Badge(form="money", label=formatting.format_count(more_paid, "other payment")))
        given_back, more_given_back = formatting.limit_list(refunds, _BADGES)
        if more_given_back:
            given_back.append(Badge(form="money", label=formatting.format_count(more_given_back, "other refund")))
        reached, more_reached = formatting.limit_list(list(goals.values()), _BADGES)
        if more_reached:
            reached.append(Badge(form="goal", label=formatting.format_count(more_reached, "other goal")))
        return (*paid, *given_back, *reached, *people)

    def _local(self, moment: datetime) -> datetime:
        try:
            return moment.astimezone(self.zone)
        except OverflowError:  # the last hours that a datetime can hold do not exist in every zone
            return moment

    def _event(self, fold: Fold, began_on: date | None, offset: timedelta | None) -> EventRow:
        """A line of a visit that began on this day, with this offset from UTC (None: of no visit)."""
        event = fold.event
        at = event.at
        if at is None:
            return self._line(fold, iso="", clock="no time", day=_sent_as(event))
        local = self._local(at)
        notes = []
        if local.date() != began_on:
            notes.append(self.day(at))
        if began_on is not None and local.utcoffset() != offset:
            notes.append(formatting.format_zone_abbreviation(at, self.zone))  # the clocks were changed during the visit
        day = " ".join(f"{note} ·" for note in notes)
        return self._line(fold, iso=iso(at), clock=_clock(local), day=day)

    def _line(self, fold: Fold, *, iso: str, clock: str, day: str) -> EventRow:
        event = fold.event
        is_new = self.is_new(fold.until)
        if event.is_view:
            dwell = None if fold.events[-1].dwell is None else fold.dwell
            times = f"×{fold.times}" if fold.times > 1 else ""
            if times and fold.until is not None:
                times += f", until {self.clock(fold.until)}"
            return EventRow(
                form="page",
                iso=iso,
                clock=clock,
                day=day,
                is_new=is_new,
                path=self.path(event.page) if event.page else "a page without an address",
                times=times,
                dwell="" if dwell is None else formatting.format_short_duration(dwell),
                share=0 if dwell is None else min(100, max(1, round(100 * (dwell / FULL_BAR)))),
                last="" if dwell is not None or event.at is None else f"last {event.kind}",
            )
        form, lead, name, tail, note = _said(event)
        return EventRow(
            form=form, iso=iso, clock=clock, day=day, is_new=is_new, lead=lead, name=name, tail=tail, note=note
        )


def visit_key(visit: VisitOutline) -> str:
    """What names a visit in addresses and anchors: its number, or the second in which one without a number began."""
    return f"t{int(visit.started_at.timestamp())}" if visit.number is None else str(visit.number)


def iso(moment: datetime) -> str:
    """For `<time datetime>`: "2026-05-04T20:07:10Z"."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat(timespec='seconds')[:19]}Z"


def _clock(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}:{local.second:02}"


def pages_said(counts: Counts) -> str:
    """ "4 pages", "2 screens", "6 page views" where both were seen, "" for none."""
    if not counts.views:
        return ""
    noun = "page view" if counts.pages and counts.screens else ("page" if counts.pages else "screen")
    return formatting.format_count(counts.views, noun)


def _said(event: Event) -> tuple[str, str, str, str, str]:
    """Style, lead, name, tail and note of an event that is no page."""
    notes: Sequence[str | None]
    if event.kind is Kind.IDENTIFIED:
        return "id", "Identified as" if event.name else "", event.name or "Identified", "", ""
    origin = _origin(event)
    if event.kind is Kind.PAYMENT:
        if event.amount is None:
            name, tail = "Refund" if event.is_refund else "Payment", "(amount unknown)"
        else:
            name, tail = (
                formatting.format_money(event.amount, event.currency),
                "refunded" if event.is_refund else "paid",
            )
        given = "" if event.name in ("payment", "payment_refunded", "refund") else event.name
        notes = (given, event.description, origin)
        return "money", "", name, tail, _joined(notes)
    amount = "" if event.amount is None else formatting.format_money(event.amount, event.currency)
    notes = (event.description, origin)
    if event.kind is Kind.SUBSCRIPTION:
        return "goal", "", event.words.capitalize() or "Subscription", amount, _joined(notes)
    return "goal", "Goal", event.name or "without a name", amount, _joined(notes)


def _origin(event: Event) -> str:
    if event.is_server:
        return "sent by the server"
    if event.origin is None:
        return ""
    return _ORIGINS.get(event.origin, f"from {truncate(event.origin, _LONGEST_NAME)}")


def _joined(notes: Iterable[str | None]) -> str:
    return " · ".join(note for note in notes if note)


def _paid(event: Event) -> str:
    if event.amount is None:
        return "refund" if event.is_refund else "payment"
    size = formatting.format_money(event.amount, event.currency)
    return f"{size} refunded" if event.is_refund else size


def _sent_as(event: Event) -> str:
    return f"time sent as “{isolate_direction(truncate(event.raw_at, 40))}” ·" if event.raw_at else ""
