"""Parse the amounts and currencies of goals, which DataFast passes on as customers send them."""

import re
from decimal import Decimal

from visitors.formatting.placeholders import is_placeholder
from visitors.formatting.text import clean_or_none, truncate

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,20})?", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9]{1,6}", re.ASCII)
_LONGEST_CURRENCY = 20

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
    """Return a currency: an ISO 4217 code or another short code in capitals ("USD", "USDT"), else the text as it came
    ("€", "Kč"); None for no text and for a placeholder.

    Signs are not translated: "$" names many currencies.
    """
    text = (clean_or_none(value) or "") if isinstance(value, str) else ""
    if not text or is_placeholder(text):
        return None
    return text.upper() if _CODE.fullmatch(text) else truncate(text, _LONGEST_CURRENCY)
