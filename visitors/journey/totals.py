"""What was paid."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from visitors.journey.events import Event, Kind
from visitors.journey.records import Record


class Paid(Record, frozen=True, kw_only=True):
    """Payments in one currency (None: the currency was not sent), never added to another's.

    `gross` is what was paid, `refunded` what went back; neither is negative. `payments` and `refunds` count those with
    an amount.
    """

    currency: str | None
    gross: Decimal
    refunded: Decimal
    payments: int
    refunds: int

    @property
    def net(self) -> Decimal:
        """What stayed; negative when more went back than DataFast knows to have come."""
        return self.gross - self.refunded


class Totals(Record, frozen=True, kw_only=True):
    """All money of a journey: one `Paid` per currency, most payments first, and what came without an amount."""

    paid: tuple[Paid, ...] = ()
    payments_without_amount: int = 0
    refunds_without_amount: int = 0


def add_payments(events: Iterable[Event]) -> Totals:
    """The payments and refunds among the events, dated or not, added up per currency."""
    payments = [event for event in events if event.kind is Kind.PAYMENT]
    paid = [
        Paid(
            currency=currency,
            gross=sum((size for size, is_refund in sizes if not is_refund), Decimal()),
            refunded=sum((size for size, is_refund in sizes if is_refund), Decimal()),
            payments=sum(not is_refund for _, is_refund in sizes),
            refunds=sum(is_refund for _, is_refund in sizes),
        )
        for currency, sizes in _by_currency(payments).items()
    ]
    paid.sort(key=lambda one: (-one.payments, one.currency or ""))
    without = Counter(event.is_refund for event in payments if event.amount is None)
    return Totals(paid=tuple(paid), payments_without_amount=without[False], refunds_without_amount=without[True])


def _by_currency(payments: Iterable[Event]) -> dict[str | None, list[tuple[Decimal, bool]]]:
    """(amount, is a refund) of those with an amount."""
    sizes: dict[str | None, list[tuple[Decimal, bool]]] = {}
    for event in payments:
        if event.amount is not None:
            sizes.setdefault(event.currency, []).append((event.amount, event.is_refund))
    return sizes
