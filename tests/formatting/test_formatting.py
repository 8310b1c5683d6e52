"""Numbers, times and money in words."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
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

any_moment = st.datetimes(timezones=st.sampled_from(ZONES))


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 visits"), (1, "1 visit"), (2, "2 visits"), (1204, "1,204 visits"), (-3, "-3 visits")]
)
def test_a_count_agrees_with_its_noun(n, said):
    assert formatting.format_count(n, "visit") == said


def test_an_irregular_plural_is_given_by_the_caller():
    assert formatting.format_count(2, "country", "countries") == "2 countries"
    assert formatting.format_count(1, "country", "countries") == "1 country"


@pytest.mark.parametrize(
    ("parts", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_a_listing_reads_as_a_sentence_does(parts, said):
    assert formatting.join_list(parts) == said


@pytest.mark.parametrize(
    ("seconds", "said", "short"),
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
def test_a_duration_is_as_precise_as_its_size_asks_for(seconds, said, short):
    span = timedelta(seconds=seconds)
    assert formatting.format_duration(span) == said
    assert formatting.format_short_duration(span) == short


@pytest.mark.parametrize(
    ("elapsed", "said"),
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
def test_ago_counts_whole_units_that_have_passed(elapsed, said):
    assert formatting.format_ago(NOW - timedelta(**elapsed), NOW) == said


def test_ago_compares_moments_not_wall_clocks():
    assert formatting.format_ago(datetime(2026, 5, 5, 8, 0, tzinfo=NEW_YORK), NOW) == "just now"


@pytest.mark.parametrize(
    ("span", "said"),
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
def test_a_gap_has_the_one_nearest_unit(span, said):
    assert formatting.format_gap(timedelta(**span)) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("149", "USD", "$149"),
        ("149.00", "usd", "$149"),
        ("149", " USD ", "$149"),
        ("1E+3", "USD", "$1,000"),
        ("12.5", "EUR", "€12.50"),
        ("0.125", "USD", "$0.13"),
        ("149.999", "USD", "$150"),
        ("1200", "JPY", "¥1,200"),
        ("1200.5", "JPY", "¥1,201"),
        ("0.1", "JPY", "¥0.1"),
        ("1.25", "KWD", "KWD 1.250"),
        ("149", "CHF", "CHF 149"),
        ("-20", "EUR", "−€20"),
        ("-1234.5", "GBP", "−£1,234.50"),
        ("0", "USD", "$0"),
        ("-0", "USD", "$0"),
        ("0.001", "USD", "$0.00"),
        ("-0.001", "USD", "$0.00"),
        ("149", "XYZ", "149 XYZ"),
        ("-149.50", "XYZ", "−149.5 XYZ"),
        ("-0", "XYZ", "0 XYZ"),
        ("0.00012", "BTC", "0.00012 BTC"),
        ("12", "XXX", "12 XXX"),
        ("149", None, "149 (currency unknown)"),
        ("1149.5", "", "1,149.5 (currency unknown)"),
        ("1E+30", "USD", "1E+30 USD"),
        ("-1E+999999", None, "−1E+999999 (currency unknown)"),
        ("1E-999999", "USD", "$0.00"),
        ("NaN", "USD", "NaN USD"),
        ("sNaN", "USD", "sNaN USD"),
        ("-Infinity", None, "−Infinity (currency unknown)"),
    ],
)
def test_money_reads_as_a_person_writes_it(amount, currency, said):
    assert formatting.format_money(Decimal(amount), currency) == said


def test_money_takes_a_decimal_with_the_noise_of_a_float():
    expected_value = 3.089
    assert formatting.format_money(Decimal(expected_value), "USD") == "$3.09"


@given(st.decimals(allow_nan=True, allow_infinity=True), st.one_of(st.none(), st.text(max_size=5), st.just("USD")))
def test_money_never_raises_and_stays_short(amount, currency):
    assert 0 < len(formatting.format_money(amount, currency)) < 80


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from(["USD", "EUR", "GBP"]))
def test_money_can_be_read_back_to_the_cent(amount, currency):
    said = formatting.format_money(amount, currency)
    assert Decimal(said.replace("−", "-").translate(str.maketrans("", "", "$€£,"))) == amount


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        (0, "0%"),
        (0.00005, "under 0.01%"),
        (0.0138, "1.38%"),
        (0.5, "50%"),
        (0.831, "83.1%"),
        (0.99995, "over 99.99%"),
        (1, "100%"),
        (1.2, "120%"),
        (-0.1, "−10%"),
        (-1e-9, "0%"),
        (12.345, "1,234.5%"),
        (1e300, "1E+302%"),
        (float("inf"), "INF%"),
    ],
)
def test_a_share_is_said_in_percent(fraction, said):
    assert formatting.format_percent(fraction) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 5, 5, 4, 0, tzinfo=UTC), "today"),
        (datetime(2026, 5, 5, 3, 59, tzinfo=UTC), "yesterday"),
        (datetime(2026, 5, 4, 3, 59, tzinfo=UTC), "Sun, May 3"),
        (datetime(2026, 5, 6, 4, 0, tzinfo=UTC), "tomorrow"),
        (datetime(2026, 1, 1, 5, 0, tzinfo=UTC), "Thu, Jan 1"),
        (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), "Dec 31, 2025"),
    ],
)
def test_a_day_is_the_calendar_day_of_the_zone(moment, said):
    assert formatting.format_day(moment, NOW, NEW_YORK) == said


def test_the_clock_is_24_hours_and_knows_daylight_saving():
    assert formatting.format_clock(datetime(2026, 5, 5, 0, 1, tzinfo=UTC), NEW_YORK) == "20:01"
    assert formatting.format_clock(datetime(2026, 1, 5, 0, 1, tzinfo=UTC), NEW_YORK) == "19:01"
    assert formatting.format_clock(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), NEW_YORK) == "01:30"
    assert formatting.format_clock(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), NEW_YORK) == "01:30"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (NEW_YORK, "Mon, May 4, 2026, 20:01:10 EDT (UTC-4)"),
        (UTC, "Tue, May 5, 2026, 00:01:10 UTC"),
        (ZoneInfo("America/Sao_Paulo"), "Mon, May 4, 2026, 21:01:10 UTC-3"),
        (ZoneInfo("Asia/Kolkata"), "Tue, May 5, 2026, 05:31:10 IST (UTC+5:30)"),
        (timezone(timedelta(hours=-4)), "Mon, May 4, 2026, 20:01:10 UTC-4"),
    ],
)
def test_the_full_moment_names_its_zone_beyond_doubt(zone, said):
    assert formatting.format_full_time(datetime(2026, 5, 5, 0, 1, 10, tzinfo=UTC), zone) == said


def test_the_two_hours_that_a_clock_repeats_differ_in_full():
    first, second = (
        formatting.format_full_time(datetime(2026, 11, 1, hour, 30, tzinfo=UTC), NEW_YORK) for hour in (5, 6)
    )
    assert (first, second) == (
        "Sun, Nov 1, 2026, 01:30:00 EDT (UTC-4)",
        "Sun, Nov 1, 2026, 01:30:00 EST (UTC-5)",
    )


@given(any_moment, any_moment, st.sampled_from(ZONES))
def test_no_moment_from_year_1_to_9999_raises(then, now, zone):
    for said in (
        formatting.format_ago(then, now),
        formatting.format_day(then, now, zone),
        formatting.format_clock(then, zone),
        formatting.format_full_time(then, zone),
    ):
        assert said


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_are_said_in_every_zone(moment, zone):
    assert str(moment.year) in formatting.format_full_time(moment, zone)
    assert str(moment.year) in formatting.format_day(moment, NOW, zone)
    assert len(formatting.format_clock(moment, zone)) == len("20:01")


@given(st.timedeltas())
def test_no_span_raises(span):
    assert formatting.format_duration(span)
    assert formatting.format_short_duration(span)
    assert formatting.format_gap(span).endswith(" later")


def test_the_last_one_left_is_named_instead_of_counted():
    assert formatting.limit_list(["a", "b"], 2) == (["a", "b"], 0)
    assert formatting.limit_list(["a", "b", "c"], 2) == (["a", "b", "c"], 0)
    assert formatting.limit_list(["a", "b", "c", "d"], 2) == (["a", "b"], 2)
    assert formatting.limit_list([], 2) == ([], 0)


@pytest.mark.parametrize(
    ("text", "time", "said"),
    [
        ("paid $149", "yesterday", "paid $149 yesterday"),
        ("paid $149", "3 days ago", "paid $149 (3 days ago)"),
        ("came from x.com", "3 days ago", "came from x.com 3 days ago"),
        ("came from x.com", "", "came from x.com"),
    ],
)
def test_two_numbers_never_meet(text, time, said):
    assert formatting.append_time(text, time) == said


def test_a_zone_reads_without_underscores():
    assert formatting.format_zone(NEW_YORK) == "America/New York"
