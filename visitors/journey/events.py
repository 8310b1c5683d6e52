"""Events: what a visitor did, and what a payment provider or server reported about them.

Nothing in the payload is dropped: an entry without a readable time is an event without a time.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from msgspec.structs import replace

from visitors.datafast.payload import CompletedGoal, VisitedPage
from visitors.formatting import format_money
from visitors.formatting.text import clean_or_none
from visitors.journey.amounts import parse_amount, parse_currency
from visitors.journey.pages import Page, parse_page
from visitors.journey.person import Person
from visitors.journey.records import Record
from visitors.journey.timestamps import parse_timestamp

_PROVIDER = "payment_provider"
_PAYMENTS = frozenset({"payment"})
_REFUNDS = frozenset({"payment_refunded", "payment_refund", "refund"})
_REFUND = re.compile("refund|chargeback")
_SUBSCRIPTION = re.compile("subscription_|free_trial|trial_")
# Other goals of a payment provider are payments, unless their name tells that nothing was paid.
_UNPAID = re.compile(
    "fail|declin|abandon|cancel|pending|expired|incomplete|past_due|request|created|initiated|upcoming"
)
# Subscription events whose amount is a price, not a charge.
_UNCHARGED = re.compile("trial|ended|cancel|expired|paused|scheduled|fail|past_due|incomplete", re.IGNORECASE)
# Providers report a charge and its subscription within seconds; some retry for minutes.
_SAME_CHARGE = timedelta(minutes=10)


class Kind(StrEnum):
    """What an event is. Events with the same time are in this order, pages and screens together."""

    PAGE = "page"
    SCREEN = "screen"
    IDENTIFIED = "identified"
    GOAL = "goal"
    PAYMENT = "payment"
    SUBSCRIPTION = "subscription"


# A constant, since looking up members of an enumeration is slow, and this is asked of every event.
_VIEWS = (Kind.PAGE, Kind.SCREEN)


class Event(Record, frozen=True, kw_only=True):
    """One event. Text is cleaned (see `texts`), never HTML.

    `at` is None if DataFast sent no readable time; `raw_at` is then the text it sent, if any. `page` belongs to pages
    and screens (None if no address was sent). `dwell` is the time to the next event of the same
    visit, None for the last event of a visit. `name`, `description`, `origin` ("manual", "payment_provider") and
    `is_server` belong to goals, payments and subscriptions; for an identification `name` is the person's name, or else
    email or user id. `amount` is in units of the currency and never negative, None if not sent; `is_refund` tells
    refunds from payments. `currency` is three upper-case letters or None.
    """

    kind: Kind
    at: datetime | None = None
    page: Page | None = None
    dwell: timedelta | None = None
    name: str = ""
    description: str | None = None
    origin: str | None = None
    is_server: bool | None = None
    amount: Decimal | None = None
    currency: str | None = None
    is_refund: bool = False
    raw_at: str | None = None

    @property
    def words(self) -> str:
        """In words: "page /checkout", "goal newsletter_signup", "subscription started", "payment of $149"."""
        match self.kind:
            case Kind.PAGE | Kind.SCREEN:
                return f"{self.kind} {self.page.label if self.page else 'without an address'}"
            case Kind.IDENTIFIED:
                return f"identified as {self.name}" if self.name else "identified"
            case Kind.GOAL:
                return f"goal {self.name or 'without a name'}"
            case Kind.SUBSCRIPTION:
                return self.name.replace("_", " ")
            case Kind.PAYMENT:
                size = "" if self.amount is None else f" of {format_money(self.amount, self.currency)}"
                return f"{'refund' if self.is_refund else 'payment'}{size or ' (amount unknown)'}"

    @property
    def is_in_person(self) -> bool:
        """Whether the visitor caused it in person, and not a payment provider or the customer's server."""
        if self.is_view or self.kind is Kind.IDENTIFIED:
            return True
        return self.kind is Kind.GOAL and self.origin != _PROVIDER and not self.is_server

    @property
    def is_view(self) -> bool:
        """Whether it is a view of a page or an app's screen: what DataFast counts as `pageViewCount`."""
        return self.kind in _VIEWS


class Counts(Record, frozen=True, kw_only=True):
    """How many events there are of each kind. `refunds` are among the `payments`."""

    pages: int = 0
    screens: int = 0
    identified: int = 0
    goals: int = 0
    payments: int = 0
    refunds: int = 0
    subscriptions: int = 0

    def of(self, kind: Kind) -> int:
        """Return how many events there are of one kind."""
        match kind:
            case Kind.PAGE:
                return self.pages
            case Kind.SCREEN:
                return self.screens
            case Kind.IDENTIFIED:
                return self.identified
            case Kind.GOAL:
                return self.goals
            case Kind.PAYMENT:
                return self.payments
            case Kind.SUBSCRIPTION:
                return self.subscriptions

    @property
    def views(self) -> int:
        """Pages and screens: what DataFast calls page views."""
        return self.pages + self.screens

    @property
    def all(self) -> int:
        """Events of every kind."""
        return self.views + self.identified + self.goals + self.payments + self.subscriptions


def count_events(events: Iterable[Event]) -> Counts:
    """Count events by kind."""
    found = Counter((event.kind, event.is_refund) for event in events)
    kinds = Counter[Kind]()
    for (kind, _), number in found.items():
        kinds[kind] += number
    return Counts(
        pages=kinds[Kind.PAGE],
        screens=kinds[Kind.SCREEN],
        identified=kinds[Kind.IDENTIFIED],
        goals=kinds[Kind.GOAL],
        payments=kinds[Kind.PAYMENT],
        refunds=found[Kind.PAYMENT, True],
        subscriptions=kinds[Kind.SUBSCRIPTION],
    )


def view_events(visited: Iterable[VisitedPage]) -> list[Event]:
    """Make the events of page views, in the order received."""
    # Most pages are viewed many times: each address is parsed once.
    pages: dict[str | None, Page | None] = {}
    events = []
    for view in visited:
        url = view.url
        if url in pages:
            seen = pages[url]
        else:
            seen = pages[url] = parse_page(url)
        at = parse_timestamp(view.timestamp)
        events.append(
            Event(
                kind=Kind.PAGE if seen is None or seen.screen is None else Kind.SCREEN,
                at=at,
                page=seen,
                raw_at=clean_or_none(view.timestamp) if at is None else None,
            )
        )
    return events


def identified_event(person: Person, identified_at: str | None) -> Event:
    """Make the event of an identification; `identified_at` is the text that DataFast sent."""
    at = parse_timestamp(identified_at)
    return Event(
        kind=Kind.IDENTIFIED, at=at, name=person.label, raw_at=clean_or_none(identified_at) if at is None else None
    )


def goal_events(goals: Iterable[CompletedGoal]) -> list[Event]:
    """Make the events of goals, payments and subscriptions, in the order received."""
    events = [_goal_event(goal) for goal in goals]
    payments = [event for event in events if event.kind is Kind.PAYMENT]
    return [replace(event, kind=Kind.PAYMENT) if _is_payment(event, payments) else event for event in events]


def _goal_event(goal: CompletedGoal) -> Event:
    metadata = goal.metadata or {}
    size = parse_amount(goal.amount)
    if size is None:
        size = parse_amount(metadata.get("amount"))
    kind, is_refund = _sort(goal, size)
    at = parse_timestamp(goal.timestamp)
    return Event(
        kind=kind,
        at=at,
        name=clean_or_none(goal.name) or "",
        description=clean_or_none(goal.description),
        origin=clean_or_none(goal.origin),
        is_server=goal.is_server,
        amount=None if size is None else abs(size),
        currency=parse_currency(goal.currency) or parse_currency(metadata.get("currency")),
        is_refund=is_refund,
        raw_at=clean_or_none(goal.timestamp) if at is None else None,
    )


def _sort(goal: CompletedGoal, size: Decimal | None) -> tuple[Kind, bool]:
    """Return the kind of a goal, and whether it is a refund. Without an origin, as in 2025, only the name tells."""
    name = (goal.name or "").strip().casefold()
    is_provider = goal.origin == _PROVIDER
    is_negative = size is not None and size < 0
    if name in _PAYMENTS or name in _REFUNDS or (is_provider and is_negative):
        return Kind.PAYMENT, is_negative or name not in _PAYMENTS
    if (is_provider or goal.origin is None) and _SUBSCRIPTION.match(name):
        return Kind.SUBSCRIPTION, False
    if is_provider and not _UNPAID.search(name):
        return Kind.PAYMENT, _REFUND.search(name) is not None
    return Kind.GOAL, False


def _is_payment(event: Event, payments: list[Event]) -> bool:
    """Whether a subscription event is itself a payment: it has an amount, and no payment is for the same charge."""
    if event.kind is not Kind.SUBSCRIPTION or not event.amount or event.at is None or _UNCHARGED.search(event.name):
        return False
    return not any(
        payment.at is not None
        and abs(payment.at - event.at) <= _SAME_CHARGE
        and (payment.amount is None or (payment.amount, payment.currency) == (event.amount, event.currency))
        for payment in payments
    )
