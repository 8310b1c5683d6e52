"""A journey page follows a visitor who is on the site: it asks the server for new events in growing intervals.

The browser's clock is stopped; `Watched.turn` moves it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import hold, settle, stop_clock, violations
from tests.faulty_upstream import FaultyUpstream, answer
from visitors.profiles.client import datafast_client
from visitors.sandbox import documented
from visitors.sandbox.live import SHIFT
from visitors.sandbox.server import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIVE = documented.LIVE.visitor_id
ADDRESS = f"/lumenkit/visitors/{LIVE}/"


class UpstreamClock:
    """The sandbox's clock. Once it is stopped, the visitor has no more events."""

    stopped_at = None

    def __call__(self):
        return self.stopped_at or datetime.now(UTC)

    def stop(self):
        self.stopped_at = datetime.now(UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    """The server's clock, half an hour into a visit of the live visitor, so that the visit does not end in a test."""
    begin = datetime.now(UTC).timestamp() * 1000 // SHIFT * SHIFT / 1000
    time_machine.move_to(datetime.fromtimestamp(begin, UTC) + timedelta(minutes=30), tick=True)
    return time_machine


@pytest.fixture
def upstream_clock():
    return UpstreamClock()


@pytest.fixture
def sandbox(settings, clock, upstream_clock):
    """The sandbox with a clock that can be stopped."""
    with Sandbox(requests_per_minute=None, clock=upstream_clock) as running:
        settings.DATAFAST_API_URL = running.base_url
        yield running
        datafast_client().close()


COUNT_ANSWERS = """
    window.answers = 0;
    document.addEventListener("htmx:afterRequest", () => (window.answers += 1));
"""


class Watched:
    """The live visitor's page with a stopped clock. `asked` are its requests for new events."""

    def __init__(self, page, clock, query=""):
        self.page, self._clock = page, clock
        self.asked = []
        page.on("request", lambda request: self.asked.append(request) if "/follow/" in request.url else None)
        page.add_init_script(COUNT_ANSWERS)
        stop_clock(page)
        page.goto(ADDRESS + query)

    def wait(self, seconds):
        """Move the browser's clock."""
        self.page.clock.run_for(seconds * 1000)

    def turn(self, seconds=10, *, server=60):
        """Move the browser's clock to the next request, and the server's by `server` seconds; return the status."""
        self._clock.shift(server)
        return self.answered(lambda: self.wait(seconds), "**/follow/")

    def answered(self, act, address="**/timeline/**"):
        """Act, let htmx send its request and put the response into the page; return the status."""
        answers = self.page.evaluate("window.answers")
        with self.page.expect_response(address) as response:
            act()
            self.page.clock.run_for(500)  # longer than htmx waits after an input
        self.page.wait_for_function("before => window.answers > before", arg=answers)
        settle(self.page)
        return response.value.status

    def violations(self):
        """Return what axe-core finds. It needs a running clock."""
        self.page.clock.resume()
        found = violations(self.page)
        self.page.clock.pause_at(self.page.evaluate("Date.now() / 1000 + 1"))
        return found

    @property
    def times(self):
        """The times of the newest visit's events on the page."""
        lines = self.page.locator("#ledger > .visit:first-child .event > time")
        return lines.evaluate_all("times => times.map(time => time.dateTime)")


@pytest.fixture
def watch(desk, member, clock):
    """`watch(query, …)` opens the live visitor's page."""
    return lambda query="", **options: Watched(desk(user=member, **options), clock, query)


def test_new_events_appear_at_the_top_and_the_rest_stays(watch):
    watched = watch("?open=1")
    page = watched.page
    page.evaluate("""() => {
      for (const row of document.querySelectorAll('#ledger > .visit')) row.dataset.before = 'yes';
      for (const line of document.querySelectorAll('.event')) line.dataset.before = 'yes';
    }""")
    page.locator("#visit-1 summary").focus()
    rows, before = page.locator("#ledger > .visit").count(), watched.times
    scrolled = page.evaluate("document.querySelector('#visit-1').getBoundingClientRect().top")
    assert watched.turn() == 200
    after = watched.times
    assert after[-len(before) :] == before
    assert 0 < len(after) - len(before) < 5
    expect(page.locator(".event.is-arriving")).to_have_count(len(after) - len(before))
    expect(page.locator("#ledger > .visit[data-before]")).to_have_count(rows)
    expect(page.locator("#said")).to_contain_text("New: ")
    expect(page.locator("#visit-1 summary")).to_be_focused()
    expect(page.locator("#visit-1 details")).to_have_attribute("open", "")
    assert abs(page.evaluate("document.querySelector('#visit-1').getBoundingClientRect().top") - scrolled) < 100
    # Again, above the events that have arrived.
    watched.turn()
    assert watched.times[-len(after) :] == after
    assert len(watched.times) > len(after)


def test_the_former_last_page_gets_a_dwell_time(watch):
    watched = watch()
    newest = watched.page.locator("#ledger > .visit:first-child .event").first
    while "event-page" not in newest.get_attribute("class"):  # a goal: turn to the next page
        watched.turn()
    expect(newest).to_contain_text("here now")
    last = newest.locator("time").get_attribute("datetime")
    watched.turn()
    former = watched.page.locator(".event-page", has=watched.page.locator(f'[datetime="{last}"]'))
    expect(former.locator(".dwell-text")).to_contain_text("s")
    expect(former).not_to_contain_text("here now")


def test_the_totals_grow_with_the_timeline(watch):
    watched = watch()
    views = watched.page.locator("#totals .counts li", has_text="page view")

    def number():
        return int(views.inner_text().split()[0].replace(",", ""))

    before = number()
    watched.turn()
    after = number()
    assert after > before
    expect(watched.page.locator("#kinds .choice", has_text="Pages").locator(".count")).to_have_text(str(after))


def test_new_events_pass_filters_and_older_events_still_load(watch, clock):
    clock.shift(2 * 3600)  # a visit with more events than a page holds
    watched = watch()
    page = watched.page
    shown = watched.times
    watched.turn()
    newest = page.locator("#ledger > .visit:first-child .event-page > time").first.get_attribute("datetime")
    watched.answered(page.locator("#ledger > .visit:first-child .more a").click)
    expect(page.locator("#ledger > .visit:first-child .more")).to_have_count(0)
    every = watched.times
    assert len(every) == len(set(every)) > len(shown)
    assert every == sorted(every, reverse=True)
    watched.answered(page.get_by_role("checkbox", name="Pages").check)
    expect(page.locator("#timeline .found")).to_be_visible()
    assert watched.times[0] == newest


def test_a_folded_visit_stays_folded(watch):
    watched = watch()
    newest = watched.page.locator("#ledger > .visit:first-child details")
    newest.locator("summary").click()
    watched.turn()
    expect(newest).not_to_have_attribute("open", "")
    newest.locator("summary").click()
    expect(watched.page.locator(".event.is-arriving").first).to_be_visible()


def test_a_filtered_timeline_stays_and_offers_new_events(watch):
    watched = watch("?kind=goal")
    page = watched.page
    page.evaluate("document.getElementById('ledger').dataset.before = 'yes'")
    watched.turn()
    link = page.locator("#news a")
    expect(link).to_contain_text(": show")
    expect(page.locator("#ledger[data-before]")).to_have_count(1)
    watched.answered(link.click)
    expect(page.locator("#ledger[data-before]")).to_have_count(0)
    expect(page.locator("#news")).to_be_empty()
    expect(page.get_by_role("checkbox", name="Goals")).to_be_checked()


def test_requests_become_rarer_while_nothing_is_new(watch):
    watched = watch()
    watched.page.route("**/follow/", lambda route: route.fulfill(status=204))
    for seconds in (10, 20, 40, 40):
        watched.wait(seconds - 1)
        count = len(watched.asked)
        assert watched.turn(1, server=0) == 204
        assert len(watched.asked) == count + 1
    expect(watched.page.locator("#age")).to_have_text(re.compile(r"; checked just now, no change$"))
    watched.wait(12)
    expect(watched.page.locator("#age")).to_have_text(re.compile(r"; checked 1\d seconds ago, no change$"))
    watched.page.unroute("**/follow/")
    watched.turn(40)
    watched.turn(10)


def test_a_paused_page_sends_nothing_until_it_is_resumed(watch):
    watched = watch()
    watched.page.get_by_role("button", name="Pause").click()
    expect(watched.page.locator("#live")).to_have_class("live is-paused")
    expect(watched.page.locator("#live")).to_have_text("Updates paused")
    watched.wait(120)
    assert watched.asked == []
    with watched.page.expect_response("**/follow/"):
        watched.page.get_by_role("button", name="Resume").click()
    expect(watched.page.get_by_role("button", name="Pause")).to_be_focused()
    assert len(watched.asked) == 1


def test_a_hidden_tab_sends_nothing_until_it_is_shown(watch):
    watched = watch()
    show = """hidden => {
      Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    watched.page.evaluate(show, True)
    watched.wait(120)
    assert watched.asked == []
    with watched.page.expect_response("**/follow/"):
        watched.page.evaluate(show, False)
    assert len(watched.asked) == 1


def test_no_request_is_sent_while_one_is_unanswered(watch):
    watched = watch()
    release = hold(watched.page, "**/follow/")
    with watched.page.expect_request("**/follow/"):
        watched.wait(10)
    watched.wait(50)
    assert len(watched.asked) == 1
    watched.answered(release, "**/follow/")
    watched.turn(20)


def test_the_end_of_the_visit_ends_the_requests(watch, upstream_clock):
    watched = watch()
    upstream_clock.stop()
    assert watched.turn(server=7 * 60) == 286
    expect(watched.page.locator("#live")).to_have_count(0)
    expect(watched.page.locator("#said")).to_contain_text("The visit has ended.")
    watched.wait(300)
    assert len(watched.asked) == 1


def test_a_failed_request_is_silently_repeated(watch):
    watched = watch()
    page = watched.page
    page.route("**/follow/", lambda route: route.fulfill(status=500, body="no"))
    watched.turn(server=0)
    page.unroute("**/follow/")
    page.route("**/follow/", lambda route: route.abort())
    answers = page.evaluate("window.answers")
    watched.wait(20)
    page.wait_for_function("before => window.answers > before", arg=answers)
    watched.wait(1)
    expect(page.locator("#notice")).to_be_empty()
    page.unroute("**/follow/")
    assert watched.turn(40) == 200


def test_two_readers_cost_no_more_calls_than_one(watch, sandbox, clock):
    first, second = watch(), watch()
    for _ in range(2):
        clock.shift(11)
        # As long as the second interval is: without new events the pages ask less often.
        first.turn(20, server=0)
        second.turn(20, server=0)
    assert sandbox.calls.count(LIVE) == 3


def test_a_failing_datafast_is_a_note_and_the_page_goes_on(watch, sandbox):
    watched = watch()
    sandbox.answer_with(LIVE, status=500)
    watched.turn()
    note = watched.page.locator("#follow-note")
    expect(note).to_contain_text("The journey could not be refreshed")
    assert watched.violations() == []
    sandbox.answer_with(LIVE, status=None)
    watched.turn(40)
    expect(note).to_be_empty()


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.matrix)])
def test_new_events_are_accessible(watch, theme):
    watched = watch(theme=theme)
    watched.turn()
    assert watched.violations() == []
    filtered = watch("?kind=goal", theme=theme, width=390)
    filtered.turn()
    assert filtered.violations() == []


def test_an_open_menu_stays_open_when_new_events_arrive(watch):
    watched = watch()
    watched.page.locator("details.menu", has_text="Export").locator("summary").click()
    watched.turn()
    expect(watched.page.get_by_role("link", name="Download CSV")).to_be_visible()


def visitor_at(at, *goals):
    """Return an answer about a visitor who viewed a page at this time and reached these goals 20 seconds later."""
    views = [{"url": "lumenkit.example/pricing", "timestamp": at.isoformat()}]
    done = [{"name": name, "origin": "manual", "timestamp": (at + timedelta(seconds=20)).isoformat()} for name in goals]
    activity = {"visitedPages": views, "completedGoals": done}
    return answer(body=json.dumps({"status": "success", "data": {"activity": activity}}).encode())


def test_a_kind_that_appears_for_the_first_time_can_be_chosen(watch, settings):
    lately = datetime.now(UTC) - timedelta(minutes=2)
    with FaultyUpstream(visitor_at(lately), visitor_at(lately, "signup")) as running:
        settings.DATAFAST_API_URL = running.url
        watched = watch()
        page = watched.page
        expect(page.locator("#kinds .choice")).to_have_count(1)
        pages = page.get_by_role("checkbox", name="Pages")
        pages.focus()
        assert watched.turn(server=30) == 200
        expect(page.locator("#kinds .choice", has_text="Goals").locator(".count")).to_have_text("1")
        expect(pages).to_be_focused()
        watched.answered(page.get_by_role("checkbox", name="Goals").check)
        expect(page.locator("#timeline .found")).to_contain_text("1 of 2 events")
