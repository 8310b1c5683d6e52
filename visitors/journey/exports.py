"""Export a journey: as text or Markdown for a ticket, as rows for a spreadsheet."""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from visitors.formatting import (
    format_count,
    format_full_time,
    format_money,
    format_percent,
    format_time,
    join_list,
    limit_list,
)
from visitors.formatting.text import isolate_address, truncate, truncate_middle
from visitors.journey.events import Event, Kind
from visitors.journey.journey import Journey, is_ahead
from visitors.journey.summary import format_nothing_paid, format_refunded, format_without_amount, summarize
from visitors.journey.ticket_moment import find_ticket_moment

_LAST_EVENTS = 10
_MAX_PAYMENTS = 20
_LONGEST = 300

# What Markdown or a tracker would act on: marks, mentions, and links that need no mark (https://…, www.…, a@b).
# A tracker finds mentions ("@name", "#12") in the rendered text, even escaped ones, but not inside addresses.
_MENTION = re.compile(r"(?<!\w)[@#](?=\w)")
_WORD_JOINER = "\u2060"  # has no width
_MARKS = re.compile(r"[\\`*_\[\]<>#|~&@]|:(?=//)|(?<=www)\.|(?<=mailto):", re.IGNORECASE)

# What makes a spreadsheet run a cell, in ASCII and in the full-width forms that some take as the same: at the begin of
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


def plain_text(
    journey: Journey, *, now: datetime, as_of: datetime, zone: tzinfo, link: str, ticket_at: datetime | None = None
) -> str:
    """Return the journey as text for a ticket: person, summary, facts, payments, the last ten events and the link.

    `as_of` is the time of DataFast's answer. With `ticket_at` (aware) it also contains what happened just before that
    time, and the events are those up to it. Times are absolute, in `zone`. There are no control characters but line
    breaks.
    """
    journey = journey.as_of(now)
    lines = [_title(journey), "", summarize(journey, now=now, zone=zone), ""]
    if ticket_at is not None:
        lines += [_ticket(journey, ticket_at, now, zone), ""]
    lines += [f"{name}: {value}" for name, value in _facts(journey, now, as_of, zone)]
    for title, items in _lists(journey, now, zone, ticket_at):
        lines += ["", f"{title}:", *(f"- {item}" for item in items)]
    return "\n".join([*lines, "", f"Journey: {link}", ""])


def markdown(
    journey: Journey, *, now: datetime, as_of: datetime, zone: tzinfo, link: str, ticket_at: datetime | None = None
) -> str:
    """Return `plain_text` as Markdown. Text from the data is escaped: it makes no links, mentions or markup."""
    journey = journey.as_of(now)
    lines = [f"**{_escaped(_title(journey))}**", "", _escaped(summarize(journey, now=now, zone=zone)), ""]
    if ticket_at is not None:
        lines += [_escaped(_ticket(journey, ticket_at, now, zone)), ""]
    lines += [f"- {name}: {_escaped(value)}" for name, value in _facts(journey, now, as_of, zone)]
    for title, items in _lists(journey, now, zone, ticket_at):
        lines += ["", f"{title}:", "", *(f"- {_escaped(item)}" for item in items)]
    return "\n".join([*lines, "", f"Journey: <{link}>", ""])


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
        event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if event.at else "",
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
        ("First seen", _full_time(journey.begin, now, zone) if journey.begin else None),
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
        ("Company", person.company),
        ("Plan", person.plan),
    ]


def _goals(journey: Journey) -> str:
    more = [f"{journey.more_goal_names:,} more"] if journey.more_goal_names else []
    return join_list([*journey.goal_names, *more])


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


def _lists(
    journey: Journey, now: datetime, zone: tzinfo, ticket_at: datetime | None
) -> Iterator[tuple[str, list[str]]]:
    """Yield the title and the items of each list that is not empty; items may contain text from the data."""
    dated = [event for visit in journey.visits for event in reversed(visit.events)]  # newest first
    payments = [event for event in (*dated, *journey.undated) if event.kind is Kind.PAYMENT]
    if payments:
        shown, more = limit_list(payments, _MAX_PAYMENTS)
        items = [f"{_format_event_time(event, now, zone)}: {event.phrase(_LONGEST)}" for event in shown]
        yield _payments_title(payments), [*items, f"and {more:,} more"] if more else items
    until = [event for event in dated if ticket_at is None or (event.at and event.at <= ticket_at)]
    has_hosts = len(journey.hosts) > 1
    lines = [
        f"{_format_event_time(event, now, zone)}: {_event(event, has_hosts=has_hosts)}"
        for event in until[:_LAST_EVENTS]
    ]
    if journey.undated and ticket_at is None:
        undated = f"{format_count(len(journey.undated), 'event')} without a readable time"
        lines.append(f"and {undated}" if lines else undated)
    if lines:
        yield _events_title(len(until), is_until_ticket=ticket_at is not None), lines


def _format_event_time(event: Event, now: datetime, zone: tzinfo) -> str:
    return f"{format_time(event.at, zone)}{_clock_ahead(event.at, now)}" if event.at else "No readable time"


def _payments_title(payments: list[Event]) -> str:
    refunds = sum(event.is_refund for event in payments)
    noun = "Payments and refunds" if 0 < refunds < len(payments) else "Refunds" if refunds else "Payments"
    return f"{noun}, newest first"


def _event(event: Event, *, has_hosts: bool) -> str:
    """Return an event in words; a page with its host if the journey has several hosts."""
    if has_hosts and event.page is not None and event.page.screen is None:
        address = f"{event.page.host}{event.page.label}"
        return f"{event.kind} {isolate_address(truncate_middle(address, _LONGEST))}"
    return event.phrase(_LONGEST)


def _events_title(number: int, *, is_until_ticket: bool) -> str:
    events = "events before the ticket" if is_until_ticket else "events"
    if number > _LAST_EVENTS:
        return f"Last {_LAST_EVENTS} of {number:,} {events}, newest first"
    return f"{events.capitalize()}, newest first" if number else "Events"


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", _MENTION.sub(rf"\g<0>{_WORD_JOINER}", text))
