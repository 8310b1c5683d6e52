"""A refresh undoes nothing that the reader did while it was under way."""

import re
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TIMEOUT_MS, settle
from tests.faulty_upstream import FaultyUpstream, answer

pytestmark = [pytest.mark.browser]

ADDRESS = "/lumenkit/visitors/a3ab2331-989f-4cfa-91c6-2461c9e3c6bd/"
FIRST = datetime(2026, 5, 1, 10, tzinfo=UTC)


def visitor(visits, *, score=50, name="Jane"):
    """Return an answer about a visitor with so many visits of five pages, two days apart."""
    views = [
        {
            "url": f"lumenkit.example/visit-{visit}/page-{page}",
            "timestamp": (FIRST + timedelta(days=2 * visit, minutes=page)).isoformat(),
        }
        for visit in range(visits)
        for page in range(5)
    ]
    return {
        "status": "success",
        "data": {
            "activity": {"visitCount": visits, "pageViewCount": len(views), "visitedPages": views},
            "prediction": {"score": score, "conversionRate": 0.02, "expectedValue": 3, "confidence": 0.8},
            "profile": {"userId": "u1", "metadata": {"name": name}, "identifiedAt": FIRST.isoformat()},
        },
    }


@pytest.fixture
def may_answer():
    """The event that lets DataFast answer the refresh."""
    return Event()


def later(event, body):
    """Answer as soon as the event is set."""

    def behave(exchange):
        event.wait(TIMEOUT_MS / 1000)
        answer(200, body)(exchange)

    return behave


@pytest.fixture(
    params=[
        pytest.param({"visits": 13}, id="another visit"),
        pytest.param({"visits": 12, "score": 61}, id="another score", marks=pytest.mark.matrix),
    ]
)
def page(desk, member, settings, may_answer, request):
    """A stored journey that is no longer fresh: opened a second time, with its automatic refresh under way."""
    settings.PROFILE_FRESH_SECONDS = 0
    settings.UPSTREAM_DEADLINE_SECONDS = TIMEOUT_MS / 1000
    with FaultyUpstream(answer(200, visitor(12)), later(may_answer, visitor(**request.param))) as upstream:
        settings.DATAFAST_API_URL = upstream.url
        opened = desk(user=member)
        opened.goto(ADDRESS)
        with opened.expect_request("**/refresh/"):
            opened.goto(ADDRESS)
        yield opened
        may_answer.set()


@pytest.fixture
def arrives(page, may_answer):
    """Let the refresh arrive, and wait until it is in the page."""
    version = page.locator("#refresh-version").get_attribute("value")

    def wait():
        may_answer.set()
        wait_for_another_version(page, version)

    return wait


def wait_for_another_version(page, version):
    """Wait until the page and its timeline have been updated from this version."""
    expect(page.locator("#refresh-version")).not_to_have_attribute("value", version)
    expect(page.locator("#timeline-version")).to_have_count(1)
    settle(page)


def shown(page):
    return page.locator("#ledger > .visit").count()


def test_the_focus_and_an_opened_visit_stay(page, arrives):
    page.locator("#visit-9 summary").click()
    arrives()
    expect(page.locator("#visit-9 details")).to_have_attribute("open", "")
    expect(page.locator("#visit-9 summary")).to_be_focused()
    assert "open=9" in page.url


def test_a_menu_stays_open(page, arrives):
    page.locator("details.menu", has_text="Export").locator("summary").click()
    arrives()
    expect(page.get_by_role("link", name="Download CSV")).to_be_visible()


def test_typed_text_stays_and_is_searched_for(page, arrives):
    page.locator("#timeline-q").focus()
    page.keyboard.type("visit-3")
    arrives()
    page.keyboard.type("/page")
    expect(page.locator("#timeline-q")).to_have_value("visit-3/page")
    expect(page.locator("#timeline .found")).to_contain_text("5 of")
    assert shown(page) == 1


def test_a_filter_that_was_chosen_meanwhile_stays(page, arrives):
    page.locator("#range").select_option("7d")
    expect(page.locator("#timeline .found")).to_be_visible()
    rows = shown(page)
    arrives()
    expect(page.locator("#range")).to_have_value("7d")
    assert "range=7d" in page.url
    assert shown(page) == rows < 12


def test_a_ticket_time_that_is_being_typed_stays(page, arrives):
    page.locator("#at").focus()
    page.locator("#at").fill("2026-05-05T10:00")
    arrives()
    expect(page.locator("#at")).to_have_value("2026-05-05T10:00")
    expect(page.locator("#at")).to_be_focused()


def test_pressing_refresh_keeps_the_place(page, arrives):
    arrives()
    page.locator("#visit-9 summary").focus()
    page.keyboard.press("r")
    page.keyboard.press("j")
    expect(page.locator("#visit-8 summary")).to_be_focused()


def test_new_visits_appear_at_the_top(desk, member, settings):
    settings.PROFILE_FRESH_SECONDS = 0
    with FaultyUpstream(answer(200, visitor(12)), answer(200, visitor(14))) as upstream:
        settings.DATAFAST_API_URL = upstream.url
        page = desk(user=member)
        page.goto(ADDRESS)
        page.goto(ADDRESS)
        expect(page.locator("#visit-14")).to_be_visible()
        expect(page.locator("#totals")).to_contain_text("14")
        assert page.locator("#ledger > .visit").first.get_attribute("id") == "visit-14"
        expect(page.get_by_role("link", name="Jump to latest")).to_have_attribute("href", re.compile("#visit-14$"))
        lines = page.locator("#ledger > li").evaluate_all(
            "lines => lines.map(line => line.id || line.textContent.trim())"
        )
        assert lines[:5] == ["visit-14", "2 days later", "visit-13", "2 days later", "visit-12"]


# ---- Where new rows cannot be inserted, the page says that there are some -------------------------------------------


@pytest.fixture
def refreshed(desk, member, settings, monkeypatch):
    """`refreshed(query, *bodies)` opens a page; returns it and a function that refreshes it."""
    monkeypatch.setattr("visitors.journey_page.views.journey.PRESSED_AGAIN", timedelta(0))
    with FaultyUpstream() as upstream:
        settings.DATAFAST_API_URL = upstream.url

        def open_page(query, *bodies):
            upstream.behaviors = [answer(200, body) for body in bodies]
            page = desk(user=member)
            page.goto(ADDRESS + query)

            def press():
                version = page.locator("#refresh-version").get_attribute("value")
                page.keyboard.press("r")
                wait_for_another_version(page, version)

            return page, press

        yield open_page


def is_up_to_date(page):
    state = page.locator("#refresh-version").get_attribute("value")
    return page.locator("#timeline-version").get_attribute("value") == state


def test_another_filter_shows_the_announced_events(refreshed):
    page, press = refreshed("?q=page-1", visitor(12), visitor(13))
    press()
    expect(page.locator("#news")).to_have_text("5 new events: show")
    page.get_by_role("checkbox", name="Pages").check()
    expect(page.locator("#visit-13")).to_be_visible()
    assert is_up_to_date(page)
    page.get_by_role("link", name="Show everything").click()
    expect(page.locator("#ledger > .visit")).to_have_count(13)


def test_rows_without_a_place_are_announced(refreshed):
    page, press = refreshed("?open=5", visitor(40), visitor(41))
    page.locator("#visit-5 summary").click()  # the list begins further down, and the address no longer says so
    expect(page).not_to_have_url(re.compile("open=5"))
    press()
    expect(page.locator("#news")).to_have_text("New activity: show")
    page.locator("#news a").click()
    expect(page.locator("#visit-41")).to_be_visible()
    assert is_up_to_date(page)


def test_a_folded_visit_gets_all_new_events_on_opening(refreshed):
    long, longer = visitor(2), visitor(2)
    for body, number in ((long, 120), (longer, 123)):
        pages = body["data"]["activity"]["visitedPages"]
        at = FIRST + timedelta(days=10)
        pages += [
            {"url": f"lumenkit.example/long/{page}", "timestamp": (at + timedelta(minutes=page)).isoformat()}
            for page in range(number)
        ]
        body["data"]["activity"] |= {"visitCount": 3, "pageViewCount": len(pages)}
    page, press = refreshed("?shut=3", long, longer)
    press()
    page.locator("#visit-3 summary").click()
    expect(page.locator("#visit-3 .event").first).to_contain_text("/long/122")


def test_new_events_of_a_new_day_are_announced(refreshed, clock):
    clock.move_to("2026-05-26T03:50:00Z")  # shortly before midnight in New York
    page, press = refreshed("", visitor(12), visitor(13))
    clock.shift(timedelta(minutes=20))
    press()
    expect(page.locator("#news")).to_have_text("New activity: show")
    expect(page.locator("#ledger > .visit")).to_have_count(12)
