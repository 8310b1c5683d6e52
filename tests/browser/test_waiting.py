"""What stands on a page while an answer is awaited: nothing for 150 ms, then the shape of what will come."""

import json
import re

import pytest
from playwright.sync_api import expect

from visitors.sandbox import documented

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEAD = f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}/"
LONG = f"/lumenkit/visitors/{documented.TEN_THOUSAND.visitor_id}/"
# Whether anything has looked awaited since, however briefly.
WATCH = """
    window.seen = [];
    new MutationObserver(() => {
        for (const mark of ["is-slow", "is-awaiting"]) if (document.querySelector("." + mark)) window.seen.push(mark);
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
"""


def hold(page, address):
    """Hold the answers of this address back; return what lets them go."""
    held = []
    page.route(address, lambda route: held.append(route))  # noqa: PLW0108 (Playwright wants a function of its own)

    def let_go():
        for route in held:
            route.continue_()
        page.unroute(address)

    return let_go


# Playwright asks nothing of a page that is being left, so the page itself writes down what it shows meanwhile.
LEAVE = """
    (form) => {
        const main = document.querySelector("main");
        const note = () => ({
            shows: [...main.children].filter((one) => one.checkVisibility()).map((one) => one.className || one.id),
            busy: main.getAttribute("aria-busy"),
            said: document.querySelector("#said").textContent,
            focused: document.activeElement.id,
            top: scrollY,
        });
        setTimeout(() => document.querySelector(form).requestSubmit());
        setTimeout(() => localStorage.setItem("while", JSON.stringify(note())), 800);
        setTimeout(() => {
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
            localStorage.setItem("after", JSON.stringify(note()));
            window.stop();
        }, 1000);
    }
"""


def noted(page, moment):
    """What the page wrote down."""
    return json.loads(page.evaluate("(moment) => localStorage.getItem(moment)", moment))


def test_a_slow_look_up_shows_the_shape_of_a_journey_until_it_comes(desk, member, sandbox):
    sandbox.set_latency(2)
    page = desk(user=member)
    page.goto("/")
    page.get_by_label("Who are you looking for?").fill(documented.RETURNING_LEAD.visitor_id)
    page.evaluate(LEAVE.replace("}, 1000)", "}, 60_000)"), ".lookup-form")
    page.wait_for_url(f"**{LEAD}")
    assert noted(page, "while") | {"focused": ""} == {
        "shows": ["journey awaited"],
        "busy": "true",
        "said": "Fetching the journey.",
        "focused": "",
        "top": 0,
    }
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman")
    expect(page.locator(".awaited")).to_have_count(0)
    page.go_back()
    expect(page.locator("#pasted")).to_be_visible()
    expect(page.locator(".awaited")).to_have_count(0)


def test_a_page_that_is_not_left_after_all_stands_as_it_stood(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LONG)
    sandbox.set_latency(2)
    page.locator("#find").fill(documented.ONE_PAGE.visitor_id)
    page.evaluate("scrollTo(0, 900)")
    page.evaluate(LEAVE, ".bar-find")
    page.wait_for_function("() => localStorage.getItem('after')")  # text that is no function would need eval
    during, after = noted(page, "while"), noted(page, "after")
    assert (during["shows"], during["top"]) == (["journey awaited"], 0)
    assert after["shows"] == ["notices", "journey"]
    assert (after["busy"], after["focused"], after["top"]) == (None, "find", 900)
    expect(page).to_have_url(re.compile(LONG))
    page.goto(f"/lumenkit/visitors/{documented.ONE_PAGE.visitor_id}/")  # the server is done with it, too


def test_a_slow_timeline_becomes_a_skeleton_that_takes_no_other_room(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LEAD)
    let_go = hold(page, "**/timeline/**")
    height = page.locator("#timeline").evaluate("one => one.offsetHeight")
    page.locator("#kind-goal").check()
    expect(page.locator("#timeline")).to_have_class("is-slow")
    expect(page.locator("#timeline")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#said")).to_have_text("Loading.")
    expect(page.locator("#ledger > li").first).to_have_css("opacity", "0")
    assert page.locator("#timeline").evaluate("one => one.offsetHeight") == height
    let_go()
    expect(page.locator("#timeline")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#timeline.is-slow")).to_have_count(0)
    expect(page.locator("#kind-goal")).to_be_checked()
    expect(page.locator("#kind-goal")).to_be_focused()


def test_a_slow_timeline_that_fails_shows_what_stood_there(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LEAD)
    page.route("**/timeline/**", lambda route: page.wait_for_timeout(500) or route.abort())
    page.locator("#kind-goal").check()
    expect(page.locator("#timeline")).to_have_class("is-slow")
    expect(page.locator("#notice")).to_contain_text("Journeydesk could not be reached.")
    expect(page.locator("#ledger > li").first).to_have_css("opacity", "1")
    assert page.locator("#timeline").get_attribute("aria-busy") is None


def test_older_visits_that_are_slow_to_come_keep_their_place(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LONG)
    let_go = hold(page, "**/timeline/**")
    rows = page.locator("#ledger > .visit")
    before = rows.count()
    page.locator("#more").scroll_into_view_if_needed()
    expect(page.locator("#more")).to_have_class("more is-slow")
    let_go()
    expect(rows.nth(before)).to_be_attached()
    page.wait_for_load_state("networkidle")  # the next ones may have come into view
    expect(page.locator(".is-slow")).to_have_count(0)


def test_what_comes_at_once_is_not_announced(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LEAD)
    page.evaluate(WATCH)
    page.locator("#kind-goal").check()
    expect(page.get_by_role("link", name="Show everything")).to_be_visible()
    page.wait_for_timeout(300)  # longer than the page waits before it would say something
    assert page.evaluate("window.seen") == []
    expect(page.locator("#said")).to_be_empty()


@pytest.mark.parametrize("name", ["First visit", "Latest visit"])
def test_a_jump_takes_the_focus_along(desk, member, sandbox, name):
    page = desk(user=member)
    page.goto(LONG)
    link = page.get_by_role("link", name=name)
    link.focus()
    page.keyboard.press("Enter")
    visit = "1" if name == "First visit" else "400"
    expect(page.locator(f"#visit-{visit} summary")).to_be_focused()


def test_the_focus_goes_on_from_what_loads_older_visits(desk, member, sandbox):
    page = desk(user=member)
    page.goto(LONG)
    more = page.locator("#more a")
    next_visit = page.locator("#ledger > .visit").count()
    let_go = hold(page, "**/timeline/**")
    more.focus()
    expect(page.locator("#more")).to_have_attribute("aria-busy", "true")
    let_go()
    expect(page.locator("#ledger > .visit").nth(next_visit).locator("summary")).to_be_focused()
    page.wait_for_load_state("networkidle")


def test_the_age_counts_on_by_itself_and_rests_in_a_hidden_tab(desk, member, sandbox):
    page = desk(user=member)
    page.clock.install()
    page.goto(f"/lumenkit/visitors/{documented.CUSTOMER.visitor_id}/")
    age = page.locator("#age [data-age]")
    page.clock.run_for(20_000)
    expect(age).to_have_text(re.compile(r"^2\d seconds ago$"))
    page.clock.run_for(61_000)
    expect(age).to_have_text("1 minute ago")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.run_for(3_600_000)
    expect(age).to_have_text("1 minute ago")
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(age).to_have_text("1 hour ago")


def test_on_paper_a_journey_says_where_it_stands(desk, member, sandbox):
    page = desk(user=member)
    page.goto(f"{LEAD}?kind=goal")
    expect(page.locator("#address")).to_be_hidden()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#address")).to_have_text(page.url)
    expect(page.locator("#address")).to_be_visible()
