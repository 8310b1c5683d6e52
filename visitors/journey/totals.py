"""Add up the payments of a journey."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from visitors.journey.events import Event, Kind
from visitors.journey.records import Record


class Paid(Record, frozen=True, kw_only=True):
    """The payments in one currency (None: the currency was not sent). Users see `net`, and beside it what was refunded.

    `gross` is the sum of payments, `refunded` that of refunds; neither is negative. `payments` and `refunds` count
    those with an amount.
    """

    currency: str | None
    gross: Decimal
    refunded: Decimal
    payments: int
    refunds: int

    @property
    def net(self) -> Decimal:
        """Payments less refunds; negative if DataFast lists more refunds than payments."""
        return self.gross - self.refunded


class Totals(Record, frozen=True, kw_only=True):
    """All payments of a journey: one `Paid` per currency, most payments first, and how many had no amount."""

    paid: tuple[Paid, ...] = ()
    payments_without_amount: int = 0
    refunds_without_amount: int = 0


def add_payments(events: Iterable[Event]) -> Totals:
    """Return the payments and refunds among the events, dated or not, added up per currency."""
    payments = [event for event in events if event.kind is Kind.PAYMENT]
    paid = [
        Paid(
            currency=currency,
            gross=sum((amount for amount, is_refund in amounts if not is_refund), Decimal()),
            refunded=sum((amount for amount, is_refund in amounts if is_refund), Decimal()),
            payments=sum(not is_refund for _, is_refund in amounts),
            refunds=sum(is_refund for _, is_refund in amounts),
        )
        for currency, amounts in _by_currency(payments).items()
    ]
    paid.sort(key=lambda one: (-one.payments, one.currency or ""))
    without = Counter(event.is_refund for event in payments if event.amount is None)
    return Totals(paid=tuple(paid), payments_without_amount=without[False], refunds_without_amount=without[True])


def _by_currency(payments: Iterable[Event]) -> dict[str | None, list[tuple[Decimal, bool]]]:
    """Return by currency (amount, is a refund) of each payment with an amount."""
    amounts: dict[str | None, list[tuple[Decimal, bool]]] = {}
    for event in payments:
        if event.amount is not None:
            amounts.setdefault(event.currency, []).append((event.amount, event.is_refund))
    return amounts
