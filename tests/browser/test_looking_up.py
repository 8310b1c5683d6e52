"""An agent signs in, looks up a visitor and refreshes the journey."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import hold, stop_clock
from visitors.sandbox import documented, tokens

pytestmark = [pytest.mark.browser]

LEAD = documented.RETURNING_LEAD.visitor_id
ADDRESS = f"/lumenkit/visitors/{LEAD}/"


@pytest.fixture
def impatient(monkeypatch):
    """Every press of Refresh calls DataFast, however soon."""
    monkeypatch.setattr("visitors.journey_page.views.journey.PRESSED_AGAIN", timedelta(0))


@pytest.fixture
def journey_page(desk, member):
    page = desk(user=member)
    page.goto(ADDRESS)
    return page


def test_sign_in_paste_and_enter_show_the_journey(desk, member):
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
    # The next visitor, from the field in the header.
    page.keyboard.press("/")
    page.keyboard.type(documented.CUSTOMER.visitor_id)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jonas Weber")


def test_shift_and_enter_insert_a_line_break(desk, member):
    page = desk(user=member)
    page.goto("/")
    expect(page.get_by_label("Who are you looking for?")).to_be_focused()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(page.get_by_label("Who are you looking for?")).to_have_value("one\ntwo")


def paste(page, text):
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


@pytest.mark.parametrize("address", ["/", "/account/", f"/lumenkit/visitors/{documented.CUSTOMER.visitor_id}/"])
def test_a_paste_outside_of_all_fields_is_looked_up(desk, member, address):
    page = desk(user=member)
    page.goto(address)
    page.evaluate("document.activeElement.blur()")
    paste(page, f"Hi,\nthe customer sent: datafast_visitor_id={LEAD}; thanks")
    page.wait_for_url(f"**{ADDRESS}")


def test_a_paste_into_a_field_stays_there(desk, member):
    page = desk(user=member)
    page.goto("/account/")
    page.get_by_label("Full name").fill("")
    paste(page, LEAD)
    expect(page.get_by_label("Full name")).to_have_value(LEAD)


def test_a_paste_while_the_page_loads_is_looked_up(desk, member):
    page = desk(user=member)
    page.goto("/")
    release = hold(page, "**/htmx*.js")
    page.goto(f"/lumenkit/visitors/{documented.CUSTOMER.visitor_id}/", wait_until="commit")
    page.wait_for_selector("#find")
    page.wait_for_function("() => window.whenParsed")  # our script has run, and waits for htmx's
    paste(page, LEAD)
    page.wait_for_url(f"**{ADDRESS}", wait_until="commit")
    release()
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman")


def test_a_paste_into_the_header_keeps_its_lines(journey_page):
    page = journey_page
    page.keyboard.press("/")
    paste(page, f"visitor_id\n{LEAD}\n{documented.CUSTOMER.visitor_id}")
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/")) as sent:
        page.keyboard.press("Enter")
    assert f"{LEAD}%0D%0A{documented.CUSTOMER.visitor_id}" in sent.value.post_data
    page.wait_for_url("**/?id=*")


def test_back_returns_to_the_choice_and_to_the_form(desk, member):
    page = desk(user=member)
    page.goto("/")
    page.locator("#pasted").fill(f"s{LEAD}")
    page.keyboard.press("Enter")
    expect(page.locator("#pasted-problem")).to_be_visible()
    page.locator("#pasted").fill(f"{LEAD} or {documented.CUSTOMER.visitor_id}")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=LEAD).click()
    page.wait_for_url(f"**{ADDRESS}")
    page.go_back()
    expect(page.get_by_role("heading", name="2 ids in what you pasted")).to_be_visible()
    expect(page.get_by_role("link", name="Priya Raman")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Who are you looking for?")).to_be_visible()


def test_a_tab_from_before_another_sign_in_refreshes(journey_page, member, impatient):
    page = journey_page
    page.context.clear_cookies()
    other = page.context.new_page()
    other.goto("/sign-in/")
    other.get_by_label("User name").fill("mina")
    other.get_by_label("Password").fill("a long password")
    other.keyboard.press("Enter")
    expect(other.get_by_label("Who are you looking for?")).to_be_visible()
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#age")).to_contain_text("no change")
    page.locator("#find").fill(documented.CUSTOMER.visitor_id)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jonas Weber")


def test_a_look_up_without_a_session_goes_on_after_the_sign_in(journey_page, member):
    page = journey_page
    page.context.clear_cookies()
    page.locator("#find").fill(documented.CUSTOMER.visitor_id)
    page.keyboard.press("Enter")
    page.get_by_label("User name").fill("mina")
    page.get_by_label("Password").fill("a long password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jonas Weber")


def test_a_refresh_without_news_changes_only_the_age(journey_page, impatient):
    page = journey_page
    page.evaluate("document.querySelector('#timeline').dataset.before = 'yes'")
    button = page.get_by_role("button", name="Refresh")
    button.click()
    expect(page.locator("#age")).to_contain_text("no change")
    expect(button).to_be_focused()
    assert page.evaluate("document.querySelector('#timeline').dataset.before") == "yes"


def test_an_old_journey_refreshes_itself(desk, member, sandbox, settings):
    page = desk(user=member)
    page.goto(ADDRESS)
    settings.PROFILE_FRESH_SECONDS = 0
    with page.expect_response("**/refresh/") as answered:
        page.goto(ADDRESS)
    assert "automatic=1" in answered.value.request.post_data
    assert len(sandbox.calls) == 2


def test_a_failing_datafast_is_shown_and_the_journey_stays(journey_page, sandbox, impatient):
    page = journey_page
    sandbox.answer_with(LEAD, status=500)
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#notice")).to_contain_text("The journey could not be refreshed")
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
def test_a_failing_server_is_shown_and_can_be_retried(journey_page, impatient, fails, words):
    page = journey_page
    page.route("**/refresh/", fails)
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#notice")).to_contain_text(words)
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman")
    page.unroute("**/refresh/")
    page.locator("#notice").get_by_role("button", name="Try again").click()
    expect(page.locator("#notice")).to_be_empty()
    expect(page.locator("#age")).to_contain_text("no change")


def test_a_slow_refresh_shows_progress(journey_page, impatient):
    page = journey_page
    release = hold(page, "**/refresh/")
    button = page.get_by_role("button", name="Refresh")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#progress")).to_have_css("opacity", "1")
    release()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    expect(page.locator("#progress")).to_have_css("opacity", "0")


def test_id_email_and_summary_can_be_copied(journey_page):
    page = journey_page
    email = "priya.raman@northwind-freight.example"
    for name, text in (("Copy the visitor id", LEAD), ("Copy the email address", email)):
        button = page.get_by_role("button", name=name)
        button.click()
        expect(button).to_have_class("copy is-done")
        expect(page.locator("#said")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == text
    page.get_by_role("button", name="Copy summary").click()
    expect(page.locator("#copy-summary")).to_have_class("btn btn-main scripted is-done")
    assert "events, newest first:" in page.evaluate("navigator.clipboard.readText()")


def test_keys_do_nothing_while_typing(journey_page, sandbox):
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


def test_a_block_of_the_ribbon_opens_its_visit(journey_page):
    page = journey_page
    page.locator("#ribbon svg a").first.click()
    expect(page.locator("#visit-1 details")).to_have_attribute("open", "")
    expect(page.locator("#visit-1")).to_be_in_viewport()


def test_the_page_of_a_rate_limit_reloads_itself(desk, member, sandbox):
    page = desk(user=member)
    limited = documented.named("rate limited").visitor_id
    stop_clock(page)
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


def test_without_javascript_looking_up_and_refreshing_work(desk, member, sandbox, impatient):
    page = desk(user=member, java_script_enabled=False)
    page.goto("/")
    page.locator("#pasted").fill(LEAD)
    page.get_by_role("button", name="Look up").click()
    page.wait_for_url(f"**{ADDRESS}")
    sandbox.revoke(tokens.LUMENKIT_KEY)
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#notice")).to_contain_text("The journey could not be refreshed")
    assert page.locator(".scripted:visible, .copy:visible").count() == 0
