"""Parse the amounts and currencies of goals, which DataFast passes on as customers send them."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,20})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

# Amounts from here on are mistakes. With six decimals, ten thousand smaller ones add up without rounding in the 28
# digits that Decimal computes with.
_TOO_LARGE = 10**12
_SMALLEST = Decimal("0.000001")
_UNIT = Decimal(1)


def parse_amount(value: object) -> Decimal | None:
    """Return the amount in a number or a numeric text ("149.00"), rounded to six decimals; None for anything else.

    Text with currency signs or thousands separators is not parsed: "1,499" means two amounts in two countries.
    """
    match value:
        case bool():
            return None
        case Decimal():
            number = value
        case int():
            number = Decimal(value)
        case float():
            number = Decimal(repr(value))
        case str() if _NUMBER.fullmatch(value.strip()):
            number = Decimal(value.strip())
        case _:
            return None
    if not (number.is_finite() and abs(number) < _TOO_LARGE):
        return None
    shortest = number.quantize(_SMALLEST).normalize()  # which writes 100 as 1E+2
    return shortest.quantize(_UNIT) if shortest == shortest.to_integral_value() else shortest


def parse_currency(value: object) -> str | None:
    """Return an ISO 4217 code in upper case, or None. "$" is not a code: it names many currencies."""
    if not isinstance(value, str):
        return None
    code = value.strip().upper()
    return code if _CURRENCY.fullmatch(code) else None
