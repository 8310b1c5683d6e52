"""The timeline: filters, folds, jumps and scrolling change the page and its address."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import stop_clock
from visitors.models import Snapshot, StoredJourney
from visitors.sandbox import documented

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEAD = f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}/"
LONG = f"/lumenkit/visitors/{documented.TEN_THOUSAND.visitor_id}/"


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


@pytest.fixture
def tab(desk, member):
    """A tab of the signed-in member."""
    return desk(user=member)


def asked(tab):
    """The query parameters of the address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(tab.url).query).items()}


def visits(tab):
    return tab.locator("#ledger > .visit").evaluate_all("rows => rows.map(row => row.id.slice(6))")


def load_all(tab):
    """Scroll to the end until everything is loaded."""
    while tab.locator("#more").count():
        before = tab.locator(".visit").count()
        scroll_to_more(tab)
        tab.wait_for_function("before => document.querySelectorAll('.visit').length > before", arg=before)


def scroll_to_more(tab):
    """Scroll to the row that loads older visits. It is replaced as soon as it is seen, so a locator could miss it."""
    tab.evaluate("document.getElementById('more')?.scrollIntoView()")


def test_filters_are_in_the_address_and_in_the_history(tab):
    tab.goto(LEAD)
    expect(tab.locator(".visit")).to_have_count(9)
    tab.get_by_role("checkbox", name="Goals").check()
    expect(tab.locator(".visit")).to_have_count(2)
    assert asked(tab) == {"kind": "goal"}
    tab.get_by_label("Search pages and goals").fill("webinar")
    tab.get_by_label("Search pages and goals").press("Enter")
    expect(tab.locator(".visit")).to_have_count(1)
    assert asked(tab) == {"kind": "goal", "q": "webinar"}

    tab.go_back()
    expect(tab.locator(".visit")).to_have_count(2)
    expect(tab.get_by_label("Search pages and goals")).to_have_value("")
    expect(tab.get_by_role("checkbox", name="Goals")).to_be_checked()
    tab.go_back()
    expect(tab.locator(".visit")).to_have_count(9)
    assert asked(tab) == {}
    tab.go_forward()
    expect(tab.locator(".visit")).to_have_count(2)
    tab.go_forward()
    expect(tab.locator(".visit")).to_have_count(1)
    expect(tab.get_by_label("Search pages and goals")).to_have_value("webinar")


def test_a_chosen_filter_keeps_the_focus(tab):
    tab.goto(LEAD)
    tab.get_by_role("checkbox", name="Goals").focus()
    tab.keyboard.press("Space")
    expect(tab.locator(".visit")).to_have_count(2)
    expect(tab.get_by_role("checkbox", name="Goals")).to_be_focused()
    tab.get_by_label("Range").focus()
    tab.get_by_label("Range").select_option("7d")
    expect(tab.locator("#timeline")).to_contain_text("the last 7 days")
    expect(tab.get_by_label("Range")).to_be_focused()
    tab.get_by_label("Ticket sent at").fill("2026-11-01T09:00")
    tab.get_by_role("button", name="Apply").press("Enter")
    expect(tab.locator("#timeline .notice")).to_contain_text("Ticket sent")
    expect(tab.get_by_role("button", name="Apply")).to_be_focused()


def test_a_range_before_a_time_has_a_field_for_it(tab):
    tab.goto(LEAD)
    expect(tab.get_by_label("Before", exact=True)).to_be_hidden()
    tab.get_by_label("Range").select_option("before")
    field = tab.get_by_label("Before", exact=True)
    expect(field).to_be_focused()
    assert asked(tab) == {}
    field.fill("2020-01-01T10:00:00")
    tab.get_by_role("button", name="Apply").click()
    expect(tab.locator("#timeline")).to_contain_text("before Jan 1, 2020, 10:00")
    assert asked(tab) == {"range": "before", "before": "2020-01-01T15:00:00Z"}


def test_a_timeline_without_matches_can_be_reset(tab):
    tab.goto(f"{LEAD}?q=refund")
    expect(tab.locator(".none")).to_contain_text("Nothing here matches “refund”")
    tab.get_by_role("link", name="Show everything").click()
    expect(tab.locator(".visit")).to_have_count(9)
    assert asked(tab) == {}


def test_folds_are_kept_in_the_address_without_moving_the_page(tab):
    tab.goto(LEAD)
    tab.locator("#visit-7 summary").scroll_into_view_if_needed()
    before = tab.evaluate("scrollY")
    tab.locator("#visit-7 summary").click()
    expect(tab.locator("#visit-7 .event").first).to_be_visible()
    tab.wait_for_url("**/?open=7")
    assert tab.evaluate("scrollY") == before
    tab.locator("#visit-9 summary").click()
    tab.wait_for_url("**/?open=7&shut=9")
    tab.reload()
    expect(tab.locator("#visit-7 details")).to_have_attribute("open", "")
    expect(tab.locator("#visit-9 details")).not_to_have_attribute("open", "")
    tab.locator("#visit-7 summary").click()
    tab.locator("#visit-9 summary").click()
    tab.wait_for_url(re.compile(r"/\??$"))


def test_scrolling_loads_all_of_ten_thousand_page_views(tab):
    tab.goto(LONG)
    assert tab.locator(".event").count() < 150
    load_all(tab)
    assert visits(tab) == [str(number) for number in range(400, 0, -1)]
    assert asked(tab) == {}


def test_opening_a_visit_loads_its_events(tab):
    tab.goto(LONG)
    key = tab.locator(".visit:has(.events .more)").first.get_attribute("id").removeprefix("visit-")
    folded = tab.locator(f"#visit-{key}")
    folded.locator("summary").click()
    expect(folded.locator(".event").first).to_be_visible()
    expect(folded.locator(".more")).to_have_count(0)
    tab.wait_for_url(f"**/?open={key}")


def test_links_jump_to_the_first_and_the_latest_visit(tab):
    tab.goto(LONG)
    tab.get_by_role("link", name="Jump to first").click()
    expect(tab.locator("#visit-1 summary")).to_be_in_viewport()
    expect(tab.locator("#visit-1 details")).to_have_attribute("open", "")
    assert tab.url.endswith("?open=1#visit-1")
    assert visits(tab) == [str(number) for number in range(8, 0, -1)]
    tab.reload()
    expect(tab.locator("#visit-1 summary")).to_be_in_viewport()
    tab.get_by_role("link", name="Show newer visits").click()
    expect(tab.locator("#visit-15")).to_be_attached()
    assert visits(tab) == [str(number) for number in range(15, 0, -1)]
    tab.get_by_role("link", name="Jump to latest").click()
    expect(tab.locator("#visit-400 summary")).to_be_in_viewport()


def test_the_time_of_a_ticket_is_marked_and_described(tab):
    tab.goto(LEAD)
    seen = tab.locator("#visit-4 .event time").first.get_attribute("datetime")
    tab.goto(f"{LEAD}?at={seen}")
    mark = tab.locator("#visit-4 .moment")
    expect(mark).to_contain_text("Ticket sent. Last page")
    expect(tab.locator("#visit-4 details")).to_have_attribute("open", "")
    tab.get_by_role("link", name="Show in the timeline").click()
    expect(mark).to_be_in_viewport()
    tab.get_by_role("link", name="Clear").click()
    expect(tab.locator(".moment")).to_have_count(0)
    assert asked(tab) == {}


def test_the_time_of_a_ticket_is_in_the_websites_time_zone(tab):
    tab.goto(LEAD)
    tab.get_by_label("Ticket sent at").fill("2020-07-01T10:00")
    tab.get_by_role("button", name="Apply").click()
    expect(tab.locator("#ledger > .moment")).to_contain_text("Before the earliest event that DataFast sent.")
    assert asked(tab) == {"at": "2020-07-01T14:00:00Z"}
    expect(tab.get_by_label("Ticket sent at")).to_have_value("2020-07-01 10:00")


def test_a_new_version_replaces_the_whole_timeline(tab):
    tab.goto(LONG)
    Snapshot.objects.update(version="newer")
    StoredJourney.objects.all().delete()
    scroll_to_more(tab)
    expect(tab.locator("#timeline")).to_contain_text("New activity arrived meanwhile.")
    expect(tab.get_by_role("heading", name="Timeline")).to_be_in_viewport()
    load_all(tab)
    assert visits(tab) == [str(number) for number in range(400, 0, -1)]


def test_with_a_modifier_key_a_link_opens_a_new_tab(tab):
    tab.goto(LONG)
    with tab.context.expect_page() as opened:
        tab.get_by_role("link", name="Jump to first").click(modifiers=["Control"])
    expect(opened.value.locator("#visit-1 details")).to_have_attribute("open", "")
    assert asked(tab) == {}


def test_everything_is_reachable_without_javascript(desk, member):
    tab = desk(user=member, java_script_enabled=False)
    tab.goto(LONG)
    tab.get_by_role("link", name="Show older visits").click()
    expect(tab.locator("#ledger > .visit").first).not_to_have_id("visit-400")  # the page may still be on its way
    assert int(visits_of_static(tab)[0]) < 400
    tab.get_by_role("link", name="Jump to first").click()
    expect(tab.locator("#ledger > .visit").last).to_have_id("visit-1")
    tab.goto(LEAD)
    tab.get_by_role("checkbox", name="Goals").check()
    tab.get_by_role("button", name="Apply").click()
    expect(tab.locator("#ledger > .visit")).to_have_count(2)
    assert visits_of_static(tab) == ["6", "3"]
    tab.get_by_role("link", name="Show everything").click()
    expect(tab.locator("#ledger > .visit")).to_have_count(9)


def visits_of_static(tab):
    """`visits` where no script runs in the page."""
    return [row.get_attribute("id").removeprefix("visit-") for row in tab.locator("#ledger > .visit").all()]


def test_a_search_runs_while_typing_and_is_one_history_entry(tab):
    tab.goto(LEAD)
    expect(tab.locator(".visit")).to_have_count(9)
    steps = tab.evaluate("history.length")
    field = tab.get_by_label("Search pages and goals")
    field.press_sequentially("sec", delay=20)
    expect(tab.locator("#timeline .found")).to_contain_text("of")
    tab.wait_for_url("**/?q=sec")
    expect(field).to_be_focused()
    field.press_sequentially("urity", delay=20)
    tab.wait_for_url("**/?q=security")
    expect(field).to_have_value("security")
    assert field.evaluate("field => [field.selectionStart, field.selectionEnd]") == [8, 8]
    expect(tab.locator("#said")).to_contain_text("events")
    field.press("Enter")
    expect(tab.locator(".visit")).to_have_count(3)
    assert tab.evaluate("history.length") == steps + 1
    tab.go_back()
    expect(tab.locator(".visit")).to_have_count(9)
    expect(field).to_have_value("")
    tab.go_forward()
    expect(tab.locator(".visit")).to_have_count(3)
    expect(field).to_have_value("security")
    field.fill("")
    expect(tab.locator(".visit")).to_have_count(9)
    assert asked(tab) == {}


def test_text_typed_while_a_response_is_awaited_is_searched_for(tab):
    stop_clock(tab)
    tab.goto(LEAD)
    held = []
    tab.route("**/timeline/**", lambda route: route.continue_() if held else held.append(route))
    field = tab.get_by_label("Search pages and goals")
    with tab.expect_request("**/timeline/*q=pri&*"):
        field.press_sequentially("pri")
        tab.clock.run_for(500)
    field.press("c")
    tab.clock.resume()
    with tab.expect_response("**/timeline/*q=pric&*"):
        held[0].continue_()
    tab.wait_for_url("**/?q=pric")
    expect(field).to_have_value("pric")
    expect(field).to_be_focused()


def test_a_ticket_time_is_sent_when_its_field_is_left(tab):
    tab.clock.install()
    tab.goto(LEAD)
    requests = []
    tab.on("request", lambda request: requests.append(request.url) if "/timeline/" in request.url else None)
    field = tab.get_by_label("Ticket sent at")
    field.focus()
    field.press_sequentially("Jul 1 2020 10 am")
    tab.clock.run_for(1_000)
    assert requests == []
    tab.get_by_role("heading", name="Timeline").click()
    expect(tab.locator("#ledger > .moment")).to_contain_text("Before the earliest event that DataFast sent.")
    tab.wait_for_url(lambda url: unquote(url).endswith("/?at=2020-07-01T14:00:00Z"))
    field.focus()
    tab.get_by_label("Range").focus()
    tab.clock.run_for(1_000)
    assert len(requests) == 1


def test_a_ticket_time_confirmed_with_enter_is_sent_once(tab):
    tab.clock.install()
    tab.goto(LEAD)
    requests = []
    tab.on("request", lambda request: requests.append(request.url) if "/timeline/" in request.url else None)
    tab.get_by_label("Ticket sent at").fill("2020-07-01T10:00")
    tab.get_by_label("Ticket sent at").press("Enter")
    expect(tab.locator("#ledger > .moment")).to_be_visible()
    expect(tab.get_by_label("Ticket sent at")).to_be_focused()
    tab.clock.run_for(1_000)
    assert len(requests) == 1


def test_on_a_phone_a_ticket_time_is_sent_once_when_it_is_picked_or_entered(desk, member):
    tab = desk(user=member, width=390, has_touch=True, is_mobile=True)
    tab.goto(LEAD)
    requests = []
    tab.on("request", lambda request: requests.append(request.url) if "/timeline/" in request.url else None)
    tab.get_by_label("Ticket sent at").evaluate("""field => {
      field.value = "2020-07-01T10:00";
      field.dispatchEvent(new Event("change", {bubbles: true}));
    }""")
    expect(tab.locator("#ledger > .moment")).to_contain_text("Before the earliest event that DataFast sent.")
    assert len(requests) == 1
    tab.get_by_label("Ticket sent at").fill("2031-07-01T10:00")
    tab.get_by_label("Ticket sent at").press("Enter")
    expect(tab.locator("#ledger > .moment")).to_contain_text("After the latest event that DataFast sent.")
    assert len(requests) == 2


def test_a_request_that_failed_is_tried_again_in_its_place(tab):
    tab.goto(LONG)
    tab.route("**/timeline/**", lambda route: route.fulfill(status=500, body="no"))
    tab.get_by_role("link", name="Jump to first").click()
    notice = tab.locator("#notice .notice-bad")
    expect(notice).to_contain_text("That did not work")
    tab.unroute("**/timeline/**")
    notice.get_by_role("button", name="Try again").click()
    expect(tab.locator("#visit-1 summary")).to_be_in_viewport()
    expect(notice).to_have_count(0)
    expect(tab.get_by_role("heading", level=1)).to_have_count(1)


def test_a_failed_link_that_was_replaced_can_do_no_harm(tab):
    tab.goto(LEAD)
    tab.route("**/timeline/**", lambda route: route.fulfill(status=500, body="no"))
    tab.get_by_role("link", name="Jump to first").click()
    notice = tab.locator("#notice .notice-bad")
    expect(notice).to_be_visible()
    tab.unroute("**/timeline/**")
    # As a press does that comes while the next answer is on its way.
    tab.evaluate("window.retry = document.querySelector('#notice button')")
    tab.get_by_role("checkbox", name="Goals").check()
    expect(tab.locator(".visit")).to_have_count(2)
    expect(notice).to_have_count(0)
    with tab.expect_navigation():
        tab.evaluate("retry.click()")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Priya Raman")
    expect(tab.locator(".visit")).to_have_count(2)
