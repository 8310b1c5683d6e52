"""From the upstream's loose amounts and currencies to ones that can be added up."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,20})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

# Amounts from here on are somebody's mistake. With six decimals, ten thousand of them still add up without rounding in
# the 28 digits that Decimal computes with.
_TOO_LARGE = 10**12
_SMALLEST = Decimal("0.000001")
_UNIT = Decimal(1)


def parse_amount(value: object) -> Decimal | None:
    """The amount that a number or a numeric text ("149.00") says, to six decimals; None for anything else.

    Text with signs of currencies or thousands is not guessed at: "1,499" is two amounts in two countries.
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
    """The three upper-case letters of an ISO 4217 code in any case, or None. "$" is none: it names many currencies."""
    if not isinstance(value, str):
        return None
    code = value.strip().upper()
    return code if _CURRENCY.fullmatch(code) else None
