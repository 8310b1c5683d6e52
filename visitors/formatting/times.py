"""Days, clock times and durations."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from visitors.formatting.numbers import format_count

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY  # so that it is "1 year ago" on the anniversary, leap days aside
_MONTH = _YEAR // 12
# Each unit with the number of seconds from which on a duration is given in it.
_UNITS = (
    ("year", _YEAR, 2 * _YEAR),
    ("month", _MONTH, 2 * _MONTH),
    ("day", _DAY, _DAY),
    ("hour", _HOUR, _HOUR),
    ("minute", _MINUTE, 0),
)

# Not strftime's: its names are those of the server's locale, and it takes several times as long.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class TwelveHourZone(ZoneInfo):
    """A time zone for a reader of 12-hour clocks: its times are "8:01 PM", where those of other zones are "20:01"."""


@dataclass(frozen=True, slots=True)
class DisplayTime:
    """A time to display: `text` to read, `title` for the tooltip (date, time and zone), `iso` for `<time datetime>`."""

    text: str
    title: str
    iso: str


def display_time(at: datetime, zone: tzinfo, text: str) -> DisplayTime:
    """Return a time that is displayed as this text."""
    return DisplayTime(text, format_full_time(at, zone), at.isoformat(timespec="seconds"))


def display_ago(at: datetime, now: datetime, zone: tzinfo) -> DisplayTime:
    """Return a time that is displayed by how long ago it was: "2 hours ago"."""
    return display_time(at, zone, format_ago(at, now))


def display_day_and_clock(at: datetime, now: datetime, zone: tzinfo) -> DisplayTime:
    """Return a time that is displayed by its day and clock time: "Mon, May 4, 20:01"."""
    return display_time(at, zone, f"{format_day(at, now, zone)}, {format_clock(at, zone)}")


def format_day(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Return the calendar day in a zone: "today", "yesterday", "tomorrow", "Mon, May 4", or "May 4, 2025"."""
    local, today = _to_local(at, zone), _to_local(now, zone)
    match local.toordinal() - today.toordinal():
        case 0:
            return "today"
        case -1:
            return "yesterday"
        case 1:
            return "tomorrow"
    if local.year != today.year:
        return f"{_MONTHS[local.month - 1]} {local.day}, {local.year}"
    return _format_weekday(local)


def format_clock(at: datetime, zone: tzinfo) -> str:
    """Return the time of day in a zone: "20:01", or "8:01 PM" in a TwelveHourZone."""
    return format_local_clock(_to_local(at, zone), zone)


def format_local_clock(local: datetime, zone: tzinfo, timespec: str = "minutes") -> str:
    """Return `format_clock` of a time that is on the zone's clock already; with the `timespec` "seconds" to the second.

    24 hours by default, although the rest is US English: agents compare these times with log files and with colleagues
    abroad, and a column of them stays aligned.
    """
    text = local.time().isoformat(timespec)  # several times as fast as strftime
    if not isinstance(zone, TwelveHourZone):
        return text
    half = "AM" if local.hour < 12 else "PM"
    return f"{local.hour % 12 or 12}{text[2:]}\N{NO-BREAK SPACE}{half}"


def format_full_time(at: datetime, zone: tzinfo) -> str:
    """Return an unambiguous time, for tooltips: "Mon, May 4, 2026, 20:01:10 EDT (UTC-4)".

    The offset follows the abbreviation because many zones share one (IST, CST). Zones without an abbreviation have the
    offset alone.
    """
    abbreviation, offset = _abbreviation_and_offset(at, zone)
    return f"{_format_date(at, zone)} {f'{abbreviation} ({offset})' if abbreviation else offset}"


def format_time(at: datetime, zone: tzinfo) -> str:
    """Return `format_full_time` without the offset, for lists below a full one: "Mon, May 4, 2026, 20:01:10 EDT"."""
    return f"{_format_date(at, zone)} {format_zone_abbreviation(at, zone)}"


def format_utc(at: datetime) -> str:
    """Return a time for programs, as DataFast writes it: "2026-05-04T20:07:09.000Z"."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def format_zone(zone: tzinfo | str) -> str:
    """Return the name of a time zone to read: "America/New York"."""
    return str(zone).replace("_", " ")


def format_zone_abbreviation(at: datetime, zone: tzinfo) -> str:
    """Return a zone's abbreviation at this time: "EDT", or "UTC-3" where it has none."""
    abbreviation, offset = _abbreviation_and_offset(at, zone)
    return abbreviation or offset


def format_duration(span: timedelta) -> str:
    """Return a duration: "under a second", "45 seconds", "3 minutes", "1 hour 5 minutes", "2 days 3 hours".

    From a week on it has one unit: "11 days". It is rounded to its smaller unit. A negative duration, which only clocks
    that disagree can cause, is "under a second".
    """
    seconds = _to_seconds(span)
    if seconds < 1:
        return "under a second"
    if seconds < _MINUTE:
        return format_count(seconds, "second")
    if (minutes := _round(seconds, _MINUTE)) < 24 * 60:
        large, small, units = minutes // 60, minutes % 60, ("hour", "minute")
    elif (hours := _round(seconds, _HOUR)) < 7 * 24:
        large, small, units = hours // 24, hours % 24, ("day", "hour")
    else:
        return _format_nearest(seconds)
    return " ".join(format_count(*part) for part in zip((large, small), units, strict=True) if part[0])


def format_short_duration(span: timedelta) -> str:
    """Return a duration for narrow rows, to the second below an hour: "<1 s", "45 s", "3 m 20 s", "1 h 5 m", "11 d"."""
    seconds = _to_seconds(span)
    if seconds < 1:
        return "<1 s"
    if seconds < _HOUR:
        large, small, units = seconds // _MINUTE, seconds % _MINUTE, ("m", "s")
    elif (minutes := _round(seconds, _MINUTE)) < 24 * 60:
        large, small, units = minutes // 60, minutes % 60, ("h", "m")
    elif (hours := _round(seconds, _HOUR)) < 7 * 24:
        large, small, units = hours // 24, hours % 24, ("d", "h")
    else:
        return f"{_round(seconds, _DAY):,} d"
    return " ".join(f"{size} {unit}" for size, unit in zip((large, small), units, strict=True) if size)


def format_ago(then: datetime, now: datetime) -> str:
    """Return how long ago, in whole units that have passed: "just now", "4 minutes ago", "14 months ago".

    DataFast's clock and ours are never quite the same, so less than a minute ahead is "just now" as well. Times further
    ahead are "in 2 minutes": showing them as past would hide a wrong clock behind a wrong number.
    """
    span = abs(now - then)
    seconds = span.days * _DAY + span.seconds
    if seconds < _MINUTE:
        return "just now"
    unit, size = _largest_unit(seconds)
    text = format_count(seconds // size, unit)
    return f"in {text}" if then > now else f"{text} ago"


def format_age(then: datetime, now: datetime) -> str:
    """Return `format_ago`, to the second within a minute: an agent who presses Refresh looks at the seconds."""
    span = now - then
    if timedelta(seconds=1) <= span < timedelta(minutes=1):
        return f"{format_duration(span)} ago"
    return format_ago(then, now)


def format_gap(span: timedelta) -> str:
    """Return the time between two visits, in the nearest unit: "45 minutes later", "5 hours later", "11 days later"."""
    seconds = _to_seconds(span)
    return "moments later" if seconds < _MINUTE else f"{_format_nearest(seconds)} later"


def _format_nearest(seconds: int) -> str:
    """Return a duration of at least half a minute in one unit, rounded."""
    rounded = _round(seconds, _MINUTE) * _MINUTE
    unit, size = _largest_unit(rounded if rounded < _HOUR else _round(seconds, _HOUR) * _HOUR)
    return format_count(_round(seconds, size), unit)


def _largest_unit(seconds: int) -> tuple[str, int]:
    """Return the unit for a duration, with its length in seconds."""
    return next((unit, size) for unit, size, least in _UNITS if seconds >= least)


def _format_date(at: datetime, zone: tzinfo) -> str:
    """ "Mon, May 4, 2026, 20:01:10"."""
    local = _to_local(at, zone)
    return f"{_format_weekday(local)}, {local.year}, {format_local_clock(local, zone, 'seconds')}"


def _format_weekday(local: datetime) -> str:
    """ "Mon, May 4"."""
    return f"{_WEEKDAYS[local.weekday()]}, {_MONTHS[local.month - 1]} {local.day}"


def _abbreviation_and_offset(at: datetime, zone: tzinfo) -> tuple[str, str]:
    """Return ("EDT", "UTC-4"). The abbreviation is "" where it adds nothing to the offset.

    The time zone database names many zones by their offset ("-03"), and UTC is its own offset. Offsets of local mean
    times, before standard time, have seconds.
    """
    local = _to_local(at, zone)
    shift = local.utcoffset() or timedelta()
    hours, rest = divmod(abs(shift).seconds, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    offset = f"UTC{'-' if shift < timedelta() else '+'}{hours}" if shift else "UTC"
    if minutes or seconds:
        offset += f":{minutes:02}"
    if seconds:
        offset += f":{seconds:02}"
    name = local.tzname() or ""
    return name if name.isalpha() and name != offset else "", offset


def _to_local(at: datetime, zone: tzinfo) -> datetime:
    try:
        return at.astimezone(zone)
    except OverflowError:  # the first and the last hours that a datetime can hold do not exist in every zone
        return at


def _to_seconds(span: timedelta) -> int:
    """Return whole seconds, rounded; but anything below a second is 0."""
    whole = span.days * _DAY + span.seconds
    return whole + (span.microseconds >= 500_000) if whole else 0


def _round(seconds: int, unit: int) -> int:
    return (seconds + unit // 2) // unit
