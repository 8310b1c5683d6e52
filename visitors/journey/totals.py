"""What was paid."""

from decimal import Decimal

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
