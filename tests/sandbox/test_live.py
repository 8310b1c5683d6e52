"""The visitor who is always on the site."""

from datetime import timedelta
from itertools import pairwise

from tests.sandbox.conftest import NOON
from visitors.sandbox.clock import MINUTE, SECOND, milliseconds
from visitors.sandbox.documented import LIVE
from visitors.sandbox.live import SHIFT, _in_shift, live_visitor
from visitors.sandbox.visitor import until, visit_starts

NOW = milliseconds(NOON)


def seen(now):
    visitor = live_visitor(now)
    return visitor.pages[: until(visitor.pages, now)]


def test_at_any_moment_the_latest_page_view_is_less_than_a_minute_old():
    for now in range(NOW, NOW + 2 * SHIFT, 7 * SECOND):
        assert 0 <= now - seen(now)[-1].at < 60 * SECOND


def test_page_views_of_the_present_visit_come_every_20_to_60_seconds():
    pages = live_visitor(NOW).pages
    current = [page.at for page in pages if page.at >= NOW // SHIFT * SHIFT]
    gaps = [later - earlier for earlier, later in pairwise(current)]
    assert len(gaps) > 100
    assert all(20 * SECOND <= gap < 60 * SECOND for gap in gaps)


def test_every_look_a_minute_later_shows_more_and_takes_nothing_back():
    begin = NOW // SHIFT * SHIFT + MINUTE
    for now in range(begin, begin + SHIFT - 3 * MINUTE, 5 * MINUTE):
        earlier, later = seen(now), seen(now + MINUTE)
        assert later[: len(earlier)] == earlier
        assert len(later) > len(earlier)


def test_earlier_visits_are_ordinary_ones_and_end_half_an_hour_before_the_present_one():
    for now in range(NOW, NOW + 10 * SHIFT, SHIFT):
        pages = seen(now)
        starts = visit_starts(pages)
        assert len(starts) > 3
        assert starts[-1] == now // SHIFT * SHIFT
        for start, following in pairwise(starts):
            last = [page.at for page in pages if start <= page.at < following][-1]
            assert last - start < 28 * MINUTE


def test_a_restart_does_not_change_the_past():
    now = NOW + 11 * MINUTE
    first = seen(now)
    _in_shift.cache_clear()
    assert seen(now) == first


def test_over_http_the_journey_grows_with_the_clock(get, clock):
    path = f"/visitors/{LIVE.visitor_id}"
    before = get(path, website=LIVE.website).json()["data"]["activity"]
    clock.forward(minutes=1)
    after = get(path, website=LIVE.website).json()["data"]["activity"]
    assert after["pageViewCount"] > before["pageViewCount"]
    assert after["visitedPages"][: before["pageViewCount"]] == before["visitedPages"]
    assert after["lastVisitAt"] == before["lastVisitAt"]
    latest = max(page["timestamp"] for page in after["visitedPages"])
    assert latest > (clock() - timedelta(minutes=1)).isoformat()
