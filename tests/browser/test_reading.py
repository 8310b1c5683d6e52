"""Reading a journey: keyboard steps, copying, the reader's time zone, and what counts as seen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, OTHER_LOOKS, stop_clock, violations
from visitors.models import LastSeen
from visitors.sandbox import documented

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEAD = documented.RETURNING_LEAD.visitor_id
ADDRESS = f"/lumenkit/visitors/{LEAD}/"


@pytest.fixture
def journey_page(desk, member):
    page = desk(user=member)
    page.goto(ADDRESS)
    return page


def visit_with_focus(page):
    return page.evaluate("document.activeElement.closest('.visit')?.id")


def test_j_and_k_step_through_visits_and_enter_opens_them(journey_page):
    page = journey_page
    ids = page.locator("#ledger > .visit").evaluate_all("rows => rows.map(row => row.id)")
    for key, place in [("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)]:
        page.keyboard.press(key)
        assert visit_with_focus(page) == ids[place]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{ids[1]} details")).to_have_attribute("open", "")
    expect(page).to_have_url(re.compile("open="))
    page.keyboard.press("Enter")
    expect(page.locator(f"#{ids[1]} details")).not_to_have_attribute("open", "")
    for _ in ids:
        page.keyboard.press("j")
    assert visit_with_focus(page) == ids[-1]
    expect(page.locator(f"#{ids[-1]}")).to_be_in_viewport()


def test_j_loads_older_visits(desk, member):
    page = desk(user=member)
    page.goto(f"/lumenkit/visitors/{documented.TEN_THOUSAND.visitor_id}/")
    rows = page.locator("#ledger > .visit")
    loaded = rows.count()
    for _ in range(loaded + 1):
        page.keyboard.press("j")
    expect(rows.nth(loaded)).to_be_attached()
    if visit_with_focus(page) == rows.nth(loaded - 1).get_attribute("id"):  # they came after the last press
        page.keyboard.press("j")
    assert visit_with_focus(page) == rows.nth(loaded).get_attribute("id")


def test_c_copies_the_summary(journey_page):
    page = journey_page
    page.keyboard.press("c")
    expect(page.locator("#said")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Priya Raman")
    assert f"{ADDRESS}" in copied


def copied_html(page):
    return page.evaluate("""async () => {
        const [item] = await navigator.clipboard.read();
        return (await item.getType("text/html")).text();
    }""")


def test_the_copy_menu_previews_and_remembers_the_choice(journey_page):
    page = journey_page
    page.get_by_label("Copy options").click()
    preview = page.get_by_label("Preview of the summary")
    expect(preview).to_contain_text("events, newest first:")
    with page.expect_response("**/account/preferences/"):
        page.get_by_role("radio", name="Short").check()
    expect(preview).not_to_contain_text("events, newest first:")
    with page.expect_response("**/account/preferences/"):
        page.get_by_role("radio", name="Markdown").check()
    expect(preview).to_contain_text("**Priya Raman**")
    assert violations(page) == []
    page.reload()
    page.locator("#copy-summary").click()
    expect(page.locator("#said")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("**Priya Raman**")
    assert "Visitor id" not in copied


def test_rich_text_is_copied_as_html_and_as_plain_text(journey_page):
    page = journey_page
    page.get_by_label("Copy options").click()
    with page.expect_response("**/account/preferences/"):
        page.get_by_role("radio", name="Rich text").check()
    expect(page.get_by_label("Preview of the summary")).to_contain_text("Visitor id: ")
    page.locator("#copy-summary").click()
    expect(page.locator("#said")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Priya Raman\n")
    assert "<strong>Priya Raman</strong>" in copied_html(page)


def test_a_visit_of_the_ribbon_explains_itself(journey_page):
    page = journey_page
    card = page.locator("#ribbon .ribbon-card")
    expect(card).to_be_hidden()
    page.locator("#ribbon a[aria-label]").first.hover()
    expect(card).to_contain_text("Visit 1, ")
    expect(card).to_contain_text("page views")
    page.locator("#ribbon a[aria-label]").nth(1).focus()
    expect(card).to_contain_text("Visit 2, ")
    assert violations(page) == []


def test_a_ticket_s_time_is_read_as_it_is_typed_or_picked(journey_page):
    page = journey_page
    page.get_by_label("Ticket sent at").fill("2020-07-01 14:00 UTC")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline .notice")).to_contain_text("Ticket sent Jul 1, 2020, 10:00.")
    expect(page.locator("#ribbon")).to_contain_text("ticket sent")
    page.get_by_label("Pick the time at which the ticket was sent").fill("2020-07-02T09:30")
    page.get_by_role("heading", name="Timeline").click()
    expect(page.locator("#timeline .notice")).to_contain_text("Ticket sent Jul 2, 2020, 09:30.")
    expect(page.get_by_label("Ticket sent at")).to_have_value("2020-07-02 09:30")


def test_a_summary_that_cannot_be_fetched_is_not_copied(journey_page):
    page = journey_page
    page.evaluate("navigator.clipboard.writeText('before')")
    page.evaluate(
        """() => {
            window.ownFetch = window.fetch;
            window.fetch = async (address, options) => String(address).includes("summary.txt")
                ? new Response("no", { status: 500 }) : window.ownFetch(address, options);
        }"""
    )
    page.keyboard.press("c")
    button = page.locator("#copy-summary")
    expect(button).to_have_text("Not copied")
    expect(button).to_have_css("color", "rgb(179, 38, 30)")
    notice = page.locator("#notice .notice-bad")
    expect(notice).to_contain_text("Copy failed. Your clipboard still has what was in it before.")
    assert page.evaluate("navigator.clipboard.readText()") == "before"
    assert violations(page) == []
    page.evaluate("() => { window.fetch = window.ownFetch; }")
    notice.get_by_role("button", name="Try again").click()
    expect(button).to_have_text("Copied")
    expect(notice).to_have_count(0)
    expect(button).to_have_text("Copy summary")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Priya Raman")


def test_a_blocked_clipboard_is_reported_for_every_copy_button(journey_page):
    page = journey_page
    page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('blocked')); }")
    page.locator("#copy-id").click()
    expect(page.locator("#copy-id")).to_have_class("copy is-failed")
    expect(page.locator("#notice .notice-bad")).to_contain_text("Copy failed.")
    page.locator("#copy-summary").click()
    expect(page.locator("#copy-summary")).to_have_text("Not copied")
    expect(page.locator("#notice .notice-bad")).to_have_count(1)


def test_the_copied_summary_is_that_of_the_ticket_s_time(journey_page):
    page = journey_page
    seen = page.locator("#visit-4 .event time").first.get_attribute("datetime")
    page.goto(f"{ADDRESS}?kind=page&at={seen}")
    page.locator("#copy-summary").click()
    expect(page.locator("#copy-summary")).to_have_text("Copied")
    assert f"{ADDRESS}?at={seen}" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".moment")).to_have_count(0)
    expect(page.locator("#copy-summary")).to_have_text("Copy summary")
    page.locator("#copy-summary").click()
    expect(page.locator("#copy-summary")).to_have_text("Copied")
    assert "?at=" not in page.evaluate("navigator.clipboard.readText()")


PRESS = "event => document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...event}))"


def test_shortcuts_work_on_other_layouts_and_with_caps_lock(journey_page):
    page = journey_page
    for pressed in (
        {"key": "J", "code": "KeyJ"},  # Caps Lock
        {"key": "о", "code": "KeyJ"},  # Russian
        {"key": "О", "code": "KeyJ"},  # Russian with Caps Lock
        {"key": "ξ", "code": "KeyJ"},  # Greek
        {"key": "ח", "code": "KeyJ"},  # Hebrew
        {"key": "ी", "code": "KeyJ"},  # a mark, as on layouts of India
        {"key": "j", "code": "KeyC"},  # Dvorak
    ):
        page.evaluate("document.activeElement.blur()")
        assert visit_with_focus(page) is None
        page.evaluate(PRESS, pressed)
        assert visit_with_focus(page) is not None, pressed


def test_other_keys_do_nothing(journey_page):
    for pressed in (
        {"key": "h", "code": "KeyJ"},  # Dvorak: the place of j is another Latin letter
        {"key": "J", "code": "KeyJ", "shiftKey": True},
        {"key": "j", "code": "KeyJ", "ctrlKey": True},
        {"key": "∆", "code": "KeyJ", "altKey": True},
        {"key": "j", "code": "KeyJ", "isComposing": True},
        {"key": "О", "code": "KeyJ", "shiftKey": True},
        {"key": "Dead", "code": "KeyJ"},
    ):
        journey_page.evaluate(PRESS, pressed)
        assert visit_with_focus(journey_page) is None, pressed


def test_keys_and_pastes_work_while_a_check_box_has_the_focus(journey_page):
    page = journey_page
    page.get_by_role("checkbox", name="Goals").check()
    expect(page.locator(".visit")).to_have_count(2)
    page.keyboard.press("j")
    assert visit_with_focus(page) is not None
    page.evaluate(PRESS, {"key": "؟", "code": "Slash", "shiftKey": True})
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Goals").focus()
    page.evaluate("id => navigator.clipboard.writeText(id)", documented.CUSTOMER.visitor_id)
    page.keyboard.press("Control+V")
    page.wait_for_url(f"**/{documented.CUSTOMER.visitor_id}/")


def test_shortcuts_can_be_turned_off(journey_page):
    page = journey_page
    page.keyboard.press("?")
    with page.expect_response("**/account/preferences/"):
        page.get_by_label("Use keyboard shortcuts").uncheck()
    page.keyboard.press("Escape")
    for _ in range(2):
        for key in ("j", "?", "/"):
            page.keyboard.press(key)
        assert visit_with_focus(page) is None
        expect(page.locator("#keys")).to_be_hidden()
        expect(page.locator("#find")).not_to_be_focused()
        page.reload()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    with page.expect_response("**/account/preferences/"):
        page.get_by_label("Use keyboard shortcuts").check()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    assert visit_with_focus(page) is not None


def test_keys_do_nothing_in_a_field_or_in_the_list_of_keys(journey_page):
    page = journey_page
    page.evaluate("navigator.clipboard.writeText('before')")
    field = page.get_by_label("Search pages and goals")
    field.click()
    page.keyboard.type("jkc")
    expect(field).to_have_value("jkc")
    field.blur()
    page.keyboard.press("?")
    dialog = page.locator("#keys")
    expect(dialog).to_contain_text("Next and previous visit")
    expect(dialog).to_contain_text("Copy the summary")
    page.keyboard.press("j")
    page.keyboard.press("c")
    assert visit_with_focus(page) is None
    assert page.evaluate("navigator.clipboard.readText()") == "before"


def test_the_readers_time_zone_is_offered_and_kept(desk, member):
    page = desk(user=member, timezone_id="Asia/Seoul")
    page.goto(f"{ADDRESS}?kind=page")
    line = page.locator(".event > time").first
    before = line.inner_text(), line.get_attribute("datetime")
    page.get_by_text("New York time").click()
    page.get_by_role("button", name="Your time").click()
    expect(page).to_have_url(re.compile(r"\?kind=page$"))
    for _ in range(2):
        expect(page.locator("#timeline .timeline-head")).to_contain_text("Asia/Seoul")
        after = line.inner_text(), line.get_attribute("datetime")
        assert after[0] != before[0]
        assert after[1] == before[1]
        page.reload()
    page.get_by_role("checkbox", name="Pages").uncheck()
    expect(page).to_have_url(re.compile(rf"{ADDRESS}$"))
    expect(page.locator("#timeline .timeline-head")).to_contain_text("Asia/Seoul")


@pytest.mark.parametrize("zone", ["Etc/Unknown", "Foo/Bar"])
def test_a_zone_that_the_server_does_not_know_is_not_offered(desk, member, zone):
    page = desk(user=member)
    page.add_init_script(f"Intl.DateTimeFormat.prototype.resolvedOptions = () => ({{timeZone: '{zone}'}})")
    page.goto(ADDRESS)
    with page.expect_response("**/zone/?zone=*"):
        page.get_by_text("New York time").click()
    page.evaluate("async () => { await fetch('/healthz'); }")  # answered later, so the page knows the first answer
    expect(page.get_by_role("button", name="The website’s time")).to_be_visible()
    expect(page.locator("#own-zone")).to_be_hidden()


def test_a_reader_in_utc_is_offered_it_once(desk, member):
    page = desk(user=member, timezone_id="UTC")
    page.goto(ADDRESS)
    page.evaluate("addEventListener('toggle', () => { window.toggled = true; }, true)")
    page.get_by_text("New York time").click()
    page.wait_for_function("window.toggled")
    expect(page.get_by_role("button", name="UTC")).to_have_count(1)


def test_without_javascript_a_time_zone_can_be_chosen(desk, member):
    page = desk(user=member, java_script_enabled=False)
    page.goto(ADDRESS)
    page.get_by_text("New York time").click()
    expect(page.locator("#own-zone")).to_be_hidden()
    page.get_by_role("button", name="UTC").click()
    expect(page.locator("#timeline .timeline-head")).to_contain_text("times in UTC")


def test_a_shown_page_is_marked_as_seen_and_listed(desk, member):
    page = desk(user=member)
    with page.expect_response("**/look/") as answered:
        page.goto(ADDRESS)
    assert answered.value.status == 204
    assert LastSeen.objects.get(user=member).label == "Priya Raman"
    page.goto("/")
    page.get_by_role("region", name="Recently viewed").get_by_role("link", name="Priya Raman").click()
    page.wait_for_url(f"**{ADDRESS}")


def test_a_page_that_is_left_at_once_is_listed_but_not_seen(desk, member):
    page = desk(user=member)
    stop_clock(page)
    page.goto(ADDRESS)
    page.clock.run_for(1_500)
    page.goto("/")
    page.clock.run_for(5_000)
    expect(page.get_by_role("region", name="Recently viewed").get_by_role("link", name="Priya Raman")).to_be_visible()
    assert bytes(LastSeen.objects.get().seen) == b""


HIDE = """
    let isHidden = true;
    Object.defineProperty(document, "hidden", {get: () => isHidden});
    window.show = (shown) => { isHidden = !shown; document.dispatchEvent(new Event("visibilitychange")); };
"""


def test_a_tab_in_the_background_has_not_been_read(desk, member):
    page = desk(user=member)
    stop_clock(page)
    page.add_init_script(HIDE)
    page.goto(ADDRESS)
    page.clock.run_for(60_000)
    page.evaluate("show(true)")
    page.clock.run_for(1_500)
    page.evaluate("show(false)")
    page.clock.run_for(60_000)
    assert bytes(LastSeen.objects.get().seen) == b""
    page.evaluate("show(true)")
    with page.expect_response("**/look/"):
        page.clock.run_for(2_500)
    assert bytes(LastSeen.objects.get().seen) != b""


@pytest.mark.parametrize(
    ("theme", "width"),
    [*LOOKS, *(pytest.param(*look, marks=pytest.mark.matrix) for look in OTHER_LOOKS)],
)
def test_the_time_zone_menu_is_accessible_and_fits(desk, member, theme, width):
    page = desk(user=member, theme=theme, width=width, timezone_id="America/Argentina/Buenos_Aires")
    with page.expect_response("**/look/"):
        page.goto(ADDRESS)
    page.get_by_text("New York time").click()
    menu = page.locator(".bar .menu[open] .menu-list").bounding_box()
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= width
    assert violations(page, ".bar") == []  # the menu covers a part of the page
    page.goto("/")
    expect(page.get_by_role("heading", name="Recently viewed")).to_be_visible()
    assert violations(page) == []


def test_on_a_phone_menus_open_inside_the_window(desk, member):
    page = desk(user=member, width=390)
    page.goto(ADDRESS)
    for summary in (page.locator(".who-tools > .menu > summary"), page.get_by_label("Copy options")):
        summary.click()
        menu = page.locator(".menu[open] .menu-list").bounding_box()
        assert 0 <= menu["x"] <= menu["x"] + menu["width"] <= 390
        page.keyboard.press("Escape")


def test_a_changed_filter_does_not_scroll_the_page(desk, member):
    page = desk(user=member, width=390)
    page.goto(ADDRESS)
    field = page.get_by_label("Ticket sent at")
    field.evaluate("field => scrollTo(0, field.getBoundingClientRect().top + scrollY - 100)")
    before = field.bounding_box()["y"]
    field.fill("yesterday 16:40")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline .notice")).to_contain_text("Ticket sent yesterday, 16:40.")
    assert abs(field.bounding_box()["y"] - before) < 5
