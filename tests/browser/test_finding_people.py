"""An agent finds a person by name: while typing, with the keyboard alone, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import violations
from tests.lookup.people.people import add_person
from visitors.sandbox import documented

pytestmark = [pytest.mark.browser]

LEAD = documented.RETURNING_LEAD.visitor_id


@pytest.fixture
def people(lumenkit):
    """A stored lead, and two more people."""
    add_person(lumenkit, name="Priya Nair", email="priya@nair.example", company="Nair Labs", seen_days_ago=3)
    add_person(lumenkit, name="Pia Ring", user_id="cus_12", seen_days_ago=40)


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.matrix)])
def test_results_appear_while_typing_and_arrows_choose_one(desk, member, people, width):
    page = desk(user=member, width=width)
    page.goto(f"/lumenkit/visitors/{LEAD}/")
    page.goto("/")
    expect(page.locator("#pasted")).to_be_focused()
    page.keyboard.type("priya")
    results = page.locator("#suggestions a")
    expect(results).to_have_text(["Priya Raman", "Priya Nair"])
    expect(page.locator("#said")).to_contain_text("2 people found")
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(results.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#pasted")).to_be_focused()
    page.keyboard.press("Escape")
    expect(results).to_have_count(0)
    page.keyboard.type(" r")
    expect(results).to_have_text(["Priya Raman"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/lumenkit/visitors/{LEAD}/")


def test_the_field_of_every_page_finds_people(desk, member, people):
    page = desk(user=member)
    page.goto(f"/lumenkit/visitors/{LEAD}/")
    page.keyboard.press("/")
    page.keyboard.type("nair")
    expect(page.locator("#suggestions a")).to_have_text(["Priya Nair"])
    # They close when the focus leaves, and Enter in the field leads to the page of all results.
    page.mouse.click(8, 600)
    expect(page.locator("#suggestions")).to_be_hidden()
    page.locator("#find").fill("pr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 people matching “pr”")
    expect(page.locator("#find")).to_have_value("pr")
    assert violations(page) == []


def test_a_long_message_is_not_sent_while_typing(desk, member, people):
    page = desk(user=member)
    page.goto("/")
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.locator("#pasted").fill("priya")
    expect(page.locator("#suggestions a")).to_have_count(1)
    sent.clear()
    page.locator("#pasted").fill("priya " * 50)
    expect(page.locator("#suggestions a")).to_have_count(0)
    assert sent == []


def test_without_javascript_enter_shows_the_results(desk, member, people):
    page = desk(user=member, java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Who are you looking for?").fill("pia")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 person matching “pia”")
    page.get_by_label("Look up another visitor").fill("zebra")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("No one found for “zebra”")
