"""The page of readable names, and what they change on a journey."""

import pytest

from tests.page_reader import Page
from visitors.models import Membership, Website
from visitors.roles import Role
from visitors.sandbox import documented
from visitors.websites.forms import MAX_NAMES

NAMES = "/websites/lumenkit/names/"
JOURNEY = f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}/"
EMPTY = {"kind": "goals", "original": "", "name": "", "shown": ""}


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


def save(browser, *rows, known=0):
    """Post rows of (kind, original, name, name on the page); the first `known` ones are on the page already."""
    values = {"names-TOTAL_FORMS": len(rows), "names-INITIAL_FORMS": known}
    for number, row in enumerate(rows):
        values |= {f"names-{number}-{field}": text for field, text in zip(EMPTY, row, strict=False)}
    return browser.post(NAMES, values)


def stored():
    return Website.objects.get(slug="lumenkit").names


def test_names_are_saved_shown_changed_and_removed(browser_of_admin, admin, changes):
    added = save(
        browser_of_admin, ("goals", "signup", "Signed up"), ("pages", "/pricing", "Pricing page"), EMPTY.values()
    )
    assert added.url == NAMES
    assert stored() == {"goals": {"signup": "Signed up"}, "pages": {"/pricing": "Pricing page"}}
    page = Page(browser_of_admin.get(NAMES).content)
    assert page.with_id("id_names-0-name")["value"] == "Signed up"
    save(browser_of_admin, ("goals", "signup", "New account"), ("pages", "/pricing", ""), known=2)
    assert stored() == {"goals": {"signup": "New account"}, "pages": {}}
    assert changes() == [f"User {admin.pk} changed names of goals and pages, website lumenkit"] * 2


def test_names_that_another_user_adds_meanwhile_are_kept(browser_of_admin, lumenkit):
    browser_of_admin.get(NAMES)
    Website.objects.update(names={"goals": {"trial": "Free trial"}, "pages": {}})
    save(browser_of_admin, ("goals", "signup", "Signed up"))
    assert stored()["goals"] == {"trial": "Free trial", "signup": "Signed up"}


def test_names_that_another_user_changes_meanwhile_are_kept(browser_of_admin, lumenkit):
    Website.objects.update(names={"goals": {"order": "Ordered", "signup": "Signed up", "trial": "Trial"}, "pages": {}})
    page = Page(browser_of_admin.get(NAMES).content)
    shown = [page.with_id(f"id_names-{number}-shown")["value"] for number in range(3)]
    Website.objects.update(names={"goals": {"signup": "Joined", "trial": "Trial"}, "pages": {}})
    rows = zip(["goals"] * 3, ["order", "signup", "trial"], ["Ordered", "Signed up", "Free trial"], shown, strict=True)
    save(browser_of_admin, *rows, known=3)
    assert stored()["goals"] == {"signup": "Joined", "trial": "Free trial"}


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        ("https://www.lumenkit.example/pricing?plan=pro#faq", "/pricing"),
        ("/pricing?plan=pro", "/pricing"),
        ("https://docs.lumenkit.example/start", "docs.lumenkit.example/start"),
        ("Onboarding (iOS app)", "Onboarding (iOS app)"),
    ],
)
def test_the_address_of_a_page_is_reduced_to_what_is_compared(browser_of_admin, lumenkit, entered, kept):
    save(browser_of_admin, ("pages", entered, "A page"))
    assert stored()["pages"] == {kept: "A page"}


def test_control_and_direction_characters_in_a_name_are_replaced(browser_of_admin, lumenkit):
    save(browser_of_admin, ("goals", "signup", "Signed\x01\u202eup"))
    assert stored()["goals"] == {"signup": "Signed\ufffd\ufffdup"}


def test_a_long_name_and_a_name_without_an_original_are_refused(browser_of_admin, lumenkit):
    for row in (("goals", "signup", "x" * 61), ("goals", "", "Signed up")):
        response = save(browser_of_admin, row)
        assert response.status_code == 422
        assert "field-error" in response.content.decode()
    assert stored() == {}


def test_the_number_of_names_is_limited(browser_of_admin, lumenkit):
    rows = [("goals", f"goal {number}", "A goal") for number in range(MAX_NAMES + 1)]
    response = save(browser_of_admin, *rows)
    assert (response.status_code, stored()) == (422, {})
    assert f"at most {MAX_NAMES}" in Page(response.content).text


def test_suggestions_come_from_recent_visitors(browser_of_admin, sandbox, lumenkit):
    browser_of_admin.get(JOURNEY)
    suggested = {option["value"] for option in Page(browser_of_admin.get(NAMES).content).named("option")}
    assert {"/pricing", "contact_sales_opened"} <= suggested


def test_suggestions_are_only_for_users_who_may_see_visitors(browser, browser_of_admin, sandbox, lumenkit):
    browser_of_admin.get(JOURNEY)
    assert {"value": "/pricing"} not in Page(browser.get(NAMES).content).named("option")


def test_a_journey_shows_the_new_name_at_once_with_the_original(browser_of_admin, sandbox, lumenkit):
    before = Page(browser_of_admin.get(JOURNEY).content)
    assert "Goal contact_sales_opened" in before.text
    save(
        browser_of_admin,
        ("goals", "contact_sales_opened", "Asked <b>for</b> sales"),
        ("pages", "/pricing", "Pricing page"),
    )
    response = browser_of_admin.get(JOURNEY)
    shown, html = Page(response.content), response.content.decode()
    assert "Goal Asked <b>for</b> sales (contact_sales_opened)" in shown.text
    assert "Asked &lt;b&gt;for&lt;/b&gt; sales" in html
    assert "<b>for</b>" not in html
    assert 'title="contact_sales_opened"' in html
    assert "Pricing page" in shown.text
    assert "Asked <b>for</b> sales" in browser_of_admin.get(f"{JOURNEY}summary.txt").content.decode()
    assert b"contact_sales_opened" in browser_of_admin.get(f"{JOURNEY}events.csv").content
    found = Page(browser_of_admin.get(f"{JOURNEY}?q=asked").content).text
    assert "1 of " in found


def test_names_of_one_website_change_no_other_website(browser_of_admin, admin, sandbox, lumenkit, pocketgarden):
    Membership.objects.create(website=pocketgarden, user=admin, role=Role.ADMIN)
    save(browser_of_admin, ("goals", "signup", "Signed up"))
    assert Website.objects.get(slug="pocketgarden").names == {}
