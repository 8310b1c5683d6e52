"""While a response is awaited the page shows nothing for 150 ms, and then the shape of what will come."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import hold, settle, stop_clock
from visitors.sandbox import documented

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEAD = f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}/"
CUSTOMER = f"/lumenkit/visitors/{documented.CUSTOMER.visitor_id}/"
LONG = f"/lumenkit/visitors/{documented.TEN_THOUSAND.visitor_id}/"
# Record every sign of waiting, however brief.
WATCH = """
    window.seen = [];
    new MutationObserver(() => {
        for (const mark of ["is-slow", "is-awaiting"]) if (document.querySelector("." + mark)) window.seen.push(mark);
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
"""


HOME = re.compile(r"^\w+://[^/]+/$")
# Playwright does not talk to a page that is being left, so the page writes down what it shows: once it shows that it
# waits and, if it is to stop, once more when Escape has stopped it.
LEAVE = """
    ([form, stops]) => {
        const main = document.querySelector("main");
        const write = (name) => localStorage.setItem(name, JSON.stringify({
            shows: [...main.children].filter((one) => one.checkVisibility()).map((one) => one.className || one.id),
            busy: main.getAttribute("aria-busy"),
            said: document.querySelector("#said").textContent,
            focused: document.activeElement.id,
            top: scrollY,
        }));
        const whileWaiting = () => {
            write("while");
            if (!stops) return;
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
            write("after");
            window.stop();
        };
        new MutationObserver((_, observer) => {
            if (main.getAttribute("aria-busy") !== "true") return;
            observer.disconnect();
            setTimeout(whileWaiting, 200);  // the announcement follows 50 ms later
        }).observe(main, { attributes: true });
        setTimeout(() => document.querySelector(form).requestSubmit());
    }
"""


@pytest.fixture
def written(desk, member):
    """`written(page, name)` waits until a page of the same context has written this down, and returns it."""

    def read(page, name):
        other = page.context.new_page()
        other.goto("/healthz")
        other.wait_for_function("name => localStorage.getItem(name)", arg=name)
        return json.loads(other.evaluate("name => localStorage.getItem(name)", name))

    return read


def test_a_slow_look_up_shows_the_shape_of_a_journey(desk, member, sandbox, written):
    page = desk(user=member)
    page.goto("/")
    release = hold(page, HOME)
    page.get_by_label("Who are you looking for?").fill(documented.RETURNING_LEAD.visitor_id)
    page.evaluate(LEAVE, [".lookup-form", False])
    assert written(page, "while") | {"focused": ""} == {
        "shows": ["journey awaited"],
        "busy": "true",
        "said": "Fetching the journey.",
        "focused": "",
        "top": 0,
    }
    release()
    page.wait_for_url(f"**{LEAD}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman")
    expect(page.locator(".awaited")).to_have_count(0)
    page.go_back()
    expect(page.locator("#pasted")).to_be_visible()
    expect(page.locator(".awaited")).to_have_count(0)


def test_escape_restores_a_page_that_is_being_left(desk, member, sandbox, written):
    page = desk(user=member)
    page.goto(LONG)
    hold(page, HOME)
    page.locator("#find").fill(documented.ONE_PAGE.visitor_id)
    page.evaluate("scrollTo(0, 900)")
    page.evaluate(LEAVE, [".bar-find", True])
    after, during = written(page, "after"), written(page, "while")
    assert (during["shows"], during["top"]) == (["journey awaited"], 0)
    assert after["shows"] == ["notices", "journey"]
    assert (after["busy"], after["focused"], after["top"]) == (None, "find", 900)
    expect(page).to_have_url(re.compile(LONG))


def test_a_slow_timeline_becomes_a_skeleton_of_the_same_size(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LEAD)
    release = hold(page, "**/timeline/**")
    height = page.locator("#timeline").evaluate("one => one.offsetHeight")
    page.locator("#kind-goal").check()
    expect(page.locator("#timeline.is-slow")).to_be_attached()
    expect(page.locator("#timeline")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#said")).to_have_text("Loading.")
    expect(page.locator("#ledger > li").first).to_have_css("opacity", "0")
    assert page.locator("#timeline").evaluate("one => one.offsetHeight") == height
    release()
    expect(page.locator("#timeline")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#timeline.is-slow")).to_have_count(0)
    expect(page.locator("#kind-goal")).to_be_checked()
    expect(page.locator("#kind-goal")).to_be_focused()


def test_a_slow_timeline_that_fails_is_shown_again(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LEAD)
    held = []
    page.route("**/timeline/**", lambda route: held.append(route))  # noqa: PLW0108 (Playwright rejects a built-in method)
    page.locator("#kind-goal").check()
    expect(page.locator("#timeline.is-slow")).to_be_attached()
    held[0].abort()
    expect(page.locator("#notice")).to_contain_text("Journeydesk could not be reached.")
    expect(page.locator("#ledger > li").first).to_have_css("opacity", "1")
    assert page.locator("#timeline").get_attribute("aria-busy") is None


def test_slow_older_visits_have_a_placeholder(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LONG)
    release = hold(page, "**/timeline/**")
    rows = page.locator("#ledger > .visit")
    before = rows.count()
    page.locator("#more").scroll_into_view_if_needed()
    expect(page.locator("#more.is-slow")).to_be_attached()
    release()
    expect(rows.nth(before)).to_be_attached()
    settle(page)  # the next ones may have come into view
    expect(page.locator(".is-slow")).to_have_count(0)


def test_a_quick_response_shows_no_sign_of_waiting(desk, member, sandbox):
    page = desk(user=member)
    stop_clock(page)
    page.goto(LEAD)
    page.evaluate(WATCH)
    page.locator("#kind-goal").check()
    expect(page.get_by_role("link", name="Show everything")).to_be_visible()
    page.clock.run_for(1_000)
    assert page.evaluate("window.seen") == []
    expect(page.locator("#said")).to_be_empty()


@pytest.mark.parametrize("name", ["Jump to first", "Jump to latest"])
def test_a_jump_moves_the_focus(desk, member, sandbox, name):
    page = desk(user=member)
    page.goto(LONG)
    link = page.get_by_role("link", name=name)
    link.focus()
    page.keyboard.press("Enter")
    visit = "1" if name == "Jump to first" else "400"
    expect(page.locator(f"#visit-{visit} summary")).to_be_focused()


def test_the_focus_moves_to_the_older_visits(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LONG)
    more = page.locator("#more a")
    next_visit = page.locator("#ledger > .visit").count()
    release = hold(page, "**/timeline/**")
    more.focus()
    expect(page.locator("#more")).to_have_attribute("aria-busy", "true")
    release()
    expect(page.locator("#ledger > .visit").nth(next_visit).locator("summary")).to_be_focused()
    settle(page)


def test_the_age_counts_up_while_the_tab_is_visible(desk, member, sandbox):
    page = desk(user=member)
    stop_clock(page)
    page.goto(f"/lumenkit/visitors/{documented.CUSTOMER.visitor_id}/")
    age = page.locator("#age [data-age]")
    page.clock.run_for(25_000)
    expect(age).to_have_text(re.compile(r"^2\d seconds ago$"))
    page.clock.run_for(61_000)
    expect(age).to_have_text("1 minute ago")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.run_for(3_600_000)
    expect(age).to_have_text("1 minute ago")
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(age).to_have_text("1 hour ago")


def test_a_printed_journey_contains_its_address(desk, member, sandbox):
    page = desk(user=member)
    page.goto(f"{LEAD}?kind=goal")
    expect(page.locator("#address")).to_be_hidden()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#address")).to_have_text(page.url)
    expect(page.locator("#address")).to_be_visible()


@pytest.mark.parametrize("path", [LEAD, CUSTOMER])
def test_a_journey_is_printed_on_one_page(desk, member, sandbox, path):
    page = desk(user=member)
    page.goto(path)
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
