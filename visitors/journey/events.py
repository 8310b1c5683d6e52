"""Events: what a visitor did, or what was done about them, one by one.

`events` reads them from the payload. Nothing is dropped: what has no readable time is an event without one.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from visitors.journey.pages import Page
from visitors.journey.records import Record


class Kind(StrEnum):
    """What an event is. The order is the order of events at the same instant."""

    PAGE = "page"
    SCREEN = "screen"
    IDENTIFIED = "identified"
    GOAL = "goal"
    PAYMENT = "payment"
    SUBSCRIPTION = "subscription"


class Event(Record, frozen=True, kw_only=True):
    """One event. Text is cleaned (see `texts`), never HTML.

    `at` is None when the upstream sent no readable time; `raw_at` then holds the text it sent, None for none at all.
    `page` belongs to pages and screens (None when no address came). `dwell` is the time to the next event of the same
    visit, None for the last event of a visit. `name`, `description`, `origin` ("manual", "payment_provider") and
    `is_server` belong to goals, payments and subscriptions; for an identification `name` is the person's name, or else
    email or user id. `amount` is in units of the currency and never negative, None when not sent; `is_refund` says
    that it went back. `currency` is three upper-case letters or None.
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
    def is_view(self) -> bool:
        """A page view, of a page or of an app's screen: what the upstream counts as `pageViewCount`."""
        return self.kind in (Kind.PAGE, Kind.SCREEN)


class Counts(Record, frozen=True, kw_only=True):
    """How many events there are of each kind."""

    pages: int = 0
    screens: int = 0
    identified: int = 0
    goals: int = 0
    payments: int = 0
    subscriptions: int = 0

    @property
    def views(self) -> int:
        """Pages and screens: what the upstream calls page views."""
        return self.pages + self.screens

    @property
    def all(self) -> int:
        """Events of every kind."""
        return self.views + self.identified + self.goals + self.payments + self.subscriptions
