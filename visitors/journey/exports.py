"""Export a journey: as text, Markdown or HTML for a ticket, as rows for a spreadsheet."""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from enum import StrEnum
from html import escape
from itertools import islice
from typing import NamedTuple

from visitors.formatting import (
    format_count,
    format_full_time,
    format_money,
    format_percent,
    format_time,
    format_utc,
    join_list,
    limit_list,
)
from visitors.formatting.text import isolate_address, isolate_direction, truncate, truncate_middle
from visitors.journey.events import Event, Kind
from visitors.journey.journey import Journey, is_ahead
from visitors.journey.names import Names
from visitors.journey.summary import (
    format_nothing_paid,
    format_refunded,
    format_without_amount,
    summarize,
    summarize_money,
)
from visitors.journey.ticket_moment import find_ticket_moment

_LAST_EVENTS = 10
_MAX_PAYMENTS = 20
_LONGEST = 300

# What Markdown or a tracker would act on: marks, mentions, and links that need no mark (https://…, www.…, a@b).
# A tracker finds mentions ("@name", "#12") in the rendered text, even escaped ones, but not inside addresses.
_MENTION = re.compile(r"(?<!\w)[@#](?=\w)")
_WORD_JOINER = "\u2060"  # has no width
_MARKS = re.compile(r"[\\`*_\[\]<>#|~&@]|:(?=//)|(?<=www)\.|(?<=mailto):", re.IGNORECASE)

# What makes a spreadsheet run a cell, in ASCII and in the full-width forms that some take as the same: at the start of
# a cell, and behind a semicolon, a bar, a tab or a line break, where many spreadsheets begin another cell in spite of
# the quotes.
_FORMULA = re.compile(r"(^|[;|\t\r\n])(?=[\s\"]*[=+\-@\t\r\n＝＋－＠])")

CSV_HEADER = (
    "time_utc",
    "time_as_received",
    "visit",
    "kind",
    "host",
    "page",
    "address",
    "platform",
    "screen",
    "name",
    "description",
    "origin",
    "from_server",
    "amount",
    "currency",
    "refund",
    "dwell_seconds",
)


class Content(StrEnum):
    """How much a summary contains."""

    SHORT = "short"
    FULL = "full"
    BILLING = "billing"


class Form(StrEnum):
    """How a summary is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


class _Summary(NamedTuple):
    """A summary before it is written in one form; every text may contain text from the data."""

    title: str
    paragraphs: list[str]
    facts: list[tuple[str, str]]
    lists: list[tuple[str, list[str]]]


def summary_text(
    journey: Journey,
    *,
    now: datetime,
    as_of: datetime,
    zone: tzinfo,
    link: str,
    ticket_at: datetime | None = None,
    content: Content = Content.FULL,
    form: Form = Form.TEXT,
) -> str:
    """Return the journey for a ticket: person, summary, facts, payments, the last ten events and the link.

    A short one has only the summary, one about billing only what was paid. `as_of` is the time of DataFast's answer.
    With `ticket_at` (aware) it also contains what happened just before that time, and the events are those up to it.
    Times are absolute, in `zone`. There are no control characters but line breaks. In Markdown and HTML, text from the
    data is escaped: it makes no links, mentions or markup.
    """
    journey = journey.as_of(now)
    ticket = [] if ticket_at is None else [_ticket(journey, ticket_at, now, zone)]
    title = _title(journey)
    match content:
        case Content.SHORT:
            summary = _Summary(title, [summarize(journey, now=now, zone=zone), *ticket], [], [])
        case Content.BILLING:
            paid = [sentence] if (sentence := summarize_money(journey, now=now, zone=zone)) else []
            names = ("As of", "Visitor id", "Email", "User id", "Company", "Plan", "Paid")
            facts = [fact for fact in _facts(journey, now, as_of, zone) if fact[0] in names]
            summary = _Summary(title, [*paid, *ticket], facts, list(_payments(journey, now, zone)))
        case Content.FULL:
            lists = [*_payments(journey, now, zone), *_events(journey, now, zone, ticket_at)]
            text = summarize(journey, now=now, zone=zone)
            summary = _Summary(title, [text, *ticket], list(_facts(journey, now, as_of, zone)), lists)
    return {Form.TEXT: _plain_text, Form.MARKDOWN: _markdown, Form.HTML: _html}[form](summary, link)


def _plain_text(summary: _Summary, link: str) -> str:
    blocks = [summary.title, *summary.paragraphs]
    if summary.facts:
        blocks.append("\n".join(f"{name}: {value}" for name, value in summary.facts))
    blocks += ["\n".join([f"{title}:", *(f"- {item}" for item in items)]) for title, items in summary.lists]
    return "\n\n".join([*blocks, f"Journey: {link}\n"])


def _markdown(summary: _Summary, link: str) -> str:
    blocks = [f"**{_escaped(summary.title)}**", *map(_escaped, summary.paragraphs)]
    if summary.facts:
        blocks.append("\n".join(f"- {name}: {_escaped(value)}" for name, value in summary.facts))
    for title, items in summary.lists:
        blocks += [f"{title}:", "\n".join(f"- {_escaped(item)}" for item in items)]
    return "\n\n".join([*blocks, f"Journey: <{link}>\n"])


def _html(summary: _Summary, link: str) -> str:
    """Return HTML for the clipboard, which help desks paste as rich text."""
    blocks = [f"<p><strong>{escape(summary.title)}</strong></p>"]
    blocks += [f"<p>{escape(paragraph)}</p>" for paragraph in summary.paragraphs]
    if summary.facts:
        facts = "".join(f"<li>{name}: {escape(value)}</li>" for name, value in summary.facts)
        blocks.append(f"<ul>{facts}</ul>")
    for title, items in summary.lists:
        lines = "".join(f"<li>{escape(item)}</li>" for item in items)
        blocks.append(f"<p>{title}:</p><ul>{lines}</ul>")
    address = escape(link)
    return "\n".join([*blocks, f'<p>Journey: <a href="{address}">{address}</a></p>\n'])


def csv_rows(journey: Journey) -> Iterator[tuple[str, ...]]:
    """Yield `CSV_HEADER` and a row per event, oldest first, those without a time last. No cell runs as a formula."""
    yield CSV_HEADER
    for visit in reversed(journey.visits):
        for event in visit.events:
            yield _row(event, visit.number)
    for event in journey.undated:
        yield _row(event, None)


def _row(event: Event, number: int | None) -> tuple[str, ...]:
    page = event.page
    cells = (
        format_utc(event.at) if event.at else "",
        event.raw_at,
        "" if number is None else str(number),
        event.kind.value,
        page and page.host,
        page and page.path,
        page and page.url,
        page and page.platform,
        page and page.screen,
        event.name,
        event.description,
        event.origin,
        "" if event.is_server is None else ("yes" if event.is_server else "no"),
        "" if event.amount is None else f"{event.amount:f}",
        event.currency,
        "yes" if event.is_refund else "",
        "" if event.dwell is None else f"{event.dwell.total_seconds():.3f}",
    )
    return tuple(escape_formula(cell or "") for cell in cells)


def escape_formula(cell: str) -> str:
    """Return a cell of a CSV file, with an apostrophe where a spreadsheet would begin to run a formula."""
    return _FORMULA.sub(r"\1'", cell)


def _title(journey: Journey) -> str:
    return truncate((journey.person and journey.person.label) or "Anonymous visitor", _LONGEST)


def _facts(journey: Journey, now: datetime, as_of: datetime, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the facts; values may contain text from the data."""
    known = [
        ("As of", format_full_time(as_of, zone)),
        ("Visitor id", journey.visitor_id),
        *_person_facts(journey),
        ("Source", "; ".join(journey.first_touch.sources) if journey.first_touch else None),
        ("Latest source", "; ".join(journey.last_touch.sources) if journey.last_touch else None),
        ("First seen", _full_time(journey.started_at, now, zone) if journey.started_at else None),
        ("Last seen", format_full_time(journey.last_seen_at, zone) if journey.last_seen_at else None),
        ("Visits", f"{journey.visit_count:,}" if journey.visit_count else None),
        ("Page views", f"{journey.page_view_count:,}" if journey.page_view_count else None),
        ("Goals", _goals(journey) or None),
        ("Paid", _paid(journey)),
        ("Prediction", _prediction(journey)),
    ]
    yield from ((name, truncate(value, _LONGEST)) for name, value in known if value)


def _person_facts(journey: Journey) -> list[tuple[str, str | None]]:
    if (person := journey.person) is None:
        return []
    # The title already has the label.
    return [
        ("Email", person.email if person.email != person.label else None),
        ("User id", person.user_id),
        # Emails and ids are copied from there, without invisible characters.
        ("Company", person.company and isolate_direction(person.company)),
        ("Plan", person.plan and isolate_direction(person.plan)),
    ]


def _goals(journey: Journey) -> str:
    more = [f"{journey.more_goal_names:,} more"] if journey.more_goal_names else []
    names = [isolate_direction(journey.names.goal(name)) for name in journey.goal_names]
    return join_list([*names, *more])


def _paid(journey: Journey) -> str:
    parts = []
    for paid in journey.totals.paid:
        if not paid.payments:
            text = f"{format_refunded(paid)}, of no payment that is listed"
        else:
            text = f"{format_money(paid.net, paid.currency)} in {format_count(paid.payments, 'payment')}"
            if paid.refunds:
                text += f" (after {format_refunded(paid)})"
        parts.append(text)
    if without := journey.totals.payments_without_amount:
        parts.append(format_without_amount(without, "payment"))
    if without := journey.totals.refunds_without_amount:
        parts.append(format_without_amount(without, "refund"))
    return join_list(parts) or format_nothing_paid(journey)


def _prediction(journey: Journey) -> str:
    reading = journey.prediction
    if reading.absence is not None:
        return f"none ({reading.absence})"
    parts = [
        f"score {reading.score:g} of 100, {reading.score_words}" if reading.score is not None else "",
        f"chance to convert {format_percent(reading.conversion_rate)}" if reading.conversion_rate is not None else "",
        f"expected value {reading.expected_value_words}" if reading.expected_value is not None else "",
        reading.confidence_words,
        f"not readable: {join_list(reading.unreadable)}" if reading.unreadable else "",
    ]
    return "; ".join(part for part in parts if part)


def _full_time(at: datetime, now: datetime, zone: tzinfo) -> str:
    return f"{format_full_time(at, zone)}{_clock_ahead(at, now)}"


def _clock_ahead(at: datetime, now: datetime) -> str:
    return " (clock ahead)" if is_ahead(at, now) else ""


def _ticket(journey: Journey, at: datetime, now: datetime, zone: tzinfo) -> str:
    return f"Ticket sent {format_full_time(at, zone)}. {find_ticket_moment(journey, at, now=now).words}".rstrip()


def _payments(journey: Journey, now: datetime, zone: tzinfo) -> Iterator[tuple[str, list[str]]]:
    """Yield the title and the items of the list of payments, if there are any."""
    milestones = [*reversed(journey.milestones), *journey.undated]  # newest first
    payments = [event for event in milestones if event.kind is Kind.PAYMENT]
    if payments:
        shown, more = limit_list(payments, _MAX_PAYMENTS)
        items = [f"{_format_event_time(event, now, zone)}: {event.phrase(journey.names, _LONGEST)}" for event in shown]
        yield _payments_title(payments), [*items, f"and {more:,} more"] if more else items


def _events(
    journey: Journey, now: datetime, zone: tzinfo, ticket_at: datetime | None
) -> Iterator[tuple[str, list[str]]]:
    """Yield the title and the items of the list of the last events, if there are any."""
    dated = [event for visit in journey.visits for event in reversed(visit.events)]  # newest first
    until = [event for event in dated if ticket_at is None or (event.at and event.at <= ticket_at)]
    has_hosts = len(journey.hosts) > 1
    lines = [
        f"{_format_event_time(event, now, zone)}: {_event(event, journey.names, has_hosts=has_hosts)}"
        for event in until[:_LAST_EVENTS]
    ]
    if journey.undated and ticket_at is None:
        undated = f"{format_count(len(journey.undated), 'event')} without a readable time"
        lines.append(f"and {undated}" if lines else undated)
    if lines:
        yield _events_title(len(until), is_until_ticket=ticket_at is not None), lines


def latest_events(journey: Journey, *, now: datetime, limit: int) -> list[tuple[datetime, str]]:
    """Return the latest dated events up to now, newest first: when, and the event in words.

    A host is shown where it is not the website's own, and once for pages that follow each other.
    """
    journey = journey.as_of(now)
    names, lines, above = journey.names, [], ""
    dated = (event for visit in journey.visits for event in reversed(visit.events))
    for event in islice(dated, limit):
        page = event.page
        has_host = len(journey.hosts) > 1 and page is not None and not (names.page_of(page) or names.is_own(page.host))
        host = page.host if page is not None and has_host else ""
        if event.at:
            lines.append((event.at, _event(event, names, has_hosts=has_host, is_repeated=host == above)))
        above = host
    return lines


def _format_event_time(event: Event, now: datetime, zone: tzinfo) -> str:
    return f"{format_time(event.at, zone)}{_clock_ahead(event.at, now)}" if event.at else "No readable time"


def _payments_title(payments: list[Event]) -> str:
    refunds = sum(event.is_refund for event in payments)
    noun = "Payments and refunds" if 0 < refunds < len(payments) else "Refunds" if refunds else "Payments"
    return f"{noun}, newest first"


def _event(event: Event, names: Names, *, has_hosts: bool, is_repeated: bool = False) -> str:
    """Return an event in words; a page with its host if the journey has several hosts, or "…" for a repeated one."""
    if has_hosts and event.page is not None and event.page.screen is None and not names.page_of(event.page):
        address = f"{'…' if is_repeated else event.page.host}{event.page.label}"
        return f"{event.kind} {isolate_address(truncate_middle(address, _LONGEST))}"
    return event.phrase(names, _LONGEST)


def _events_title(number: int, *, is_until_ticket: bool) -> str:
    events = "events before the ticket" if is_until_ticket else "events"
    if number > _LAST_EVENTS:
        return f"Last {_LAST_EVENTS} of {number:,} {events}, newest first"
    return f"{events.capitalize()}, newest first" if number else "Events"


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", _MENTION.sub(rf"\g<0>{_WORD_JOINER}", text))
