"""Amounts of money. Symbols and decimals of the currencies come from CLDR, through Babel."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel import Locale
from babel.numbers import get_currency_precision, get_currency_symbol

from visitors.formatting.numbers import trim_zeros
from visitors.formatting.text import isolate_direction

# Locale data is loaded on first access: at import, so that no request waits for it.
_US = Locale("en", "US")
_CURRENCIES = frozenset(_US.currencies) - {"XXX"}  # XXX is ISO 4217 for "no currency"

# Larger amounts are mistakes, and are written as a power of ten. The limit also keeps Decimal within its precision.
_AMOUNT_LIMIT = Decimal(10) ** 15


def format_money(amount: Decimal, currency: str | None) -> str:
    """Return an amount in units of its currency (ISO 4217, any case): "$149", "$12.50", "¥1,200", "−€20".

    Whole amounts have no decimals; others have as many as the currency, rounded half up. A currency that CLDR does not
    know follows the number as it came: "149 XYZ". Without a currency: "149 (currency unknown)".
    """
    code = (currency or "").strip()
    suffix = isolate_direction(code) or "(currency unknown)"
    sign = "−" if amount.is_signed() else ""
    absolute = amount.copy_abs()
    if not absolute.is_finite() or absolute >= _AMOUNT_LIMIT:
        return f"{sign}{absolute:.6G} {suffix}"
    if code.upper() not in _CURRENCIES:
        number = trim_zeros(f"{absolute:,.8f}")
        return f"{sign if number != '0' else ''}{number} {suffix}"
    symbol, decimals = _symbol_and_decimals(code.upper())
    rounded = absolute.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if not decimals and absolute and not rounded:
        return f"{sign}{symbol}{trim_zeros(f'{absolute:,.8f}')}"  # 0.1 yen rounds to none, but it is not zero
    # "$0.00" is an amount too small to show; "$0" is exactly nothing.
    is_whole = rounded == rounded.to_integral_value() and (rounded != 0 or absolute == 0)
    return f"{sign if rounded else ''}{symbol}{rounded:,.{0 if is_whole else decimals}f}"


def is_currency(code: str) -> bool:
    """Return whether this is the code of a currency (ISO 4217, in capitals)."""
    return code in _CURRENCIES


@cache  # called for the few hundred currencies of CLDR only; Babel takes 20 microseconds
def _symbol_and_decimals(code: str) -> tuple[str, int]:
    """Return what precedes an amount, and its decimals: ("$", 2), ("CHF ", 2), ("¥", 0)."""
    symbol = get_currency_symbol(code, locale=_US)
    return f"{symbol} " if symbol[-1].isalpha() else symbol, get_currency_precision(code)
