"""Turns visits and events into rows of text."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from django.utils.text import capfirst

from visitors import formatting
from visitors.formatting.text import isolate_direction, truncate, truncate_middle
from visitors.journey import (
    Counts,
    Event,
    Fold,
    Journey,
    Kind,
    Names,
    Page,
    Visit,
    VisitOutline,
    classify,
    goal_names,
    is_ahead,
)
from visitors.journey_page.timeline.rows import Badge, EventRow, NoteRow, PagePath, TeamNote, VisitRow

# The dwell whose bar is full. One scale for all visits makes bars comparable; longer times are in the text beside it.
FULL_BAR = timedelta(minutes=5)

_MAX_BADGES = 3  # of payments, of refunds and of goals
_PATH_LIMIT, _APP_LIMIT, _NAME_LIMIT, _RAW_TIME_LIMIT = 300, 24, 80, 40
_WHOLE_LIMIT = 4_000  # of an address that is shown on demand
CLOCK_AHEAD = "clock ahead"  # the mark of events that are ahead of now
_ORIGINS = {"manual": "from the website", "payment_provider": "from the payment provider"}


class RowPresenter:
    """Presents the visits and events of one journey in one time zone, at one moment."""

    def __init__(self, journey: Journey, *, zone: tzinfo, now: datetime, marked_after: datetime | None = None) -> None:
        self._zone = zone
        self._marked_after = marked_after
        self._now = now
        self._live_at = journey.last_seen_at if journey.is_live(now) else None
        # Hosts are shown where they tell pages apart: a page without one is on the website's own domain.
        others = {host for host in journey.hosts if not journey.names.is_own(host)}
        self._shown_hosts = others if len(journey.hosts) > 1 else set()
        self._names = journey.names
        self._is_cut_off = journey.missing is not None
        self._is_only_visit = journey.visit_count <= 1
        self._latest = self._first_attended(journey.outlines)
        self._earliest = self._first_attended(reversed(journey.outlines))
        start = journey.started_at if journey.reported_first_visit_at or journey.missing is None else None
        self._first_day = start.astimezone(zone).toordinal() if start else None

    def _first_attended(self, visits: Iterable[VisitOutline]) -> datetime | None:
        """Return the start of the first of these visits that was attended and is not ahead of now."""
        times = (visit.started_at for visit in visits if visit.is_attended and not self.is_ahead(visit.started_at))
        return next(times, None)

    def format_day_and_clock(self, at: datetime) -> str:
        """ "today, 17:46"."""
        return f"{formatting.format_day(at, self._now, self._zone)}, {formatting.format_clock(at, self._zone)}"

    def is_ahead(self, at: datetime) -> bool:
        """Return whether a time is ahead of now: a clock is wrong."""
        return is_ahead(at, self._now)

    def present_visit(self, visit: Visit, matches: int) -> VisitRow:
        """Return the row of a visit without its events; `matches` is how many of them match the filters."""
        counts = visit.counts
        is_moved = visit.exit is not None and visit.exit != visit.entry
        duration = formatting.format_short_duration(visit.duration) if visit.is_attended and counts.all > 1 else ""
        place = [*self._place(visit)]
        if matches < counts.all:
            place.append(f"{matches:,} of {formatting.format_count(counts.all, 'event')} match")
        return VisitRow(
            key=visit_key(visit),
            number="–" if visit.number is None or self.is_ahead(visit.started_at) else f"{visit.number:,}",
            title=formatting.format_full_time(visit.started_at, self._zone),
            iso=format_iso(visit.started_at),
            when=self.format_day_and_clock(visit.started_at),
            entry=self._path(visit.entry),
            exit=self._path(visit.exit) if is_moved else None,
            way="" if visit.entry else self._no_page(visit),
            pages=_count_pages(counts),
            duration=duration,
            place=" · ".join(place),
            badges=_badges(visit, self._names),
            is_new=self._is_new(visit.ended_at),
        )

    def present_events(self, folds: Iterable[Fold], started_at: datetime | None) -> list[EventRow | NoteRow]:
        """Return the rows of folded events, in their order; `started_at` is the start of their visit."""
        start = started_at and started_at.astimezone(self._zone)
        return [self._event(fold, start) for fold in folds]

    def present_ticket(self, at: datetime, text: str) -> NoteRow:
        """Return the row that marks the time of a ticket."""
        return NoteRow(style="moment", text=text, iso=format_iso(at), clock=self._clock(at.astimezone(self._zone)))

    def present_team_note(self, note: TeamNote) -> NoteRow:
        """Return the row of a note of the team."""
        clock = self.format_day_and_clock(note.at)
        return NoteRow(style="team", text=note.text, iso=format_iso(note.at), clock=clock, author=note.author)

    def _event(self, fold: Fold, start: datetime | None) -> EventRow:
        event = fold.event
        iso, clock, day = "", "no time", ""
        if event.at is None:
            if event.raw_at:
                day = f"time sent as “{isolate_direction(truncate(event.raw_at, _RAW_TIME_LIMIT))}” ·"
        else:
            local = event.at.astimezone(self._zone)
            iso, clock = format_iso(event.at), self._clock(local)
            if start is None or local.date() != start.date():
                day = f"{formatting.format_day(event.at, self._now, self._zone)} ·"
            if self.is_ahead(event.at):
                day = f"{day} {CLOCK_AHEAD} ·".strip()
            if start and local.utcoffset() != start.utcoffset():  # the clocks changed during the visit
                day = f"{day} {formatting.format_zone_abbreviation(event.at, self._zone)} ·".strip()
        is_new = self._is_new(fold.until)
        if event.is_view:
            return self._page_view(fold, iso=iso, clock=clock, day=day, is_new=is_new)
        style, lead, name, tail, notes = _describe(event, self._names)
        return EventRow(
            style=style,
            iso=iso,
            clock=clock,
            day=day,
            is_new=is_new,
            lead=lead,
            name=name,
            tail=tail,
            note=" · ".join(note for note in notes if note),
            original=_original(event, self._names),
        )

    def _page_view(self, fold: Fold, *, iso: str, clock: str, day: str, is_new: bool) -> EventRow:
        event = fold.event
        dwell = None if fold.events[-1].dwell is None else fold.dwell
        times = f"×{fold.times}" if fold.times > 1 else ""
        if times and fold.until is not None:
            times += f", until {self._clock(fold.until.astimezone(self._zone))}"
        return EventRow(
            style="page",
            iso=iso,
            clock=clock,
            day=day,
            is_new=is_new,
            page=self._path(event.page),
            times=times,
            dwell="" if dwell is None else formatting.format_short_duration(dwell),
            share=0 if dwell is None else min(100, max(1, round(100 * (dwell / FULL_BAR)))),
            last=""
            if dwell is not None or event.at is None
            else "here now"
            if fold.until == self._live_at
            else "left here",
        )

    def _path(self, page: Page | None) -> PagePath | None:
        if page is None:
            return None
        if name := self._names.page_of(page):
            query = truncate_middle(_query_and_fragment(page), _PATH_LIMIT)
            original = truncate_middle(page.url, _WHOLE_LIMIT)
            return PagePath(label=name, intent=classify(page), query=query, original=original)
        if page.screen is not None:
            screen, is_cut = truncate_middle(page.screen, _PATH_LIMIT), len(page.screen) > _PATH_LIMIT
            whole = truncate_middle(page.screen, _WHOLE_LIMIT) if is_cut else ""
            return PagePath(label=screen, intent=classify(page), app=truncate(page.app, _APP_LIMIT), whole=whole)
        host, query = page.host if page.host in self._shown_hosts else "", _query_and_fragment(page)
        parts = (page.label, host, query)
        is_cut = any(len(part) > _PATH_LIMIT for part in parts)
        label, shown_host, shown_query = (truncate_middle(part, _PATH_LIMIT) for part in parts)
        whole = truncate_middle(f"{host}{page.label}{query}", _WHOLE_LIMIT) if is_cut else ""
        return PagePath(label=label, intent=classify(page), host=shown_host, query=shown_query, whole=whole)

    def _no_page(self, visit: Visit) -> str:
        if not visit.is_attended:
            return "Automatic: no visit (renewal, refund)"
        return "no page view listed" if self._is_cut_off else "no page view"

    def _place(self, visit: VisitOutline) -> Iterable[str]:
        """Yield the place of a visit in the journey: "day 12", "latest visit"; nothing where it is not known."""
        is_latest, is_earliest = visit.started_at == self._latest, visit.started_at == self._earliest
        is_first = is_earliest and visit.gap_known
        if self.is_ahead(visit.started_at):
            yield CLOCK_AHEAD
        elif not visit.is_attended:
            return
        elif is_latest and is_first and self._is_only_visit:
            yield "only visit"
        else:
            if is_earliest:
                yield "first visit" if is_first else "earliest listed"
            elif self._first_day is not None:
                yield f"day {visit.started_at.astimezone(self._zone).toordinal() - self._first_day + 1:,}"
            if is_latest:
                yield "latest visit"

    def _clock(self, local: datetime) -> str:
        return formatting.format_local_clock(local, self._zone, "seconds")

    def _is_new(self, at: datetime | None) -> bool:
        return self._marked_after is not None and at is not None and at > self._marked_after and not self.is_ahead(at)


def present_undated(key: str, count: int) -> VisitRow:
    """Return the row of the events without a time."""
    return VisitRow(
        key=key,
        number="?",
        when="Without a time",
        way="DataFast sent no readable time for these",
        pages=formatting.format_count(count, "event"),
    )


def visit_key(visit: VisitOutline) -> str:
    """Return the key of a visit in addresses and anchors: its number, or its start in seconds where it has none."""
    return f"t{int(visit.started_at.timestamp())}" if visit.number is None else str(visit.number)


def format_iso(at: datetime) -> str:
    """Return a time for `<time datetime>`: "2026-05-04T20:07:10Z"."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _badges(visit: Visit, names: Names) -> tuple[Badge, ...]:
    """Return what happened in a visit besides page views: payments, refunds, goals, setbacks, identifications."""
    if visit.counts.all == visit.counts.views:
        return ()
    payments: list[Badge] = []
    refunds: list[Badge] = []
    goals: dict[Badge, None] = {}  # each name once
    setbacks: dict[Badge, None] = {}
    people = []
    for event in visit.milestones:
        match event.kind:
            case Kind.PAYMENT:
                label = _payment_label(event, names)
                if event.is_refund:
                    refunds.append(Badge(style="refund", label=label))
                else:
                    payments.append(Badge(style="money", label=label))
            case Kind.IDENTIFIED:
                people.append(Badge(style="id", label=truncate(event.name, _NAME_LIMIT) or "identified"))
            case _ if event.is_setback:
                label = truncate(event.describe(names), _NAME_LIMIT)
                setbacks[Badge(style="setback", label=label, original=_original(event, names))] = None
            case _:
                name = event.describe(names) if event.kind is Kind.SUBSCRIPTION else names.goal(event.name)
                label = truncate(name, _NAME_LIMIT) or "goal without a name"
                goals[Badge(style="goal", label=label, original=_original(event, names))] = None
    return (
        *_limit_badges(payments, "other payment"),
        *_limit_badges(refunds, "other refund"),
        *_limit_badges(list(goals), "other goal"),
        *_limit_badges(list(setbacks), "other setback"),
        *people,
    )


def _limit_badges(badges: list[Badge], others: str) -> list[Badge]:
    shown, more = formatting.limit_list(badges, _MAX_BADGES)
    if more:
        shown.append(Badge(style=badges[0].style, label=formatting.format_count(more, others)))
    return shown


def _payment_label(event: Event, names: Names) -> str:
    if event.amount is None:
        return "refund" if event.is_refund else "payment"
    return f"−{event.amount_words} {_refund_words(event, names)}" if event.is_refund else event.amount_words


def _refund_words(event: Event, names: Names) -> str:
    """ "refund", "dispute lost"."""
    is_plain = goal_names.is_plain_payment(goal_names.normalize(event.name))
    return "refund" if is_plain else truncate(names.in_words(event.name), _NAME_LIMIT)


def _original(event: Event, names: Names) -> str:
    """Return the goal's own name where pages show a readable one, else ""."""
    return truncate(event.name, _NAME_LIMIT) if event.name in names.goals else ""


def _describe(event: Event, names: Names) -> tuple[str, str, str, str, tuple[str | None, ...]]:
    """Return style, lead, name, tail and notes of an event that is no page view."""
    if event.kind is Kind.IDENTIFIED:
        return "id", "Identified as" if event.name else "", event.name or "Identified", "", ()
    amount, notes = event.amount_words, (event.description, _origin(event))
    match event.kind:
        case Kind.PAYMENT:
            return _describe_payment(event, amount, notes, names)
        case Kind.SUBSCRIPTION:
            return "goal", "", capfirst(event.describe(names)) or "Subscription", amount, notes
    if event.is_setback:
        return "setback", "", capfirst(event.describe(names)), "", notes
    return "goal", "Goal", names.goal(event.name) or "without a name", amount, notes


def _describe_payment(
    event: Event, amount: str, notes: tuple[str | None, ...], names: Names
) -> tuple[str, str, str, str, tuple[str | None, ...]]:
    if event.is_refund:
        words = _refund_words(event, names)
        return ("refund", "", *((f"−{amount}", words) if amount else (capfirst(words), "(amount unknown)")), notes)
    if not goal_names.is_plain_payment(goal_names.normalize(event.name)):
        notes = (names.in_words(event.name), *notes)
    return ("money", "", *((amount, "paid") if amount else ("Payment", "(amount unknown)")), notes)


def _origin(event: Event) -> str:
    if event.is_server or event.origin is None:
        return "sent by the server" if event.is_server else ""
    return _ORIGINS.get(event.origin, f"from {truncate(event.origin, _NAME_LIMIT)}")


def _query_and_fragment(page: Page) -> str:
    """Return what follows the label: "?plan=pro#faq"; the fragment only where it is not part of the label."""
    query = "&".join(f"{name}={value}" if value else name for name, value in page.query)
    rest = f"?{query}" if query else ""
    if page.fragment and not page.label.endswith(f"#{page.fragment}"):
        rest += f"#{page.fragment}"
    return rest


def _count_pages(counts: Counts) -> str:
    """Return "4 pages", "2 screens", "6 page views" for both, "" for none."""
    if not counts.views:
        return ""
    noun = "page view" if counts.pages and counts.screens else "page" if counts.pages else "screen"
    return formatting.format_count(counts.views, noun)
