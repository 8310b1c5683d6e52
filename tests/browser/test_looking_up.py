"""From the sign-in to the journey and its refresh, as an agent goes."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from visitors.sandbox import documented, tokens

pytestmark = [pytest.mark.browser]

LEAD = documented.RETURNING_LEAD.visitor_id
ADDRESS = f"/lumenkit/visitors/{LEAD}/"


@pytest.fixture
def impatient(monkeypatch):
    """Every press of Refresh asks the upstream, however soon."""
    monkeypatch.setattr("visitors.journey_page.views.journey.PRESSED_AGAIN", timedelta(0))


@pytest.fixture
def journey_page(desk, member):
    page = desk(user=member)
    page.goto(ADDRESS)
    return page


def test_sign_in_paste_enter_and_the_journey_is_there(desk, member):
    page = desk()
    page.goto("/")
    page.get_by_label("User name").fill("mina")
    page.get_by_label("Password").fill("a long password")
    page.keyboard.press("Enter")
    field = page.get_by_label("Who are you looking for?")
    expect(field).to_be_focused()
    field.fill(f"Hi,\nthe customer sent: datafast_visitor_id={LEAD}; thanks")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ADDRESS}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman")
    # On with the next one, from the field of the header.
    page.keyboard.press("/")
    page.keyboard.type(documented.CUSTOMER.visitor_id)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jonas Weber")


def test_shift_and_enter_is_a_line_break(desk, member):
    page = desk(user=member)
    page.goto("/")
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(page.get_by_label("Who are you looking for?")).to_have_value("one\ntwo")


def test_a_refresh_with_nothing_new_leaves_everything_but_the_age(journey_page, impatient):
    page = journey_page
    page.evaluate("document.querySelector('#timeline').dataset.before = 'yes'")
    button = page.get_by_role("button", name="Refresh")
    button.click()
    expect(page.locator("#age")).to_contain_text("nothing new")
    expect(button).to_be_focused()
    assert page.evaluate("document.querySelector('#timeline').dataset.before") == "yes"


def test_an_older_copy_renews_itself(desk, member, sandbox, settings):
    page = desk(user=member)
    page.goto(ADDRESS)
    settings.PROFILE_FRESH_SECONDS = 0
    with page.expect_response("**/refresh/") as answered:
        page.goto(ADDRESS)
    assert "automatic=1" in answered.value.request.post_data
    assert len(sandbox.calls) == 2


def test_a_failing_upstream_is_said_and_everything_stays(journey_page, sandbox, impatient):
    page = journey_page
    sandbox.answer_with(LEAD, status=500)
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#notice")).to_contain_text("Nothing newer could be fetched")
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman")
    sandbox.answer_with(LEAD, status=None)
    page.locator("#notice").get_by_role("button", name="Try again").click()
    expect(page.locator("#notice")).to_be_empty()


@pytest.mark.parametrize(
    ("fails", "words"),
    [
        (lambda route: route.abort(), "Journeydesk could not be reached."),
        (lambda route: route.fulfill(status=500, body="<h1>no</h1>"), "something broke on our side"),
    ],
    ids=["network", "server"],
)
def test_a_failing_server_is_said_and_can_be_tried_again(journey_page, impatient, fails, words):
    page = journey_page
    page.route("**/refresh/", fails)
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#notice")).to_contain_text(words)
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman")
    page.unroute("**/refresh/")
    page.locator("#notice").get_by_role("button", name="Try again").click()
    expect(page.locator("#notice")).to_be_empty()
    expect(page.locator("#age")).to_contain_text("nothing new")


def test_a_slow_answer_shows_that_it_is_awaited(journey_page, sandbox, impatient):
    page = journey_page
    sandbox.set_latency(0.8)
    button = page.get_by_role("button", name="Refresh")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#progress")).to_have_css("opacity", "1")
    expect(button).not_to_have_attribute("aria-disabled", "true")
    expect(page.locator("#progress")).to_have_css("opacity", "0")


def test_the_id_the_email_and_the_summary_copy_and_say_so(journey_page):
    page = journey_page
    email = "priya.raman@northwind-freight.example"
    for name, text in (("Copy the visitor id", LEAD), ("Copy the email address", email)):
        button = page.get_by_role("button", name=name)
        button.click()
        expect(button).to_have_class("copy is-done")
        expect(page.locator("#said")).to_have_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()") == text
    page.get_by_role("button", name="Copy summary").click()
    expect(page.locator("#copy-summary")).to_have_class("btn scripted is-done")
    assert "events, newest first:" in page.evaluate("navigator.clipboard.readText()")


def test_no_key_does_anything_while_somebody_types(journey_page, sandbox):
    page = journey_page
    page.keyboard.press("/")
    page.keyboard.type("r?/")
    expect(page.locator("#find")).to_have_value("r?/")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("#find").blur()
    page.keyboard.press("Control+c")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    assert len(sandbox.calls) == 1


def test_a_block_of_the_ribbon_leads_to_its_visit(journey_page):
    page = journey_page
    page.locator("#ribbon svg a").first.click()
    expect(page.locator("#visit-1 details")).to_have_attribute("open", "")
    expect(page.locator("#visit-1")).to_be_in_viewport()


def test_the_limit_s_page_tries_again_by_itself(desk, member, sandbox):
    page = desk(user=member)
    limited = documented.named("rate limited").visitor_id
    page.clock.install()
    page.goto(f"/lumenkit/visitors/{limited}/")
    expect(page.locator(".countdown")).to_contain_text("seconds")
    with page.expect_navigation():
        page.clock.run_for(40_000)


def test_a_menu_closes_on_escape_and_on_a_click_elsewhere(journey_page):
    page = journey_page
    menu = page.locator("details.menu", has_text="Export")
    menu.locator("summary").click()
    expect(page.get_by_role("link", name="Download CSV")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    menu.locator("summary").click()
    page.get_by_role("heading", level=1).click()
    expect(menu).not_to_have_attribute("open", "")


def test_without_javascript_the_page_reads_and_its_buttons_work(desk, member, sandbox, impatient):
    page = desk(user=member, java_script_enabled=False)
    page.goto("/")
    page.locator("#pasted").fill(LEAD)
    page.get_by_role("button", name="Show the journey").click()
    page.wait_for_url(f"**{ADDRESS}")
    sandbox.revoke(tokens.LUMENKIT_KEY)
    page.get_by_role("button", name="Refresh").click()
    page.wait_for_url(f"**{ADDRESS}*")
    assert "Nothing newer could be fetched" in page.locator("#notice").inner_text()
    assert page.locator(".scripted:visible, .copy:visible").count() == 0
