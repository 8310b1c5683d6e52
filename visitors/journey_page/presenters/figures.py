"""The figures: the totals of a journey, in one line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from visitors.formatting import (
    DisplayTime,
    display_time,
    format_clock,
    format_count,
    format_day,
    format_duration,
    format_money,
)
from visitors.formatting.text import truncate
from visitors.journey import Journey, Paid, is_ahead
from visitors.journey.summary import format_nothing_paid, format_refunded, format_when


@dataclass(frozen=True, slots=True)
class Figure:
    """A total: its term, its value (text or a time), and a note in small print beside it.

    `is_money` and `is_refund`: the value is an amount that was paid or refunded.
    """

    term: str
    value: str = ""
    time: DisplayTime | None = None
    note: str = ""
    is_money: bool = False
    is_refund: bool = False


def present_figures(journey: Journey, *, now: datetime, zone: tzinfo) -> tuple[Figure, ...]:
    """Return the totals of a journey; subscription and times only where there are some."""
    journey = journey.as_of(now)
    return (*_counts(journey), *_money(journey), *_subscription(journey, now, zone), *_seen(journey, now, zone))


def _counts(journey: Journey) -> Iterator[Figure]:
    missing, counts = journey.missing, journey.counts
    visits = f"{journey.visit_count:,}" if journey.visit_count else "not counted"
    listed = f"{journey.visit_count - missing.visits:,} listed" if missing and missing.visits else ""
    yield Figure("Visits", visits, note=listed)
    listed = f"{counts.views:,} listed" if missing and missing.page_views else ""
    yield Figure("Page views", f"{journey.page_view_count:,}", note=listed)
    if journey.to_first_goal is not None:
        note = f"first after {format_duration(journey.to_first_goal)}"
    else:
        note = "listed" if missing else ""
    yield Figure("Goals", f"{counts.goals - counts.setbacks:,}", note=note)


def _money(journey: Journey) -> Iterator[Figure]:
    totals = journey.totals
    first = f"after {format_duration(journey.to_first_payment)}" if journey.to_first_payment is not None else ""
    is_one_currency = len(totals.paid) == 1
    for paid in totals.paid:
        yield _paid(paid, first if is_one_currency else "")
    if first and not is_one_currency:
        yield Figure("First payment", first)
    if not journey.counts.payments:
        yield Figure("Paid", format_nothing_paid(journey))
    if totals.payments_without_amount:
        yield _without_amount("Paid", totals.payments_without_amount, "payment")
    if totals.refunds_without_amount:
        yield _without_amount("Refunded", totals.refunds_without_amount, "refund")


def _without_amount(term: str, number: int, noun: str) -> Figure:
    return Figure(term, format_count(number, noun), note="amount unknown" if number == 1 else "amounts unknown")


def _paid(paid: Paid, first: str) -> Figure:
    """Return the payments in one currency, less the refunds; `first` is the time to the first one."""
    if not paid.payments:
        size = format_money(paid.refunded, paid.currency)
        return Figure("Refunded", size, note="of no payment that is listed", is_refund=True)
    notes = (
        f"in {format_count(paid.payments, 'payment')}" if paid.payments > 1 else "",
        f"the first {first}" if first and paid.payments > 1 else first,
        format_refunded(paid) if paid.refunds else "",
    )
    note = ", ".join(note for note in notes if note)
    return Figure("Paid", format_money(paid.net, paid.currency), note=note, is_money=True)


def _subscription(journey: Journey, now: datetime, zone: tzinfo) -> Iterator[Figure]:
    latest = journey.latest_subscription
    if latest and latest.at:
        state = truncate(latest.name_words.removeprefix("subscription "), 40)
        yield Figure("Subscription", state, note=format_day(latest.at, now, zone))


def _seen(journey: Journey, now: datetime, zone: tzinfo) -> Iterator[Figure]:
    first, last = journey.begin, journey.last_seen_at
    if first is not None:
        day = display_time(first, zone, format_day(first, now, zone))
        clock = format_clock(first, zone)
        yield Figure("First seen", time=day, note=f"{clock}, clock ahead" if is_ahead(first, now) else clock)
    if last is not None:
        text = "on the site now" if journey.is_live(now) else format_when(last, now, zone)
        yield Figure("Last seen", time=display_time(last, zone, text))
