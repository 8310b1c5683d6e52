"""Summarize a journey in a sentence. It states only what the data contains."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from visitors.formatting import append_time, format_ago, format_count, format_day, format_money, join_list, limit_list
from visitors.formatting.text import isolate_address, isolate_direction, truncate, truncate_middle
from visitors.journey.goal_names import add_article
from visitors.journey.journey import Interest, Journey, is_ahead
from visitors.journey.totals import Paid

_GOALS_NAMED = 2
_SETBACKS_NAMED = 2
# A time shortly before midnight is not "yesterday" yet.
_A_NIGHT = timedelta(hours=6)
# From here on, months are easier to grasp.
_DAYS_COUNTED = 60
# The start of a subscription is not mentioned beside a payment; its end is.
_BEGUN = frozenset({"subscription_started", "subscription_renewed", "subscription_created", "subscription_activated"})


class SummaryLine(NamedTuple):
    """What a journey contains on one topic ("From", "Did", "Money"), as sentences."""

    topic: str
    text: str


def summarize(journey: Journey, *, now: datetime, zone: tzinfo) -> str:
    """One or two sentences: "Came from youtube.com 3 days ago, 3 visits, viewed pricing twice, paid $149 yesterday."

    "yesterday" is a day in `zone`. The result contains text of the customer's website, cleaned but not escaped.
    """
    journey = journey.as_of(now)
    arrived, seen = _arrival_and_last_seen(journey, now, zone)
    parts = [
        arrived,
        *_did(journey),
        *_money(journey, now, zone),
        *_setbacks(journey, now, zone),
        seen,
    ]
    return " ".join(sentence for sentence in (_sentence(parts), *_remarks(journey)) if sentence)


def summarize_by_topic(journey: Journey, *, now: datetime, zone: tzinfo) -> tuple[SummaryLine, ...]:
    """Return what `summarize` does, in three short lines. Topics without content are left out."""
    journey = journey.as_of(now)
    arrived, seen = _arrival_and_last_seen(journey, now, zone)
    money = _money(journey, now, zone)
    if not money and journey.counts.all:
        money = ["never paid" if journey.missing is None else "no payment listed"]
    did = _sentence([*_did(journey), *_setbacks(journey, now, zone), seen])
    lines = (
        SummaryLine("From", _sentence([arrived])),
        SummaryLine("Did", " ".join(filter(None, (did, *_remarks(journey))))),
        SummaryLine("Money", _sentence(money)),
    )
    return tuple(line for line in lines if line.text)


def summarize_money(journey: Journey, *, now: datetime, zone: tzinfo) -> str:
    """What was paid, in one sentence: "Paid $149 in 3 payments, the last yesterday."; "" where nothing was."""
    return _sentence(_money(journey.as_of(now), now, zone))


def _sentence(parts: list[str]) -> str:
    sentence = ", ".join(part for part in parts if part)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _remarks(journey: Journey) -> Iterator[str]:
    """Yield a sentence for everything that a reader has to know about the data itself."""
    if not journey.counts.all:
        yield "DataFast sent no events for this visitor."
    if journey.latest_event_at is None and journey.first_event_at is not None:
        yield "All times are ahead of now: a clock is wrong."
    if undated := len(journey.undated):
        have = "has" if undated == 1 else "have"
        yield f"{format_count(undated, 'event')} {have} no readable time."
    if journey.missing is not None:
        yield f"{journey.missing.words}."


def format_views(interest: Interest, *, is_least: bool) -> str:
    """Return how often: "twice", "5 times"; "at least twice" if page views are missing."""
    return f"{'at least ' if is_least else ''}{_times(interest.views)}"


def format_when(then: datetime, now: datetime, zone: tzinfo) -> str:
    """How long ago as a person says it: "4 minutes ago" today and short of a night, "yesterday", then days of the
    calendar, then `ago`."""
    named = format_day(then, now, zone)
    if named == "today" or then > now or now - then < _A_NIGHT:
        return format_ago(then, now)
    if named == "yesterday":
        return named
    try:
        days = (now.astimezone(zone).date() - then.astimezone(zone).date()).days
    except OverflowError:  # the last hours of year 9999 do not exist in every zone
        return format_ago(then, now)
    return f"{format_count(days, 'day')} ago" if days < _DAYS_COUNTED else format_ago(then, now)


def format_past(then: datetime | None, now: datetime, zone: tzinfo) -> str:
    """Return `format_when`; "" for no time and for one ahead of now, which nothing can have happened at."""
    return "" if then is None or is_ahead(then, now) else format_when(then, now, zone)


def _arrival_and_last_seen(journey: Journey, now: datetime, zone: tzinfo) -> tuple[str, str]:
    arrived, seen = _arrival(journey, now, zone), _last_seen(journey, now, zone)
    if journey.visit_count <= 1 and arrived.endswith(seen.removeprefix("last seen")):
        seen = ""  # one visit long ago: once is enough
    return arrived, seen


def _did(journey: Journey) -> list[str]:
    visits = format_count(journey.visit_count, "visit") if journey.visit_count else ""
    return [visits, _viewed(journey), _goals(journey)]


def _arrival(journey: Journey, now: datetime, zone: tzinfo) -> str:
    time = format_past(journey.started_at, now, zone)
    if journey.first_touch is not None:
        return f"came from {append_time(_named(journey.first_touch.label), time)}"
    return f"first seen {time}" if time else ""


def _last_seen(journey: Journey, now: datetime, zone: tzinfo) -> str:
    if journey.last_seen_at is None:
        return ""
    return "on the site now" if journey.is_live(now) else f"last seen {format_when(journey.last_seen_at, now, zone)}"


def _viewed(journey: Journey) -> str:
    is_least = journey.missing is not None and journey.missing.page_views > 0
    if journey.pricing.views:
        return f"viewed pricing {format_views(journey.pricing, is_least=is_least)}"
    if not journey.top_pages:
        return ""
    top = journey.top_pages[0]
    name = journey.names.page(top.host, top.label)
    page = f"“{_named(name)}”" if name else _named_page(top.label)
    if journey.page_view_count == 1:
        return f"viewed {page}"
    if top.views == 1:
        return format_count(journey.page_view_count, "page view")
    if top.views == 2:
        return f"viewed {page} {format_views(Interest(views=2), is_least=is_least)}"
    # The number first: many addresses end with one of their own.
    return f"{'at least ' if is_least else ''}{top.views:,} views of {page}"


def _goals(journey: Journey) -> str:
    names, more = limit_list(journey.goal_names, _GOALS_NAMED)
    more += journey.more_goal_names
    completed = [_named(journey.names.goal_in_text(name)) for name in reversed(names)]
    if more:
        completed.append(format_count(more, "other goal"))
    return f"completed {join_list(completed)}" if completed else ""


def _money(journey: Journey, now: datetime, zone: tzinfo) -> list[str]:
    totals = journey.totals
    latest = journey.latest_payment
    time = format_past(latest.at, now, zone) if latest else ""
    parts = []
    with_payments = [paid for paid in totals.paid if paid.payments]
    payments = sum(paid.payments for paid in with_payments)
    if payments:
        paid_in_all = join_list([format_money(paid.net, paid.currency) for paid in with_payments])
        refunded = join_list([format_refunded(paid) for paid in with_payments if paid.refunds])
        after = f" (after {refunded})" if refunded else ""
        if payments + totals.payments_without_amount == 1:
            parts.append(f"paid {append_time(paid_in_all + after, time)}")
        else:
            last = f", the last {time}" if time else ""
            parts.append(f"paid {paid_in_all} in {format_count(payments, 'payment')}{after}{last}")
    if without := totals.payments_without_amount:
        other = format_without_amount(without, "other payment" if payments else "payment")
        if payments or not time:
            parts.append(other)
        else:
            parts.append(append_time(other, time) if without == 1 else f"{other}, the last {time}")
    # Refunds of payments that DataFast does not list:
    parts += [format_refunded(paid) for paid in totals.paid if not paid.payments]
    if totals.refunds_without_amount:
        other = "other refund" if any(paid.refunds for paid in totals.paid) else "refund"
        parts.append(format_without_amount(totals.refunds_without_amount, other))
    if subscription := _subscription(journey, now, zone):
        parts.append(subscription)
    return parts


def format_refunded(paid: Paid) -> str:
    """ "$20 refunded", "$40 in 2 refunds"."""
    amount = format_money(paid.refunded, paid.currency)
    return f"{amount} refunded" if paid.refunds == 1 else f"{amount} in {format_count(paid.refunds, 'refund')}"


def format_nothing_paid(journey: Journey) -> str:
    """ "nothing yet"; "nothing listed" where DataFast left events out. For a journey without payments."""
    return "nothing yet" if journey.missing is None else "nothing listed"


def format_without_amount(number: int, noun: str) -> str:
    """ "1 payment (amount unknown)", "2 refunds (amounts unknown)"."""
    return f"{format_count(number, noun)} ({'amount' if number == 1 else 'amounts'} unknown)"


def _subscription(journey: Journey, now: datetime, zone: tzinfo) -> str:
    latest = journey.latest_subscription
    if latest is None or latest.at is None or (journey.is_customer and latest.name.casefold() in _BEGUN):
        return ""
    return append_time(_named(journey.names.in_words(latest.name)), format_when(latest.at, now, zone))


def _setbacks(journey: Journey, now: datetime, zone: tzinfo) -> list[str]:
    """Return the latest failed, canceled or abandoned goals, oldest first."""
    return [
        append_time(_named(add_article(event.describe(journey.names))), format_past(event.at, now, zone))
        for event in reversed(journey.setbacks[:_SETBACKS_NAMED])
    ]


def _named_page(label: str) -> str:
    """Return a page's path or a screen's name as a part of a sentence."""
    return isolate_address(truncate_middle(label)) if label.startswith("/") else _named(label)


def _named(text: str) -> str:
    """Return a name from the data as a part of a sentence."""
    return isolate_direction(truncate(text))


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number) or format_count(number, "time")
