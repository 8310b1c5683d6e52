"""Events: what a visitor did, and what a payment provider or server reported about them.

Nothing in the payload is dropped: an entry without a readable time is an event without a time.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from msgspec.structs import replace

from visitors.datafast.payload import CompletedGoal, VisitedPage
from visitors.formatting import format_money
from visitors.formatting.text import clean_or_none, isolate_address, isolate_direction, truncate, truncate_middle
from visitors.journey import goal_names
from visitors.journey.amounts import parse_amount, parse_currency
from visitors.journey.names import Names
from visitors.journey.pages import Page, parse_page
from visitors.journey.person import Person
from visitors.journey.records import Record
from visitors.journey.secrets import mask_value
from visitors.journey.timestamps import parse_timestamp

_PROVIDER = "payment_provider"
# Providers report a charge and its subscription within seconds; some retry for minutes.
_SAME_CHARGE = timedelta(minutes=10)
_CHARGE_ID_NAMES = ("charge_id", "charge", "chargeid", "payment_id", "paymentid", "payment_intent", "transaction_id")
_LAST = datetime.max.replace(tzinfo=UTC)
_Sum = tuple[Decimal | None, str | None]


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
    """One event. Text is cleaned (see `visitors.formatting.text`), never HTML.

    `at` is None if DataFast sent no readable time; `raw_at` is then the text it sent, if any. `page` belongs to pages
    and screens (None if no address was sent). `dwell` is the time to the next event of the same
    visit, None for the last event of a visit. `name`, `description`, `origin` ("manual", "payment_provider") and
    `is_server` belong to goals, payments and subscriptions; for an identification `name` is the person's name, or else
    email or user id. `amount` is in units of the currency and never negative, None if not sent. `currency` is as
    `amounts.parse_currency` returns it. `is_refund` tells money that went back from payments, and `is_setback` goals
    that are no achievement (failed, declined, abandoned, canceled, disputed, pending) from the others.
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
    is_setback: bool = False
    raw_at: str | None = None

    def describe(self, names: Names) -> str:
        """Return words: "page /checkout", "goal signup", "subscription started", "payment of $149 failed"."""
        match self.kind:
            case Kind.PAGE | Kind.SCREEN:
                name = names.page_of(self.page)
                label = self.page.label if self.page else "without an address"
                return f"{self.kind} {f'“{name}”' if name else label}"
            case Kind.IDENTIFIED:
                return f"identified as {self.name}" if self.name else "identified"
            case Kind.PAYMENT:
                return self._describe_payment(names)
            case Kind.SUBSCRIPTION:
                return names.in_words(self.name)
        if self.is_setback:
            return names.in_words(self.name, self.amount_words)
        return f"goal {names.goal_in_text(self.name) or 'without a name'}"

    def phrase(self, names: Names, limit: int = 80) -> str:
        """Return `describe` as a part of a sentence: cut to this many characters, right-to-left text isolated."""
        if self.kind is Kind.PAGE and self.page is not None and not names.page_of(self.page):
            return f"{self.kind} {isolate_address(truncate_middle(self.page.label, limit))}"
        return isolate_direction(truncate(self.describe(names), limit))

    def _describe_payment(self, names: Names) -> str:
        amount = self.amount_words
        if self.is_refund and not goal_names.is_plain_payment(goal_names.normalize(self.name)):
            return names.in_words(self.name, amount or "an unknown amount")
        return f"{'refund' if self.is_refund else 'payment'}{f' of {amount}' if amount else ' (amount unknown)'}"

    @property
    def amount_words(self) -> str:
        """The amount with its currency, "" without one."""
        return "" if self.amount is None else format_money(self.amount, self.currency)

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
    """How many events there are of each kind. `refunds` are among the `payments`, and `setbacks` among the `goals`."""

    pages: int = 0
    screens: int = 0
    identified: int = 0
    goals: int = 0
    payments: int = 0
    refunds: int = 0
    subscriptions: int = 0
    setbacks: int = 0

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
    # An event is never both.
    found = Counter((event.kind, event.is_refund or event.is_setback) for event in events)
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
        setbacks=found[Kind.GOAL, True],
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
    goals = list(goals)
    events = [_goal_event(goal) for goal in goals]
    marked = [_is_marked_as_refunded(goal) for goal in goals]
    payments = [event for event in events if event.kind is Kind.PAYMENT]
    settled = [_settle(event, payments, is_marked=is_marked) for event, is_marked in zip(events, marked, strict=True)]
    return _count_disputed_charges_once(settled, [_charge_id(goal) for goal in goals])


def _goal_event(goal: CompletedGoal) -> Event:
    metadata = goal.metadata or {}
    amount = parse_amount(goal.amount)
    if amount is None:
        amount = parse_amount(metadata.get("amount"))
    name = goal_names.normalize(goal.name or "")
    kind, is_refund = _sort(name, goal.origin, amount)
    is_setback = kind is Kind.GOAL and (
        goal_names.is_setback(name) or (goal.origin == _PROVIDER and goal_names.is_unpaid(name))
    )
    at = parse_timestamp(goal.timestamp)
    return Event(
        kind=kind,
        at=at,
        name=clean_or_none(goal.name) or "",
        description=mask_value("description", clean_or_none(goal.description) or "") or None,
        origin=clean_or_none(goal.origin),
        is_server=goal.is_server,
        amount=None if amount is None else abs(amount),
        currency=parse_currency(goal.currency) or parse_currency(metadata.get("currency")),
        is_refund=is_refund,
        is_setback=is_setback,
        raw_at=clean_or_none(goal.timestamp) if at is None else None,
    )


def _sort(name: str, origin: str | None, amount: Decimal | None) -> tuple[Kind, bool]:
    """Return the kind of a goal, and whether it is money back. Without an origin, as in 2025, only the name tells."""
    is_negative = amount is not None and amount < 0
    if goal_names.is_payment(name) or goal_names.is_refund(name):
        return Kind.PAYMENT, is_negative or goal_names.is_refund(name)
    if origin == _PROVIDER:
        if goal_names.is_money_back(name) or (is_negative and not goal_names.is_unpaid(name)):
            return Kind.PAYMENT, True
        if not goal_names.is_subscription(name) and amount and not goal_names.is_unpaid(name):
            return Kind.PAYMENT, False
    if origin in (_PROVIDER, None) and goal_names.is_subscription(name):
        return Kind.SUBSCRIPTION, False
    return Kind.GOAL, False


def _count_disputed_charges_once(events: list[Event], charge_ids: list[object]) -> list[Event]:
    """Return the events with one refund for each disputed charge; its other reports become setbacks.

    Providers report one lost charge under several names, such as `dispute_lost` and `chargeback`. Where they send the
    charge's id, it tells which reports belong together. Otherwise those of the same amount under different names count
    as one charge, and so do those beyond the payments of that amount, where any is listed. It cannot be known whether
    two disputes of the same amount were about two charges after all.
    """
    payments = [event for event in events if event.kind is Kind.PAYMENT and event.amount is not None]
    paid = Counter(_sum_of(event) for event in payments if not event.is_refund)
    returned = Counter(_sum_of(event) for event in payments if event.is_refund and not _is_dispute(event))
    lost, reports, known = Counter[_Sum](), Counter[tuple[_Sum, str]](), set[object]()
    for index in sorted(range(len(events)), key=lambda index: events[index].at or _LAST):
        event, charge_id = events[index], charge_ids[index]
        if event.amount is None or not _is_dispute(event):
            continue
        sum_, name = _sum_of(event), goal_names.normalize(event.name)
        is_known = charge_id in known if charge_id else reports[sum_, name] < lost[sum_]
        reports[sum_, name] += 1
        known.add(charge_id)
        if is_known or 0 < paid[sum_] <= returned[sum_] + lost[sum_]:
            events[index] = replace(event, kind=Kind.GOAL, is_refund=False, is_setback=True)
        else:
            lost[sum_] += 1
    return events


def _is_dispute(event: Event) -> bool:
    """Whether it is money that a bank took back."""
    return event.is_refund and goal_names.is_taken_back(goal_names.normalize(event.name))


def _sum_of(event: Event) -> _Sum:
    return event.amount, event.currency


def _charge_id(goal: CompletedGoal) -> object:
    """Return the id of the charge that a goal is about, or None."""
    metadata = {goal_names.normalize(name): value for name, value in (goal.metadata or {}).items()}
    return next((metadata[name] for name in _CHARGE_ID_NAMES if metadata.get(name)), None)


def _is_marked_as_refunded(goal: CompletedGoal) -> bool:
    return goal.refunded is True or (goal.metadata or {}).get("refunded") is True


def _settle(event: Event, payments: list[Event], *, is_marked: bool) -> Event:
    """Return an event as a payment or refund, where only the other payments tell that it is one."""
    if _is_only_sign_of_charge(event, payments):
        return replace(event, kind=Kind.PAYMENT)
    if is_marked and event.kind is Kind.PAYMENT:
        # A payment marked as refunded is the refund; where another event is the refund, it is the payment.
        same = [other for other in payments if (other.amount, other.currency) == (event.amount, event.currency)]
        return replace(event, is_refund=event.is_refund or not any(other.is_refund for other in same))
    return event


def _is_only_sign_of_charge(event: Event, payments: list[Event]) -> bool:
    """Whether a subscription event is itself a payment: it has an amount, and no payment is for the same charge."""
    if event.kind is not Kind.SUBSCRIPTION or not event.amount or event.at is None:
        return False
    if not goal_names.is_charged(goal_names.normalize(event.name)):
        return False
    return not any(
        payment.at is not None
        and abs(payment.at - event.at) <= _SAME_CHARGE
        and (payment.amount is None or (payment.amount, payment.currency) == (event.amount, event.currency))
        for payment in payments
    )
