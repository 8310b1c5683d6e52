"""The timeline as its template shows it."""

from datetime import date, datetime, timedelta, tzinfo

from visitors import formatting
from visitors.formatting.text import isolate_direction, truncate
from visitors.journey import (
    Counts,
    Filter,
    Journey,
    Kind,
    Selection,
    TicketMoment,
    VisitOutline,
    find_ticket_moment,
    select,
)
from visitors.journey_page.timeline.ledger import Ledger, Page, Section, make_sections
from visitors.journey_page.timeline.query import BEFORE, SPANS, TimelineQuery
from visitors.journey_page.timeline.rows import NoteRow, Row, VisitRow, Writer, iso, visit_key
from visitors.journey_page.timeline.times import Clocked, clocked, field_value

_KINDS = {
    Kind.PAGE: "Pages",
    Kind.SCREEN: "App screens",
    Kind.IDENTIFIED: "Identified",
    Kind.GOAL: "Goals",
    Kind.PAYMENT: "Payments",
    Kind.SUBSCRIPTION: "Subscriptions",
}
_SPAN_WORDS = {"30d": "Last 30 days", "7d": "Last 7 days", "24h": "Last 24 hours"}


class Choice(Row, frozen=True):
    """One choice of a filter; `count` is how many events it would show."""

    value: str
    label: str
    is_chosen: bool
    count: str = ""


class Link(Row, frozen=True):
    """A link of the timeline: a query string, and the anchor to go to there."""

    label: str
    address: str
    anchor: str = ""
    note: str = ""


class Told(Row, frozen=True):
    """The moment of a ticket: when it was, what it says, and a link for a clock that showed that time twice."""

    iso: str
    when: str
    text: str
    remark: str = ""
    other: Link | None = None
    forget: str = "?"
    is_marked: bool = True


class Timeline(Row, frozen=True):
    """Everything that the template shows.

    `version` is the snapshot's, `page_url` the journey page's path and `part_url` that of the fragments; addresses in
    rows are query strings for either. `query` is in UTC, so its address means the same to everybody. `shows` says what
    is listed in whose words, folds apart: rows of another one don't belong beside these. `before` and `at`
    are what their fields hold; `before_second` and `at_second` the same where the clock showed it twice and the second
    time is meant.
    """

    version: str
    page_url: str
    part_url: str
    query: TimelineQuery
    shows: str
    rows: tuple[VisitRow | NoteRow, ...]
    size: int
    kinds: tuple[Choice, ...]
    spans: tuple[Choice, ...]
    text: str
    before: str
    before_second: str
    at: str
    at_second: str
    zone: str
    remarks: tuple[str, ...]
    told: Told | None
    found: str
    everything: str
    none: str
    jumps: tuple[Link, ...]
    newer: Link | None
    older: Link | None


def timeline(
    journey: Journey,
    query: TimelineQuery,
    *,
    zone: tzinfo,
    today: date,
    version: str,
    page_url: str,
    part_url: str,
    seen: datetime | None = None,
) -> Timeline:
    """The timeline of a journey for a query. `today` is the day in the zone; events later than `seen` are marked new.

    The same arguments give the same timeline: nothing in it depends on the minute.
    """
    at = clocked(query.at, zone) if query.at else None
    before = clocked(query.before, zone) if query.before else None
    query = query.in_zone(zone)
    moment = find_ticket_moment(journey, query.at) if query.at else None
    writer = Writer(journey, zone=zone, today=today, seen=seen)
    since = _since(journey, query)
    selection = _selection(journey, query, since)
    found = make_sections(journey, selection)
    ledger = Ledger(journey, found, query, selection=selection, moment=moment, since=since, writer=writer)
    page = ledger.page()
    counts = journey.counts if selection is None else selection.counts
    return Timeline(
        version=version,
        page_url=page_url,
        part_url=part_url,
        query=query,
        shows=f"{today.isoformat()} {zone} {query.address(opened=(), shut=())}",
        rows=page.rows,
        size=page.size,
        kinds=_kinds(journey, query, counts),
        spans=_spans(query),
        text=query.text,
        before=field_value(query.before, zone) if query.before else "",
        before_second=field_value(query.before, zone) if query.before and before and before.is_second else "",
        at=field_value(query.at, zone) if query.at else "",
        at_second=field_value(query.at, zone) if query.at and at and at.is_second else "",
        zone=formatting.format_zone(zone),
        remarks=_remarks(query, before),
        told=_told(moment, at, query, writer, page) if moment and at else None,
        found=_found(journey, query, selection, since, writer),
        everything=query.unfiltered().address(),
        none=_none(journey, query) if not found else "",
        jumps=_jumps(found, query, is_whole=journey.missing is None),
        newer=_newer(page, query),
        older=_older(page, query),
    )


def events_of_visit(
    journey: Journey, query: TimelineQuery, *, zone: tzinfo, today: date, seen: datetime | None = None
) -> VisitRow | None:
    """The events of the visit at which the query starts, as the row that holds them; None for an unknown visit."""
    query = query.in_zone(zone)
    since = _since(journey, query)
    selection = _selection(journey, query, since)
    found = make_sections(journey, selection)
    moment = find_ticket_moment(journey, query.at) if query.at else None
    writer = Writer(journey, zone=zone, today=today, seen=seen)
    return Ledger(journey, found, query, selection=selection, moment=moment, since=since, writer=writer).events()


def visit_address(visit: VisitOutline) -> str:
    """The query string and anchor under which the journey page shows this visit, open, wherever it stands."""
    key = visit_key(visit)
    return f"?open={key}#visit-{key}"


def _since(journey: Journey, query: TimelineQuery) -> datetime | None:
    span = SPANS.get(query.span)
    return journey.latest_event_at - span if span and journey.latest_event_at else None


def _selection(journey: Journey, query: TimelineQuery, since: datetime | None) -> Selection | None:
    """What the filters keep; None for everything, which then nobody has to look through."""
    if not query.is_filtered:
        return None
    before = query.before if query.span == BEFORE else None
    return select(journey, Filter(kinds=query.kinds, text=query.text, since=since, before=before))


def _kinds(journey: Journey, query: TimelineQuery, counts: Counts) -> tuple[Choice, ...]:
    """The kinds that occur in the journey or were asked for."""
    return tuple(
        Choice(value=kind.value, label=label, is_chosen=kind in query.kinds, count=f"{counts.of(kind):,}")
        for kind, label in (_KINDS | _with_refunds(journey)).items()
        if journey.counts.of(kind) or kind in query.kinds
    )


def _with_refunds(journey: Journey) -> dict[Kind, str]:
    """What the payments are called where refunds are among them: other places count the two apart."""
    totals = journey.totals
    has_refunds = totals.refunds_without_amount or any(paid.refunds for paid in totals.paid)
    return {Kind.PAYMENT: "Payments and refunds"} if has_refunds else {}


def _spans(query: TimelineQuery) -> tuple[Choice, ...]:
    words_of = {"": "All of it", **_SPAN_WORDS, BEFORE: "Before a moment"}
    return tuple(Choice(value=value, label=label, is_chosen=value == query.span) for value, label in words_of.items())


def _remarks(query: TimelineQuery, before: Clocked | None) -> tuple[str, ...]:
    remarks = list(query.refused)
    if query.span == BEFORE:
        if before is None:
            remarks.append("Say before which moment, in the field beside the range.")
        elif before.remark:
            remarks.append(before.remark)
    return tuple(remarks)


def _told(moment: TicketMoment, at: Clocked, query: TimelineQuery, writer: Writer, page: Page) -> Told:
    other = None
    if at.other is not None:
        label = f"Take the {'first' if at.is_second else 'second'} time"
        other = Link(label=label, address=query.address(at=at.other), anchor="moment")
    return Told(
        iso=iso(moment.at),
        when=writer.day_and_clock(moment.at),
        text=moment.words,
        remark=at.remark,
        other=other,
        forget=query.address(at=None),
        is_marked=page.has_moment,
    )


def _found(
    journey: Journey, query: TimelineQuery, selection: Selection | None, since: datetime | None, writer: Writer
) -> str:
    """ "12 of 60 events, since Mon, Apr 28, 17:46 (7 days up to the latest event)"; "" without a filter."""
    if selection is None:
        return ""
    parts = [f"{selection.events:,} of {formatting.format_count(journey.counts.all, 'event')}"]
    if since is not None:
        span = formatting.format_duration(SPANS[query.span]) if SPANS[query.span] > timedelta(days=1) else "24 hours"
        parts.append(f"the {span} up to the latest event, since {writer.day_and_clock(since)}")
    elif query.span == BEFORE and query.before is not None:
        parts.append(f"before {writer.day_and_clock(query.before)}")
    return ", ".join(parts)


def _none(journey: Journey, query: TimelineQuery) -> str:
    """Why there is nothing to show."""
    if not journey.counts.all:
        return "DataFast sent no events for this visitor."
    wanted = f"“{isolate_direction(truncate(query.text, 60))}”" if query.text else "these filters"
    sentence = f"Nothing here matches {wanted} among {formatting.format_count(journey.counts.all, 'event')}."
    if journey.missing is not None:
        sentence += " What DataFast left out of its answer cannot be searched."
    return sentence


def _jumps(found: list[Section], query: TimelineQuery, *, is_whole: bool) -> tuple[Link, ...]:
    dated = [section for section in found if section.visit is not None]
    if len(dated) < 2:
        return ()
    return tuple(
        Link(
            label=label,
            address=query.with_open(section.key).address(start=None),
            anchor=f"visit-{section.key}",
        )
        for label, section in (
            ("First visit" if is_whole else "Earliest listed", dated[-1]),
            ("Latest visit", dated[0]),
        )
    )


def _newer(page: Page, query: TimelineQuery) -> Link | None:
    if page.newer is None:
        return None
    return Link(
        label="Show newer visits",
        address=query.address(start=page.newer),
        anchor=f"visit-{page.newer}",
        note=f"{page.newer_visits:,} more",
    )


def _older(page: Page, query: TimelineQuery) -> Link | None:
    if page.older is None:
        return None
    return Link(label="Show older visits", address=query.address(start=page.older), note=f"{page.older_visits:,} more")
