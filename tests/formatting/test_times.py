"""Days, clock times and durations."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitors import formatting

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)
ZONES = [
    UTC,
    NEW_YORK,
    ZoneInfo("Pacific/Kiritimati"),
    ZoneInfo("Asia/Kolkata"),
    timezone(timedelta(hours=-23, minutes=-59)),
]

any_time = st.datetimes(timezones=st.sampled_from(ZONES))


@pytest.mark.parametrize(
    ("seconds", "text", "short"),
    [
        (-5, "under a second", "<1 s"),
        (0, "under a second", "<1 s"),
        (0.9, "under a second", "<1 s"),
        (1, "1 second", "1 s"),
        (45, "45 seconds", "45 s"),
        (59.4, "59 seconds", "59 s"),
        (59.6, "1 minute", "1 m"),
        (89, "1 minute", "1 m 29 s"),
        (200, "3 minutes", "3 m 20 s"),
        (3569, "59 minutes", "59 m 29 s"),
        (3570, "1 hour", "59 m 30 s"),
        (3599.7, "1 hour", "1 h"),
        (3900, "1 hour 5 minutes", "1 h 5 m"),
        (86_369, "23 hours 59 minutes", "23 h 59 m"),
        (86_370, "1 day", "1 d"),
        (51 * 3600, "2 days 3 hours", "2 d 3 h"),
        (7 * 86_400 - 1, "7 days", "7 d"),
        (7 * 86_400 + 5 * 3600, "7 days", "7 d"),
        (11 * 86_400 + 4 * 3600, "11 days", "11 d"),
        (90 * 86_400, "3 months", "90 d"),
        (3 * 365 * 86_400, "3 years", "1,095 d"),
    ],
)
def test_a_duration_is_as_precise_as_its_size_asks_for(seconds, text, short):
    span = timedelta(seconds=seconds)
    assert formatting.format_duration(span) == text
    assert formatting.format_short_duration(span) == short


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        ({"seconds": 0}, "just now"),
        ({"seconds": 59}, "just now"),
        ({"seconds": -59}, "just now"),
        ({"seconds": 60}, "1 minute ago"),
        ({"minutes": 4, "seconds": 59}, "4 minutes ago"),
        ({"minutes": -2}, "in 2 minutes"),
        ({"minutes": 59, "seconds": 59}, "59 minutes ago"),
        ({"hours": 1}, "1 hour ago"),
        ({"hours": 23, "minutes": 59}, "23 hours ago"),
        ({"days": 1}, "1 day ago"),
        ({"days": 3, "hours": 23}, "3 days ago"),
        ({"days": 60}, "60 days ago"),
        ({"days": 61}, "2 months ago"),
        ({"days": 365}, "12 months ago"),
        ({"days": 426}, "14 months ago"),
        ({"days": 729}, "23 months ago"),
        ({"days": 730}, "2 years ago"),
        ({"days": -800}, "in 2 years"),
    ],
)
def test_ago_counts_whole_units_that_have_passed(elapsed, text):
    assert formatting.format_ago(NOW - timedelta(**elapsed), NOW) == text


def test_ago_compares_times_not_wall_clocks():
    assert formatting.format_ago(datetime(2026, 5, 5, 8, 0, tzinfo=NEW_YORK), NOW) == "just now"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        ({"seconds": -1}, "moments later"),
        ({"seconds": 59}, "moments later"),
        ({"minutes": 31}, "31 minutes later"),
        ({"minutes": 59, "seconds": 40}, "1 hour later"),
        ({"hours": 5, "minutes": 20}, "5 hours later"),
        ({"hours": 23, "minutes": 45}, "1 day later"),
        ({"days": 11, "hours": 4}, "11 days later"),
        ({"days": 11, "hours": 20}, "12 days later"),
        ({"days": 92}, "3 months later"),
        ({"days": 5 * 365}, "5 years later"),
    ],
)
def test_a_gap_is_given_in_the_nearest_unit(span, text):
    assert formatting.format_gap(timedelta(**span)) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 5, 5, 4, 0, tzinfo=UTC), "today"),
        (datetime(2026, 5, 5, 3, 59, tzinfo=UTC), "yesterday"),
        (datetime(2026, 5, 4, 3, 59, tzinfo=UTC), "Sun, May 3"),
        (datetime(2026, 5, 6, 4, 0, tzinfo=UTC), "tomorrow"),
        (datetime(2026, 1, 1, 5, 0, tzinfo=UTC), "Thu, Jan 1"),
        (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), "Dec 31, 2025"),
    ],
)
def test_a_day_is_the_calendar_day_of_the_zone(at, text):
    assert formatting.format_day(at, NOW, NEW_YORK) == text


def test_the_clock_has_24_hours_and_daylight_saving_time():
    assert formatting.format_clock(datetime(2026, 5, 5, 0, 1, tzinfo=UTC), NEW_YORK) == "20:01"
    assert formatting.format_clock(datetime(2026, 1, 5, 0, 1, tzinfo=UTC), NEW_YORK) == "19:01"
    assert formatting.format_clock(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), NEW_YORK) == "01:30"
    assert formatting.format_clock(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), NEW_YORK) == "01:30"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (NEW_YORK, "Mon, May 4, 2026, 20:01:10 EDT (UTC-4)"),
        (UTC, "Tue, May 5, 2026, 00:01:10 UTC"),
        (ZoneInfo("America/Sao_Paulo"), "Mon, May 4, 2026, 21:01:10 UTC-3"),
        (ZoneInfo("Asia/Kolkata"), "Tue, May 5, 2026, 05:31:10 IST (UTC+5:30)"),
        (timezone(timedelta(hours=-4)), "Mon, May 4, 2026, 20:01:10 UTC-4"),
    ],
)
def test_the_full_time_names_zone_and_offset(zone, text):
    assert formatting.format_full_time(datetime(2026, 5, 5, 0, 1, 10, tzinfo=UTC), zone) == text


def test_the_hour_that_a_clock_repeats_differs_in_full_time():
    first, second = (
        formatting.format_full_time(datetime(2026, 11, 1, hour, 30, tzinfo=UTC), NEW_YORK) for hour in (5, 6)
    )
    assert (first, second) == (
        "Sun, Nov 1, 2026, 01:30:00 EDT (UTC-4)",
        "Sun, Nov 1, 2026, 01:30:00 EST (UTC-5)",
    )


@given(any_time, any_time, st.sampled_from(ZONES))
def test_no_time_from_year_1_to_9999_raises(then, now, zone):
    for text in (
        formatting.format_ago(then, now),
        formatting.format_day(then, now, zone),
        formatting.format_clock(then, zone),
        formatting.format_full_time(then, zone),
    ):
        assert text


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_have_a_text_in_every_zone(at, zone):
    assert str(at.year) in formatting.format_full_time(at, zone)
    assert str(at.year) in formatting.format_day(at, NOW, zone)
    assert len(formatting.format_clock(at, zone)) == len("20:01")


@given(st.timedeltas())
def test_no_duration_raises(span):
    assert formatting.format_duration(span)
    assert formatting.format_short_duration(span)
    assert formatting.format_gap(span).endswith(" later")


def test_a_zone_has_spaces_for_underscores():
    assert formatting.format_zone(NEW_YORK) == "America/New York"


@pytest.mark.parametrize(
    ("hour", "text"),
    [(0, "12:05 AM"), (1, "1:05 AM"), (11, "11:05 AM"), (12, "12:05 PM"), (13, "1:05 PM"), (23, "11:05 PM")],
)
def test_a_twelve_hour_zone_writes_times_with_am_and_pm(hour, text):
    zone = formatting.TwelveHourZone("America/New_York")
    at = datetime(2026, 5, 4, hour, 5, 9, tzinfo=NEW_YORK)
    assert formatting.format_clock(at, zone).replace("\N{NO-BREAK SPACE}", " ") == text
    full = formatting.format_full_time(at, zone).replace("\N{NO-BREAK SPACE}", " ")
    assert full == f"Mon, May 4, 2026, {text.replace(':05 ', ':05:09 ')} EDT (UTC-4)"
    assert str(zone) == "America/New_York"
