"""The timeline in a browser: what filters, folds, jumps and scrolling do to the page and to its address."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import expect

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
    """What the address asks for."""
    return {name: values[0] for name, values in parse_qs(urlsplit(tab.url).query).items()}


def visits(tab):
    return tab.locator("#ledger > .visit").evaluate_all("rows => rows.map(row => row.id.slice(6))")


def load_all(tab):
    """Scroll to the end until nothing more comes."""
    while tab.locator("#more").count():
        before = tab.locator(".visit").count()
        scroll_to_more(tab)
        tab.wait_for_function("before => document.querySelectorAll('.visit').length > before", arg=before)


def scroll_to_more(tab):
    """Scroll to where more comes. It comes as soon as the place is seen, so nothing may wait for the place itself."""
    tab.evaluate("document.getElementById('more')?.scrollIntoView()")


def test_filters_stand_in_the_address_and_back_and_forward_go_through_them(tab):
    tab.goto(LEAD)
    expect(tab.locator(".visit")).to_have_count(9)
    tab.get_by_role("checkbox", name="Goals").check()
    expect(tab.locator(".visit")).to_have_count(2)
    assert asked(tab) == {"kind": "goal"}
    tab.get_by_label("Page or goal").fill("webinar")
    tab.get_by_label("Page or goal").press("Enter")
    expect(tab.locator(".visit")).to_have_count(1)
    assert asked(tab) == {"kind": "goal", "q": "webinar"}

    tab.go_back()
    expect(tab.locator(".visit")).to_have_count(2)
    expect(tab.get_by_label("Page or goal")).to_have_value("")
    expect(tab.get_by_role("checkbox", name="Goals")).to_be_checked()
    tab.go_back()
    expect(tab.locator(".visit")).to_have_count(9)
    assert asked(tab) == {}
    tab.go_forward()
    expect(tab.locator(".visit")).to_have_count(2)
    tab.go_forward()
    expect(tab.locator(".visit")).to_have_count(1)
    expect(tab.get_by_label("Page or goal")).to_have_value("webinar")


def test_a_chosen_filter_keeps_the_focus(tab):
    tab.goto(LEAD)
    tab.get_by_role("checkbox", name="Goals").focus()
    tab.keyboard.press("Space")
    expect(tab.locator(".visit")).to_have_count(2)
    expect(tab.get_by_role("checkbox", name="Goals")).to_be_focused()
    tab.get_by_label("Range").focus()
    tab.get_by_label("Range").select_option("7d")
    expect(tab.locator("#timeline")).to_contain_text("7 days up to the latest event")
    expect(tab.get_by_label("Range")).to_be_focused()
    tab.get_by_label("They wrote at").fill("2026-11-01T09:00")
    tab.get_by_role("button", name="Show", exact=True).press("Enter")
    expect(tab.locator("#timeline .notice")).to_contain_text("They wrote")
    expect(tab.get_by_role("button", name="Show", exact=True)).to_be_focused()


def test_a_range_before_a_moment_asks_for_it_in_a_field_of_its_own(tab):
    tab.goto(LEAD)
    expect(tab.get_by_label("Before", exact=True)).to_be_hidden()
    tab.get_by_label("Range").select_option("before")
    field = tab.get_by_label("Before", exact=True)
    expect(field).to_be_focused()
    assert asked(tab) == {}
    field.fill("2020-01-01T10:00:00")
    tab.get_by_role("button", name="Show", exact=True).click()
    expect(tab.locator("#timeline")).to_contain_text("before Jan 1, 2020, 10:00")
    assert asked(tab) == {"range": "before", "before": "2020-01-01T15:00:00Z"}


def test_no_hit_has_a_way_out(tab):
    tab.goto(f"{LEAD}?q=refund")
    expect(tab.locator(".none")).to_contain_text("Nothing here matches “refund”")
    tab.get_by_role("link", name="Show everything").click()
    expect(tab.locator(".visit")).to_have_count(9)
    assert asked(tab) == {}


def test_folds_are_kept_in_the_address_without_moving_the_page(tab):
    tab.goto(LEAD)
    tab.locator("#visit-7 summary").scroll_into_view_if_needed()
    stood = tab.evaluate("scrollY")
    tab.locator("#visit-7 summary").click()
    expect(tab.locator("#visit-7 .event").first).to_be_visible()
    tab.wait_for_url("**/?open=7")
    assert tab.evaluate("scrollY") == stood
    tab.locator("#visit-9 summary").click()
    tab.wait_for_url("**/?open=7&shut=9")
    tab.reload()
    expect(tab.locator("#visit-7 details")).to_have_attribute("open", "")
    expect(tab.locator("#visit-9 details")).not_to_have_attribute("open", "")
    tab.locator("#visit-7 summary").click()
    tab.locator("#visit-9 summary").click()
    tab.wait_for_url(re.compile(r"/\??$"))


def test_ten_thousand_page_views_come_as_the_reader_scrolls(tab):
    tab.goto(LONG)
    assert tab.locator(".event").count() < 150
    load_all(tab)
    assert visits(tab) == [str(number) for number in range(400, 0, -1)]
    assert asked(tab) == {}


def test_the_events_of_a_visit_that_is_not_in_the_page_come_on_opening(tab):
    tab.goto(LONG)
    key = tab.locator(".visit:has(.events .more)").first.get_attribute("id").removeprefix("visit-")
    folded = tab.locator(f"#visit-{key}")
    folded.locator("summary").click()
    expect(folded.locator(".event").first).to_be_visible()
    expect(folded.locator(".more")).to_have_count(0)
    tab.wait_for_url(f"**/?open={key}")


def test_the_first_visit_is_one_jump_away_and_the_latest_too(tab):
    tab.goto(LONG)
    tab.get_by_role("link", name="First visit").click()
    expect(tab.locator("#visit-1 summary")).to_be_in_viewport()
    expect(tab.locator("#visit-1 details")).to_have_attribute("open", "")
    assert tab.url.endswith("?open=1#visit-1")
    assert visits(tab) == [str(number) for number in range(8, 0, -1)]
    tab.reload()
    expect(tab.locator("#visit-1 summary")).to_be_in_viewport()
    tab.get_by_role("link", name="Show newer visits").click()
    expect(tab.locator("#visit-20")).to_be_attached()
    tab.get_by_role("link", name="Latest visit").click()
    expect(tab.locator("#visit-400 summary")).to_be_in_viewport()


def test_the_moment_of_a_ticket_is_marked_and_told(tab):
    tab.goto(LEAD)
    seen = tab.locator("#visit-4 .event time").first.get_attribute("datetime")
    tab.goto(f"{LEAD}?at={seen}")
    mark = tab.locator("#visit-4 .moment")
    expect(mark).to_contain_text("They wrote. Last page")
    expect(tab.locator("#visit-4 details")).to_have_attribute("open", "")
    tab.get_by_role("link", name="Show in the timeline").click()
    expect(mark).to_be_in_viewport()
    tab.get_by_role("link", name="Forget the moment").click()
    expect(tab.locator(".moment")).to_have_count(0)
    assert asked(tab) == {}


def test_the_field_of_the_moment_is_on_the_websites_clock(tab):
    tab.goto(LEAD)
    tab.get_by_label("They wrote at").fill("2020-07-01T10:00")
    tab.get_by_role("button", name="Show", exact=True).click()
    expect(tab.locator("#ledger > .moment")).to_contain_text("Before the earliest event that DataFast sent.")
    assert asked(tab) == {"at": "2020-07-01T14:00:00Z"}
    expect(tab.get_by_label("They wrote at")).to_have_value("2020-07-01T10:00")


def test_news_in_between_never_mixes_two_states(tab):
    tab.goto(LONG)
    Snapshot.objects.update(version="newer")
    StoredJourney.objects.all().delete()
    scroll_to_more(tab)
    expect(tab.locator("#timeline")).to_contain_text("There was news of this visitor meanwhile.")
    expect(tab.get_by_role("heading", name="Timeline")).to_be_in_viewport()
    load_all(tab)
    assert visits(tab) == [str(number) for number in range(400, 0, -1)]


def test_with_a_modifier_a_link_opens_a_tab_of_its_own(tab):
    tab.goto(LONG)
    with tab.context.expect_page() as opened:
        tab.get_by_role("link", name="First visit").click(modifiers=["Control"])
    expect(opened.value.locator("#visit-1 details")).to_have_attribute("open", "")
    assert asked(tab) == {}


def test_everything_can_be_reached_without_scripts(desk, member):
    tab = desk(user=member, java_script_enabled=False)
    tab.goto(LONG)
    tab.get_by_role("link", name="Show older visits").click()
    tab.wait_for_load_state()
    assert int(visits_of_static(tab)[0]) < 400
    tab.get_by_role("link", name="First visit").click()
    expect(tab.locator("#ledger > .visit").last).to_have_id("visit-1")  # the page may still be on its way
    tab.goto(LEAD)
    tab.get_by_role("checkbox", name="Goals").check()
    tab.get_by_role("button", name="Show", exact=True).click()
    expect(tab.locator("#ledger > .visit")).to_have_count(2)
    assert visits_of_static(tab) == ["6", "3"]
    tab.get_by_role("link", name="Show everything").click()
    expect(tab.locator("#ledger > .visit")).to_have_count(9)


def visits_of_static(tab):
    """`visits` where no script runs in the page."""
    return [row.get_attribute("id").removeprefix("visit-") for row in tab.locator("#ledger > .visit").all()]


def test_a_search_finds_as_one_types_and_is_one_step_back(tab):
    tab.goto(LEAD)
    expect(tab.locator(".visit")).to_have_count(9)
    steps = tab.evaluate("history.length")
    field = tab.get_by_label("Page or goal")
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


def test_what_is_typed_while_an_answer_is_on_its_way_stays_and_is_looked_for(tab):
    tab.goto(LEAD)
    held = []
    tab.route("**/timeline/**", lambda route: route.continue_() if held else held.append(route))
    field = tab.get_by_label("Page or goal")
    with tab.expect_request("**/timeline/*q=pri&*"):
        field.press_sequentially("pri", delay=20)
    field.press("c")
    with tab.expect_response("**/timeline/*q=pric&*"):
        held[0].continue_()
    tab.wait_for_url("**/?q=pric")
    expect(field).to_have_value("pric")
    expect(field).to_be_focused()


def test_the_moment_is_asked_for_when_its_field_is_left_and_not_while_it_is_set(tab):
    tab.goto(LEAD)
    requests = []
    tab.on("request", lambda request: requests.append(request.url) if "/timeline/" in request.url else None)
    field = tab.get_by_label("They wrote at")
    field.focus()
    field.press_sequentially("07012020")
    field.press("ArrowRight")
    field.press_sequentially("1000A")
    tab.wait_for_timeout(500)
    assert requests == []
    expect(field).to_have_value("2020-07-01T10:00")
    tab.get_by_role("heading", name="Timeline").click()
    expect(tab.locator("#ledger > .moment")).to_contain_text("Before the earliest event that DataFast sent.")
    tab.wait_for_url(lambda url: unquote(url).endswith("/?at=2020-07-01T14:00:00Z"))
    field.focus()
    tab.get_by_label("Range").focus()
    tab.wait_for_timeout(500)
    assert len(requests) == 1


def test_a_moment_that_enter_asks_for_is_asked_for_once(tab):
    tab.goto(LEAD)
    requests = []
    tab.on("request", lambda request: requests.append(request.url) if "/timeline/" in request.url else None)
    tab.get_by_label("They wrote at").fill("2020-07-01T10:00")
    tab.get_by_label("They wrote at").press("Enter")
    expect(tab.locator("#ledger > .moment")).to_be_visible()
    expect(tab.get_by_label("They wrote at")).to_be_focused()
    tab.wait_for_timeout(500)
    assert len(requests) == 1


def test_with_a_calendar_that_says_when_it_is_done_the_moment_is_asked_for_at_once(desk, member):
    tab = desk(user=member, width=390, has_touch=True, is_mobile=True)
    tab.goto(LEAD)
    tab.get_by_label("They wrote at").evaluate("""field => {
      field.value = "2020-07-01T10:00";
      field.dispatchEvent(new Event("change", {bubbles: true}));
    }""")
    expect(tab.locator("#ledger > .moment")).to_contain_text("Before the earliest event that DataFast sent.")
