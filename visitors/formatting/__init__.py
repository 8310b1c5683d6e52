"""Numbers, times, money, lists and places as people write them in US English.

Pure functions: the current time and the time zone are arguments, and every datetime is aware. No value that DataFast
can send raises an error, however large.
"""

from visitors.formatting.money import format_money, is_currency
from visitors.formatting.numbers import format_count, format_percent
from visitors.formatting.text import add_line_breaks, address_html, append_time, bind_numbers, join_list, limit_list
from visitors.formatting.times import (
    DisplayTime,
    TwelveHourZone,
    display_ago,
    display_day_and_clock,
    display_time,
    format_age,
    format_ago,
    format_clock,
    format_day,
    format_duration,
    format_full_time,
    format_gap,
    format_local_clock,
    format_short_duration,
    format_time,
    format_utc,
    format_zone,
    format_zone_abbreviation,
)

ANONYMOUS = "Anonymous visitor"

__all__ = [
    "ANONYMOUS",
    "DisplayTime",
    "TwelveHourZone",
    "add_line_breaks",
    "address_html",
    "append_time",
    "bind_numbers",
    "display_ago",
    "display_day_and_clock",
    "display_time",
    "format_age",
    "format_ago",
    "format_clock",
    "format_count",
    "format_day",
    "format_duration",
    "format_full_time",
    "format_gap",
    "format_local_clock",
    "format_money",
    "format_percent",
    "format_short_duration",
    "format_time",
    "format_utc",
    "format_zone",
    "format_zone_abbreviation",
    "is_currency",
    "join_list",
    "limit_list",
]
