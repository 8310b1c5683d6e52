"""Who is on the site now: the page keeps itself up to date, and is accessible."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, violations
from visitors.sandbox import documented

pytestmark = [pytest.mark.browser]

LINK = f"#link-{documented.LIVE.visitor_id}"


@pytest.mark.parametrize("width", [PHONE, pytest.param(DESK, marks=pytest.mark.matrix)])
def test_the_list_is_accessible_and_opens_the_journey(desk, member, width):
    page = desk(user=member, width=width)
    page.goto("/lumenkit/visitors/now/")
    assert violations(page) == []
    page.locator(LINK).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Marina Duarte")


def test_the_list_updates_itself_but_not_in_a_hidden_tab(desk, member):
    page = desk(user=member)
    page.clock.install()
    page.goto("/lumenkit/visitors/now/")
    page.locator(LINK).focus()
    with page.expect_response("**/visitors/now/"):
        page.clock.run_for(21_000)
    expect(page.locator(LINK)).to_be_focused()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.run_for(61_000)
    assert asked == []
    page.evaluate("Object.defineProperty(document, 'hidden', { value: false })")
    with page.expect_response("**/visitors/now/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_the_home_page_shows_the_best_of_those_on_the_site(desk, member):
    page = desk(user=member)
    page.goto("/")
    strip = page.locator("#live-strip")
    expect(strip.get_by_role("link", name="Marina Duarte")).to_be_visible()
    assert violations(page) == []
    strip.get_by_role("link", name="On lumenkit.example now").click()
    expect(page.locator(LINK)).to_be_visible()
