"""The timeline as its template shows it."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from visitors import formatting
from visitors.formatting.text import isolate_direction, truncate
from visitors.journey import (
    Journey,
    Kind,
    TicketMoment,
    VisitOutline,
)
from visitors.journey_page.timeline.ledger import Ledger, LedgerPage
from visitors.journey_page.timeline.local_times import ResolvedTime, format_field_value, resolve_time
from visitors.journey_page.timeline.query import BEFORE, SPANS, TimelineQuery
from visitors.journey_page.timeline.row_presenter import format_iso, visit_key
from visitors.journey_page.timeline.rows import NoteRow, Row, TeamNote, VisitRow

_KINDS = {
    Kind.PAGE: "Pages",
    Kind.SCREEN: "App screens",
    Kind.IDENTIFIED: "Identified",
    Kind.GOAL: "Goals",
    Kind.PAYMENT: "Payments",
    Kind.SUBSCRIPTION: "Subscriptions",
}
_SPANS = {
    "": "All time",
    "30d": "Last 30 days",
    "7d": "Last 7 days",
    "24h": "Last 24 hours",
    BEFORE: "Before…",
}


class Choice(Row, frozen=True):
    """A choice of a filter; `count` is how many events it would show."""

    value: str
    label: str
    is_chosen: bool
    count: str = ""


class Link(Row, frozen=True):
    """A link of the timeline: a query string, and the anchor to go to."""

    label: str
    address: str
    anchor: str = ""
    note: str = ""


class Ticket(Row, frozen=True):
    """The time of a ticket: what happened before it, and where the clock showed that time twice, a link to the other.

    `forget` is the query string without it. `is_marked` says that it is marked in a row.
    """

    iso: str
    when: str
    text: str
    remark: str
    other: Link | None
    forget: str
    is_marked: bool


class Timeline(Row, frozen=True):
    """Everything that the template shows.

    `version` is the profile's, `page_url` the path of the journey page and `part_url` that of the fragments; addresses
    in rows are query strings for either. `query` is in UTC, so its address means the same to everyone. Rows of another
    timeline can be combined with these only if `shows` is the same: it names day, zone, clock and query, except what is
    open. `before` and `at` are the values of their fields; `before_second` and `at_second` repeat them where the clock
    showed that time twice and the second one is meant.
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
    ticket: Ticket | None
    found: str
    everything: str
    none: str
    jumps: tuple[Link, ...]
    newer: Link | None
    older: Link | None


def present_timeline(
    journey: Journey,
    query: TimelineQuery,
    *,
    zone: tzinfo,
    now: datetime,
    version: str,
    page_url: str,
    part_url: str,
    marked_after: datetime | None = None,
    team_notes: Sequence[TeamNote] = (),
) -> Timeline:
    """Return the timeline of a journey for a query.

    Ranges count back from `now`, and days are named from it. Events later than `marked_after` are marked as new.
    `team_notes` are shown at their time, except in what a filter leaves.
    """
    at = resolve_time(query.at, zone) if query.at else None
    before = resolve_time(query.before, zone) if query.before else None
    ledger = Ledger(journey, query, zone=zone, now=now, marked_after=marked_after, team_notes=team_notes)
    page, query = ledger.page(), ledger.query
    before_value = format_field_value(before.at, zone) if before else ""
    at_value = format_field_value(at.at, zone, " ") if at else ""
    clock = "12" if isinstance(zone, formatting.TwelveHourZone) else "24"
    return Timeline(
        version=version,
        page_url=page_url,
        part_url=part_url,
        query=query,
        shows=f"{now.astimezone(zone).date().isoformat()} {zone} {clock} {query.address(opened=(), shut=())}",
        rows=page.rows,
        size=page.size,
        kinds=_list_kinds(ledger),
        spans=tuple(Choice(value=value, label=label, is_chosen=value == query.span) for value, label in _SPANS.items()),
        text=query.text,
        before=before_value,
        before_second=before_value if before and before.is_second else "",
        at=at_value or query.unread_at,
        at_second=at_value if at and at.is_second else "",
        zone=formatting.format_zone(zone),
        remarks=_list_remarks(query, before),
        ticket=_present_ticket(ledger.moment, at, ledger, page) if ledger.moment and at else None,
        found=_describe_matches(ledger),
        everything=query.unfiltered().address(),
        none="" if ledger.sections else _explain_absence(ledger),
        jumps=_list_jumps(ledger),
        newer=_link_to_newer(page, query),
        older=_link_to_older(page, query),
    )


def present_visit_events(
    journey: Journey, query: TimelineQuery, *, zone: tzinfo, now: datetime, marked_after: datetime | None = None
) -> VisitRow | None:
    """Return the visit at which the query starts, with its events from there on; None for an unknown visit."""
    return Ledger(journey, query, zone=zone, now=now, marked_after=marked_after).events()


def visit_address(visit: VisitOutline, *, is_zoomed: bool = False) -> str:
    """Return the query string and anchor with which the journey page shows this visit open."""
    key = visit_key(visit)
    return f"{TimelineQuery(opened=(key,), is_zoomed=is_zoomed).address()}#visit-{key}"


def zoom_address(query: TimelineQuery) -> str:
    """Return the query string with which the journey page shows its ribbon zoomed in; out again, if it is."""
    return query.unfiltered().address(is_zoomed=not query.is_zoomed)


def _list_kinds(ledger: Ledger) -> tuple[Choice, ...]:
    """Return the kinds that occur in the journey or were asked for."""
    journey, chosen, totals = ledger.journey, ledger.query.kinds, ledger.journey.totals
    counts = ledger.selection.counts if ledger.selection else journey.counts
    has_refunds = totals.refunds_without_amount or any(paid.refunds for paid in totals.paid)
    # Elsewhere on the page refunds are counted apart from payments, and setbacks apart from goals.
    labels = _KINDS | ({Kind.PAYMENT: "Payments and refunds"} if has_refunds else {})
    if journey.counts.setbacks:
        labels |= {Kind.GOAL: "Goals and setbacks"}
    return tuple(
        Choice(value=kind.value, label=label, is_chosen=kind in chosen, count=f"{counts.of(kind):,}")
        for kind, label in labels.items()
        if journey.counts.of(kind) or kind in chosen
    )


def _list_remarks(query: TimelineQuery, before: ResolvedTime | None) -> tuple[str, ...]:
    remarks = list(query.rejected)
    if query.span == BEFORE:
        remarks.append(before.remark if before else "Enter a time in the field Before.")
    return tuple(remark for remark in remarks if remark)


def _present_ticket(moment: TicketMoment, at: ResolvedTime, ledger: Ledger, page: LedgerPage) -> Ticket:
    other = None
    if at.other is not None:
        label = f"Take the {'first' if at.is_second else 'second'} time"
        other = Link(label=label, address=ledger.query.address(at=at.other), anchor="moment")
    return Ticket(
        iso=format_iso(moment.at),
        when=ledger.presenter.format_day_and_clock(moment.at),
        text=moment.words,
        remark=at.remark,
        other=other,
        forget=ledger.query.address(at=None),
        is_marked=page.has_moment,
    )


def _describe_matches(ledger: Ledger) -> str:
    """ "12 of 60 events, the last 7 days, since Mon, Apr 28, 17:46"; "" without a filter."""
    if ledger.selection is None:
        return ""
    query, format_time = ledger.query, ledger.presenter.format_day_and_clock
    parts = [f"{ledger.selection.events:,} of {formatting.format_count(ledger.journey.counts.all, 'event')}"]
    if ledger.since is not None:
        parts.append(f"the {_length(query)}, since {format_time(ledger.since)}")
    elif query.span == BEFORE and query.before is not None:
        parts.append(f"before {format_time(query.before)}")
    return ", ".join(parts)


def _length(query: TimelineQuery) -> str:
    """ "last 7 days"; "last 24 hours"."""
    span = SPANS[query.span]
    return f"last {formatting.format_duration(span) if span > timedelta(days=1) else '24 hours'}"


def _explain_absence(ledger: Ledger) -> str:
    """Return why there is nothing to show."""
    journey, query = ledger.journey, ledger.query
    if not journey.counts.all:
        return "DataFast sent no events for this visitor."
    wanted = f"“{isolate_direction(truncate(query.text, 60))}”" if query.text else "these filters"
    sentence = f"Nothing here matches {wanted} among {formatting.format_count(journey.counts.all, 'event')}."
    if query.span in SPANS and not query.is_search:
        sentence = f"No event in the {_length(query)}."
        if journey.latest_event_at:
            sentence += f" The latest one was {ledger.presenter.format_day_and_clock(journey.latest_event_at)}."
    if journey.missing is not None:
        sentence += " What DataFast left out of its answer cannot be searched."
    return sentence


def _list_jumps(ledger: Ledger) -> tuple[Link, ...]:
    """Return links to the first and to the latest visit."""
    keys = [section.key for section in ledger.sections if section.visit is not None]
    if len(keys) < 2:
        return ()
    first = "Jump to earliest listed" if ledger.journey.missing else "Jump to first"
    return tuple(
        Link(label=label, address=ledger.query.with_open(key).address(start=None), anchor=f"visit-{key}")
        for label, key in ((first, keys[-1]), ("Jump to latest", keys[0]))
    )


def _link_to_newer(page: LedgerPage, query: TimelineQuery) -> Link | None:
    if page.newer is None:
        return None
    address, note = query.address(start=page.newer), f"{page.newer_visits:,} more"
    return Link(label="Show newer visits", address=address, anchor=f"visit-{page.newer}", note=note)


def _link_to_older(page: LedgerPage, query: TimelineQuery) -> Link | None:
    if page.older is None:
        return None
    return Link(label="Show older visits", address=query.address(start=page.older), note=f"{page.older_visits:,} more")
