"""The figures: the totals of a journey as one ruled line."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape

from django.utils.safestring import SafeString, mark_safe

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
from visitors.journey import Journey, Paid
from visitors.journey.summary import format_when


@dataclass(frozen=True, slots=True)
class Figure:
    """A total: its term, the value (as text or as a moment), and what belongs beside it in small."""

    term: str
    value: str = ""
    moment: DisplayTime | None = None
    note: str = ""
    is_money: bool = False

    @property
    def html(self) -> SafeString:
        """Its place in the line, as HTML."""
        known = self.moment
        if known is None:
            style = ' class="money"' if self.is_money else ""
            value = f"<span{style}>{escape(self.value)}</span>"
        else:
            value = f'<time datetime="{known.iso}" title="{escape(known.title)}">{escape(known.text)}</time>'
        note = f" <small>{escape(self.note)}</small>" if self.note else ""
        return mark_safe(f"<div><dt>{escape(self.term)}</dt><dd>{value}{note}</dd></div>")  # noqa: S308 (escaped)


def figures(journey: Journey, *, now: datetime, zone: tzinfo) -> tuple[Figure, ...]:
    """The totals that say something: money only where there is some."""
    missing = journey.missing
    return (
        Figure(
            "Visits",
            f"{journey.visit_count:,}" if journey.visit_count else "not counted",
            note=f"{journey.visit_count - missing.visits:,} listed" if missing and missing.visits else "",
        ),
        Figure(
            "Page views",
            f"{journey.page_view_count:,}",
            note=f"{journey.counts.views:,} listed" if missing and missing.page_views else "",
        ),
        Figure(
            "Goals",
            f"{journey.counts.goals:,}",
            note=_goals_note(journey),
        ),
        *_money(journey),
        *_subscription(journey, now, zone),
        *_seen(journey, now, zone),
    )


def _goals_note(journey: Journey) -> str:
    if journey.to_first_goal is not None:
        return f"first after {format_duration(journey.to_first_goal)}"
    return "listed" if journey.missing is not None else ""


def _money(journey: Journey) -> list[Figure]:
    totals = journey.totals
    first = f"after {format_duration(journey.to_first_payment)}" if journey.to_first_payment is not None else ""
    if len(totals.paid) == 1:
        found = [_paid(totals.paid[0], first)]
    else:
        found = [_paid(paid, "") for paid in totals.paid]
        if first:
            found.append(Figure("First payment", first))
    if totals.payments_without_amount:
        found.append(_uncounted("Paid", totals.payments_without_amount, "payment"))
    if totals.refunds_without_amount:
        found.append(_uncounted("Refunded", totals.refunds_without_amount, "refund"))
    return found


def _uncounted(term: str, number: int, noun: str) -> Figure:
    return Figure(term, format_count(number, noun), note="amount unknown" if number == 1 else "amounts unknown")


def _paid(paid: Paid, first: str) -> Figure:
    """What one currency's payments came to, with what was given back taken off and said."""
    notes = [
        f"in {format_count(paid.payments, 'payment')}" if paid.payments > 1 else "",
        f"the first {first}" if first and paid.payments > 1 else first,
        f"{format_money(paid.refunded, paid.currency)} refunded" if paid.refunds else "",
    ]
    return Figure(
        "Paid", format_money(paid.net, paid.currency), note=", ".join(note for note in notes if note), is_money=True
    )


def _subscription(journey: Journey, now: datetime, zone: tzinfo) -> list[Figure]:
    latest = journey.latest_subscription
    if latest is None or latest.at is None:
        return []
    state = truncate(latest.words.removeprefix("subscription "), 40)
    return [Figure("Subscription", state, note=format_day(latest.at, now, zone))]


def _seen(journey: Journey, now: datetime, zone: tzinfo) -> list[Figure]:
    found = []
    if journey.begin is not None:
        begin = display_time(journey.begin, zone, format_day(journey.begin, now, zone))
        found.append(Figure("First seen", moment=begin, note=format_clock(journey.begin, zone)))
    last = journey.last_seen_at
    if last is not None:
        words = "on the site now" if journey.is_live(now) else format_when(last, now, zone)
        found.append(Figure("Last seen", moment=display_time(last, zone, words)))
    return found
