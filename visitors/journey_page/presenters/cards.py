"""The four cards at the top of the page: score, money, last seen and source; and the counts in a line below them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.text import capfirst

from visitors.formatting import (
    DisplayTime,
    display_time,
    format_clock,
    format_count,
    format_day,
    format_duration,
    format_money,
)
from visitors.formatting.text import isolate_address, truncate, truncate_middle
from visitors.journey import Absence, Journey, Names, Page, Paid, is_ahead
from visitors.journey.summary import format_nothing_paid, format_refunded, format_when
from visitors.journey_page.presenters.prediction import Meter

_TEXT_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Card:
    """A card: what it is about, its main value (text or a time), and small lines below.

    `style` is "", "money", "refund" or "live". `more_values` are further main values, such as a second currency.
    """

    term: str
    value: str = ""
    time: DisplayTime | None = None
    more_values: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    style: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of the journey in the line below the cards; `note` says what else is known about it."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards, and the counts below them. `no_score` is the first card where the meter has no score."""

    no_score: Card | None
    others: tuple[Card, ...]
    counts: tuple[Count, ...]


def present_cards(journey: Journey, meter: Meter, *, now: datetime, zone: tzinfo) -> Cards:
    """Return the cards of a journey up to now."""
    return Cards(
        no_score=None if meter.score else _no_score(journey),
        others=(_paid(journey, now, zone), _last_seen(journey, now, zone), _source(journey)),
        counts=tuple(_counts(journey, now, zone)),
    )


def _no_score(journey: Journey) -> Card:
    if journey.prediction.absence is Absence.CUSTOMER:
        return Card("Score", "No score", lines=("Already a customer",))
    if journey.prediction.absence is Absence.UNKNOWN:
        return Card("Score", "No score", lines=("Already a customer, or no revenue attribution is set up",))
    return Card("Score", "No score", lines=("DataFast sent no usable score",))


def _paid(journey: Journey, now: datetime, zone: tzinfo) -> Card:
    totals = journey.totals
    with_payments = [paid for paid in totals.paid if paid.payments]
    only_refunds = [paid for paid in totals.paid if not paid.payments]
    lines = [*_describe_payments(journey, with_payments, now, zone)]
    lines += [format_refunded(paid) for paid in with_payments if paid.refunds]
    if totals.refunds_without_amount:
        lines.append(_without_amount(totals.refunds_without_amount, "refund"))
    subscription = _subscription(journey, now, zone)
    if with_payments:
        first, *more = (format_money(paid.net, paid.currency) for paid in with_payments)
        if totals.payments_without_amount:
            lines.append(_without_amount(totals.payments_without_amount, "other payment"))
        lines += [f"{format_refunded(paid)}, of no payment that is listed" for paid in only_refunds]
        return Card("Paid", first, more_values=tuple(more), lines=(*lines, *subscription), style="money")
    if totals.payments_without_amount:
        words = format_count(totals.payments_without_amount, "payment")
        unknown = "amount unknown" if totals.payments_without_amount == 1 else "amounts unknown"
        return Card("Paid", words, lines=(unknown, *lines, *subscription))
    if only_refunds:
        first, *more = (f"\N{MINUS SIGN}{format_money(paid.refunded, paid.currency)}" for paid in only_refunds)
        note = "No payment for it is listed"
        return Card("Refunded", first, more_values=tuple(more), lines=(note, *lines, *subscription), style="refund")
    nothing = format_nothing_paid(journey)
    return Card("Paid", capfirst(nothing), lines=(*lines, *subscription))


def _describe_payments(journey: Journey, paid: list[Paid], now: datetime, zone: tzinfo) -> Iterator[str]:
    """Yield how many payments there were, and when: "3 payments, latest Mon, May 4", "first payment after 8 days"."""
    number = sum(one.payments for one in paid)
    if not number:
        return
    latest = journey.latest_payment
    day = format_day(latest.at, now, zone) if latest and latest.at and not is_ahead(latest.at, now) else ""
    counted = format_count(number, "payment")
    yield f"{counted}, {'latest ' if number > 1 else ''}{day}" if day else counted
    if journey.to_first_payment is not None:
        yield f"{'first payment ' if number > 1 else ''}after {format_duration(journey.to_first_payment)}"


def _without_amount(number: int, noun: str) -> str:
    return f"{format_count(number, noun)}, {'amount' if number == 1 else 'amounts'} unknown"


def _subscription(journey: Journey, now: datetime, zone: tzinfo) -> Iterator[str]:
    latest = journey.latest_subscription
    if latest and latest.at:
        words = truncate(journey.names.in_words(latest.name), 40)
        yield f"{capfirst(words)} {format_day(latest.at, now, zone)}"


def _last_seen(journey: Journey, now: datetime, zone: tzinfo) -> Card:
    at = journey.last_seen_at
    if at is None:
        return Card("Last seen", "Not known", lines=("DataFast lists no visit",))
    is_live = journey.is_live(now)
    text = "On the site now" if is_live else format_when(at, now, zone)
    visit = next((visit for visit in journey.visits if visit.is_attended and visit.started_at <= at), None)
    page = visit.exit if visit else None
    lines = (
        _format_page(page, journey.names) if page else "",
        "" if is_live else capfirst(f"{format_day(at, now, zone)}, {format_clock(at, zone)}"),
    )
    return Card(
        "Last seen",
        time=display_time(at, zone, capfirst(text)),
        lines=tuple(filter(None, lines)),
        style="live" if is_live else "",
    )


def _format_page(page: Page, names: Names) -> str:
    return names.page_of(page) or isolate_address(truncate_middle(page.label, _TEXT_LIMIT))


def _source(journey: Journey) -> Card:
    first, last = journey.first_touch, journey.last_touch
    value, lines = "Not known", ["No campaign, referrer or click id"]
    if first is not None:
        value, _, campaign = first.label.partition(" (campaign ")
        value = truncate(value, _TEXT_LIMIT)
        others = [f"campaign {campaign.removesuffix(')')}" if campaign else "", *first.sources[1:2]]
        lines = [truncate(other, _TEXT_LIMIT) for other in others if other]
    if last is not None and (first is None or last.label.casefold() != first.label.casefold()):
        lines.append(f"Latest visit: {truncate(last.label, _TEXT_LIMIT)}")
    return Card("Source", value, lines=tuple(lines))


def _counts(journey: Journey, now: datetime, zone: tzinfo) -> Iterator[Count]:
    missing, counts = journey.missing, journey.counts
    visits = format_count(journey.visit_count, "visit") if journey.visit_count else "Visits not counted"
    yield Count(visits, f"{journey.visit_count - missing.visits:,} listed" if missing and missing.visits else "")
    listed = f"{counts.views:,} listed" if missing and missing.page_views else ""
    yield Count(format_count(journey.page_view_count, "page view"), listed)
    if journey.to_first_goal is not None:
        note = f"first goal after {format_duration(journey.to_first_goal)}"
    else:
        note = "listed" if missing else ""
    yield Count(format_count(counts.goals - counts.setbacks, "goal"), note)
    if journey.started_at is not None:
        day, clock = format_day(journey.started_at, now, zone), format_clock(journey.started_at, zone)
        yield Count(f"First seen {day}, {clock}", "clock ahead" if is_ahead(journey.started_at, now) else "")
