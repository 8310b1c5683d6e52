"""Numbers, times and money in the words of a person, in US English.

Pure: the present moment and the time zone are arguments, and every datetime is aware (a naive one is a mistake of the
caller). Nothing here raises on a value that the upstream can send, however large: what no calendar or currency can hold
is written plainly.

A page says hundreds of these, so they are integer arithmetic and f-strings, one or two microseconds each. Babel, whose
own formatting takes twenty, is asked only for what CLDR knows: currencies and the names of days and months.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import TypeVar

from babel import Locale
from babel.numbers import get_currency_precision, get_currency_symbol

Part = TypeVar("Part")

# One Locale for all threads. It loads its data when first read, so that happens here, at import, never in a request.
_US = Locale("en", "US")
_DAYS = tuple(_US.days["format"]["abbreviated"][weekday] for weekday in range(7))
_MONTHS = tuple(_US.months["format"]["abbreviated"][month] for month in range(1, 13))
_CURRENCIES = frozenset(_US.currencies) - {"XXX"}  # XXX is ISO 4217 for "no currency"

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY  # so that "1 year ago" is said on the anniversary, leap days aside
_MONTH = _YEAR // 12

# From here on an amount is somebody's mistake, written as a power of ten. It also keeps Decimal within its precision.
_TOO_LARGE = Decimal(10) ** 15


def plural(n: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun: "1 visit", "1,204 visits", "2 countries" where the plural is given."""
    return f"{n:,} {singular}" if n == 1 else f"{n:,} {plural or singular + 's'}"


def listing(parts: Sequence[str]) -> str:
    """Parts as a person lists them: "a", "a and b", "a, b and c"; nothing is the empty string."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def named(parts: Sequence[Part], most: int) -> tuple[list[Part], int]:
    """The parts to name, and how many are left to be counted: at most so many, and the last one left is named as well.

    "a, b and 1 more" takes the room of the name and says less.
    """
    kept = len(parts) if len(parts) == most + 1 else most
    return list(parts[:kept]), max(0, len(parts) - kept)


def timed(text: str, time: str) -> str:
    """Something and when it was: "paid $149 yesterday". Two numbers never meet: "paid $149 (3 days ago)"."""
    if text[-1:].isdigit() and time[:1].isdigit():
        return f"{text} ({time})"
    return f"{text} {time}".rstrip()


def zone_name(zone: tzinfo | str) -> str:
    """A time zone as a person reads it: "America/New York"."""
    return str(zone).replace("_", " ")


def zone_label(moment: datetime, zone: tzinfo) -> str:
    """Which of a zone's times it is at a moment: "EDT", or "UTC-3" where it has no abbreviation."""
    _, name, offset = _dated(moment, zone)
    return name or offset


def duration(span: timedelta) -> str:
    """How long something took: "under a second", "45 seconds", "3 minutes", "1 hour 5 minutes", "2 days 3 hours".

    A week or more has one unit: "11 days". Rounded to the smaller unit that is said. A negative span, which only clocks
    at odds can cause, is "under a second".
    """
    seconds = _seconds(span)
    if seconds < 1:
        return "under a second"
    if seconds < _MINUTE:
        return plural(seconds, "second")
    minutes = _rounded(seconds, _MINUTE)
    if minutes < 60:
        return plural(minutes, "minute")
    if minutes < 24 * 60:
        return _pair(*divmod(minutes, 60), "hour", "minute")
    hours = _rounded(seconds, _HOUR)
    if hours < 7 * 24:
        return _pair(*divmod(hours, 24), "day", "hour")
    return _nearest(seconds)


def short_duration(span: timedelta) -> str:
    """`duration` for tight rows, to the second below an hour: "<1 s", "45 s", "3 m 20 s", "1 h 5 m", "2 d 3 h"."""
    seconds = _seconds(span)
    if seconds < 1:
        return "<1 s"
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        large, small, units = seconds // _MINUTE, seconds % _MINUTE, ("m", "s")
    elif (minutes := _rounded(seconds, _MINUTE)) < 24 * 60:
        large, small, units = minutes // 60, minutes % 60, ("h", "m")
    elif (hours := _rounded(seconds, _HOUR)) < 7 * 24:
        large, small, units = hours // 24, hours % 24, ("d", "h")
    else:
        return f"{_rounded(seconds, _DAY):,} d"
    return f"{large} {units[0]} {small} {units[1]}" if small else f"{large} {units[0]}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in whole units that have passed: "just now", "4 minutes ago", "3 days ago", "14 months ago".

    The upstream's clock and ours are never quite the same, so less than a minute ahead is "just now" as well. Further
    ahead is said as what it is, "in 2 minutes": calling it past would hide a wrong clock behind a wrong number.
    """
    span = then - now if (ahead := then > now) else now - then
    seconds = span.days * _DAY + span.seconds
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        words = plural(seconds // _MINUTE, "minute")
    elif seconds < _DAY:
        words = plural(seconds // _HOUR, "hour")
    elif seconds < 2 * _MONTH:
        words = plural(seconds // _DAY, "day")
    elif seconds < 2 * _YEAR:
        words = plural(seconds // _MONTH, "month")
    else:
        words = plural(seconds // _YEAR, "year")
    return f"in {words}" if ahead else f"{words} ago"


def gap(span: timedelta) -> str:
    """The time between two visits, in the one nearest unit: "45 minutes later", "5 hours later", "11 days later"."""
    seconds = _seconds(span)
    return "moments later" if seconds < _MINUTE else f"{_nearest(seconds)} later"


def money(amount: Decimal, currency: str | None) -> str:
    """An amount in units of its currency (ISO 4217, any case): "$149", "$12.50", "¥1,200", "−€20".

    Whole amounts go without decimals; others have as many as the currency, rounded half up. A currency unknown to CLDR
    stands behind the number as it came: "149 XYZ"; none that is known is said: "149 (currency unknown)".
    """
    code = (currency or "").strip()
    behind = code or "(currency unknown)"
    sign = "−" if amount.is_signed() else ""
    size = amount.copy_abs()
    if not size.is_finite() or size >= _TOO_LARGE:
        return f"{sign}{size:.6G} {behind}"
    if code.upper() not in _CURRENCIES:
        number = _trimmed(f"{size:,.8f}")
        return f"{sign if number != '0' else ''}{number} {behind}"
    symbol, decimals = _currency(code.upper())
    rounded = size.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if not decimals and size and not rounded:
        return f"{sign}{symbol}{_trimmed(f'{size:,.8f}')}"  # a tenth of a yen is none, and not nothing
    # "$0.00" is an amount too small to show; only nothing at all is "$0".
    whole = rounded == rounded.to_integral_value() and (rounded != 0 or size == 0)
    return f"{sign if rounded else ''}{symbol}{rounded:,.{0 if whole else decimals}f}"


def is_currency(code: str) -> bool:
    """Whether this is a currency's code (ISO 4217, in capitals)."""
    return code in _CURRENCIES


def percent(fraction: float) -> str:
    """A share of 1 with at most two decimals: 0.0138 is "1.38%", 0.5 is "50%".

    Rounding never claims certainty: a tiny chance is "under 0.01%", one just short of 1 is "over 99.99%".
    """
    if 0 < fraction < 0.0001:
        return "under 0.01%"
    if 0.9999 < fraction < 1:
        return "over 99.99%"
    if not abs(fraction) < 1e12:  # also infinities and "not a number"
        return f"{fraction * 100:.6G}%"
    number = _trimmed(f"{fraction * 100:z,.2f}")
    return f"−{number[1:]}%" if number.startswith("-") else f"{number}%"


def day(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The calendar day in a zone: "today", "yesterday", "tomorrow" (a clock ahead), "Mon, May 4", or "May 4, 2025"."""
    local, today = _local(moment, zone), _local(now, zone)
    match local.toordinal() - today.toordinal():
        case 0:
            return "today"
        case -1:
            return "yesterday"
        case 1:
            return "tomorrow"
    month_day = f"{_MONTHS[local.month - 1]} {local.day}"
    return f"{_DAYS[local.weekday()]}, {month_day}" if local.year == today.year else f"{month_day}, {local.year}"


def clock(moment: datetime, zone: tzinfo) -> str:
    """The time of day in a zone: "20:01".

    24 hours although the rest is US English: agents compare these with log files and with colleagues abroad,
    and a column of them stays aligned.
    """
    local = _local(moment, zone)
    return f"{local.hour:02}:{local.minute:02}"


def full(moment: datetime, zone: tzinfo) -> str:
    """A moment beyond doubt, for tooltips: "Mon, May 4, 2026, 20:01:10 EDT (UTC-4)".

    The offset stands beside the abbreviation since many are shared (IST, CST); zones without one have the offset alone.
    """
    date, name, offset = _dated(moment, zone)
    return f"{date} {name} ({offset})" if name else f"{date} {offset}"


def dated(moment: datetime, zone: tzinfo) -> str:
    """`full` for lists, beside a full one: "Mon, May 4, 2026, 20:01:10 EDT"."""
    date, name, offset = _dated(moment, zone)
    return f"{date} {name or offset}"


def _dated(moment: datetime, zone: tzinfo) -> tuple[str, str, str]:
    """Day and time, the abbreviation of the zone ("" for none that says more than the offset), and the offset."""
    local = _local(moment, zone)
    date = f"{_DAYS[local.weekday()]}, {_MONTHS[local.month - 1]} {local.day}, {local.year}"
    name, offset = local.tzname() or "", _offset(local.utcoffset() or timedelta())
    # The time zone database names many zones by their offset, "-03"; and UTC is its own offset.
    is_telling = name.isalpha() and name != offset
    return f"{date}, {local.hour:02}:{local.minute:02}:{local.second:02}", name if is_telling else "", offset


def _seconds(span: timedelta) -> int:
    """Whole seconds, rounded; but half a second stays under one."""
    whole = span.days * _DAY + span.seconds
    return whole + (span.microseconds >= 500_000) if whole else 0


def _rounded(seconds: int, unit: int) -> int:
    return (seconds + unit // 2) // unit


def _pair(large: int, small: int, large_unit: str, small_unit: str) -> str:
    return f"{plural(large, large_unit)} {plural(small, small_unit)}" if small else plural(large, large_unit)


def _nearest(seconds: int) -> str:
    """A span of at least half a minute in one unit, rounded."""
    if (minutes := _rounded(seconds, _MINUTE)) < 60:
        return plural(minutes, "minute")
    if (hours := _rounded(seconds, _HOUR)) < 24:
        return plural(hours, "hour")
    if seconds < 2 * _MONTH:
        return plural(_rounded(seconds, _DAY), "day")
    if seconds < 2 * _YEAR:
        return plural(_rounded(seconds, _MONTH), "month")
    return plural(_rounded(seconds, _YEAR), "year")


def _trimmed(number: str) -> str:
    """A number with a decimal point, without the zeros at its end."""
    return number.rstrip("0").rstrip(".")


@cache  # asked for the few hundred currencies of CLDR only
def _currency(code: str) -> tuple[str, int]:
    """What stands before an amount of a known currency and its decimals: ("$", 2), ("CHF ", 2), ("¥", 0)."""
    symbol = get_currency_symbol(code, locale=_US)
    return f"{symbol} " if symbol[-1].isalpha() else symbol, get_currency_precision(code)


def _local(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # the first and the last hours that a datetime can hold do not exist in every zone
        return moment


def _offset(offset: timedelta) -> str:
    """An offset from UTC: "UTC", "UTC-4", "UTC+5:30"; with seconds for local mean times before standard time."""
    total = offset.days * _DAY + offset.seconds
    hours, rest = divmod(abs(total), _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    text = f"UTC{'-' if total < 0 else '+'}{hours}" if total else "UTC"
    if minutes or seconds:
        text += f":{minutes:02}"
    return f"{text}:{seconds:02}" if seconds else text
