"""Observe what speaks for and against a conversion. These are our observations, not the reasons of DataFast's model."""

from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from visitors.formatting import format_count, format_money, join_list, limit_list
from visitors.formatting.text import truncate
from visitors.journey import goal_names
from visitors.journey.journey import Journey
from visitors.journey.records import Record
from visitors.journey.summary import format_views, format_when, format_without_amount

_RECENT = timedelta(days=2)
_LONG = timedelta(days=14)
_GOALS_NAMED = 3


class Leaning(StrEnum):
    """Which way an observation points."""

    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


class Observation(Record, frozen=True, kw_only=True):
    """One observation in words. `is_common` ones are known of almost every visitor, so they are not highlights."""

    leaning: Leaning
    text: str
    is_common: bool = False


def observe(journey: Journey, *, now: datetime, zone: tzinfo) -> tuple[Observation, ...]:
    """Return the observations, by weight. What DataFast may have left out never counts against the visitor."""
    journey = journey.as_of(now)
    found = [
        *_money(journey),
        *_subscription(journey),
        *_setbacks(journey),
        *_interest(journey),
        *_goals(journey),
        *_visits(journey),
    ]
    common = _last_seen(journey, now, zone)
    if journey.person is not None:
        common.append((Leaning.FOR, "Identified"))
    return (
        *(Observation(leaning=leaning, text=text) for leaning, text in found),
        *(Observation(leaning=leaning, text=text, is_common=True) for leaning, text in common),
    )


_Found = list[tuple[Leaning, str]]


def _money(journey: Journey) -> _Found:
    found: _Found = []
    totals = journey.totals
    for paid in totals.paid:
        if paid.payments:
            net = format_money(paid.net, paid.currency)
            text = _added_up(paid.payments, "payment", net)
            if paid.refunds:
                text = f"{format_count(paid.payments, 'payment')}, {net} after refunds"
            found.append((Leaning.FOR if paid.net > 0 else Leaning.NEUTRAL, text))
        if paid.refunds:
            found.append(
                (Leaning.AGAINST, _added_up(paid.refunds, "refund", format_money(paid.refunded, paid.currency)))
            )
    if totals.payments_without_amount:
        found.append((Leaning.FOR, format_without_amount(totals.payments_without_amount, "payment")))
    if totals.refunds_without_amount:
        found.append((Leaning.AGAINST, format_without_amount(totals.refunds_without_amount, "refund")))
    return found


def _added_up(number: int, noun: str, amount: str) -> str:
    """ "1 payment of $149", "3 payments, $447 in all"."""
    counted = format_count(number, noun)
    return f"{counted} of {amount}" if number == 1 else f"{counted}, {amount} in all"


def _subscription(journey: Journey) -> _Found:
    latest = journey.latest_subscription
    if latest is None:
        return []
    name = goal_names.normalize(latest.name)
    leaning = Leaning.FOR
    if goal_names.is_lost_subscription(name):
        leaning = Leaning.AGAINST
    elif goal_names.is_neutral_subscription(name):
        leaning = Leaning.NEUTRAL
    return [(leaning, f"Latest subscription event: {truncate(journey.names.in_words(latest.name))}")]


def _setbacks(journey: Journey) -> _Found:
    found: _Found = []
    for event in journey.setbacks:
        is_adverse = goal_names.is_adverse(goal_names.normalize(event.name))
        words = truncate(event.describe(journey.names))
        found.append((Leaning.AGAINST if is_adverse else Leaning.NEUTRAL, f"{words[:1].upper()}{words[1:]}"))
    return found


def _interest(journey: Journey) -> _Found:
    is_least = journey.missing is not None and journey.missing.page_views > 0
    found: _Found = []
    for name, interest in (("checkout", journey.checkout), ("pricing", journey.pricing)):
        if interest.views:
            # One view is always in one visit.
            visits = f" in {format_count(interest.visits, 'visit')}" if interest.visits and interest.views > 1 else ""
            found.append((Leaning.FOR, f"Viewed {name} {format_views(interest, is_least=is_least)}{visits}"))
        elif name == "pricing" and journey.counts.pages:
            # Not every website has a page with that name.
            found.append((Leaning.NEUTRAL, "No pricing page among the pages that DataFast lists"))
    return found


def _goals(journey: Journey) -> _Found:
    names, more = limit_list(journey.goal_names, _GOALS_NAMED)
    more += journey.more_goal_names
    if names:
        completed = [truncate(journey.names.goal(name)) for name in names]
        if more:
            completed.append(f"{more:,} more")
        return [(Leaning.FOR, f"Goals completed: {join_list(completed)}")]
    if completed_without_name := journey.counts.goals - journey.counts.setbacks:
        return [(Leaning.FOR, f"{format_count(completed_without_name, 'goal')} completed")]
    if journey.missing is not None:
        return [(Leaning.NEUTRAL, "No goal among the events that DataFast lists")]
    return [(Leaning.AGAINST, "No goal completed")] if journey.counts.all else []


def _visits(journey: Journey) -> _Found:
    if journey.visit_count > 1:
        return [(Leaning.FOR, f"Came back: {format_count(journey.visit_count, 'visit')}")]
    if journey.visit_count == 1 and journey.missing is None:
        return [(Leaning.AGAINST, "Only 1 visit")]
    return []


def _last_seen(journey: Journey, now: datetime, zone: tzinfo) -> _Found:
    if journey.last_seen_at is None:
        return []
    absent = now - journey.last_seen_at
    leaning = Leaning.FOR if absent <= _RECENT else Leaning.AGAINST if absent >= _LONG else Leaning.NEUTRAL
    last_seen = f"Last seen {format_when(journey.last_seen_at, now, zone)}"
    return [(leaning, "On the site now" if journey.is_live(now) else last_seen)]
