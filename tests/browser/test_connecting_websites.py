"""A new administrator connects an account, picks websites, looks up a visitor and replaces a key."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from visitors import profiles
from visitors.sandbox import documented, tokens

pytestmark = [pytest.mark.browser]

LEAD = documented.RETURNING_LEAD


@pytest.fixture
def page(desk, db):
    return desk(user=get_user_model().objects.create_superuser("root"))


def press(page, name):
    page.get_by_role("button", name=name).click()


def heading(page, name):
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_an_account_is_connected_and_its_visitors_can_be_looked_up(page, sandbox):
    page.goto("/")
    page.get_by_role("link", name="Websites", exact=True).click()
    page.get_by_role("link", name="Connect your first website").click()
    heading(page, "Connect your first website")
    page.get_by_label("Key or token").fill(tokens.REVOKED_TOKEN)
    press(page, "Continue")
    expect(page.get_by_text("DataFast does not accept this token")).to_be_visible()
    expect(page.get_by_label("Key or token")).to_have_value("")
    page.get_by_label("Key or token").fill(tokens.ACCOUNT_TOKEN)
    page.keyboard.press("Enter")
    heading(page, "Which websites do you want to add?")
    page.get_by_label("Lumenkit").check()
    page.get_by_label("Pocket Garden").check()
    press(page, "Add selected")
    expect(page.get_by_text("Lumenkit and Pocket Garden are connected.")).to_be_visible()
    assert tokens.ACCOUNT_TOKEN not in page.content()
    page.get_by_role("link", name="Journeydesk").click()
    page.locator("#pasted").fill(LEAD.visitor_id)
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_be_visible()

    sandbox.revoke(tokens.ACCOUNT_TOKEN)
    page.goto(f"/lumenkit/visitors/{documented.ONE_PAGE.visitor_id}/")
    page.get_by_role("link", name="Replace key").click()
    page.get_by_label("New key or token").fill(tokens.LUMENKIT_KEY)
    press(page, "Test and replace")
    expect(page.get_by_text("Key replaced.")).to_be_visible()
    page.goto(f"/lumenkit/visitors/{documented.ONE_PAGE.visitor_id}/")
    expect(page.locator("#timeline")).to_be_visible()


def test_pages_about_websites_are_accessible(page, check, sandbox):
    page.goto("/websites/")
    check(page, "no website")
    page.goto("/websites/add/")
    check(page, "add")
    press(page, "Continue")
    expect(page.get_by_text("Paste a key or token.")).to_be_visible()
    check(page, "nothing pasted")
    page.get_by_label("Key or token").fill(tokens.LUMENKIT_KEY)
    page.keyboard.press("Enter")
    heading(page, "Website details")
    for label in ("Domain", "Name"):
        page.get_by_label(label, exact=True).fill("")
    press(page, "Add website")
    expect(page.get_by_text("Enter the website’s domain.")).to_be_visible()
    check(page, "no domain")
    page.get_by_label("Domain").fill("lumenkit.example")
    page.keyboard.press("Enter")
    heading(page, "lumenkit.example")
    check(page, "overview")
    press(page, "Pause")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    check(page, "paused")
    page.goto("/websites/")
    check(page, "list")
    page.goto("/websites/lumenkit/remove/")
    press(page, "Remove lumenkit.example")
    expect(page.get_by_text("Nothing was removed.")).to_be_visible()
    check(page, "not removed")
    page.goto("/websites/lumenkit/key/")
    page.get_by_label("New key or token").fill(tokens.ACCOUNT_TOKEN)
    press(page, "Test and replace")
    expect(page.get_by_text("An account token (dft_) needs the website's id")).to_be_visible()
    check(page, "no id")
    page.goto("/websites/add/")
    page.get_by_label("Key or token").fill(tokens.ACCOUNT_TOKEN)
    page.keyboard.press("Enter")
    heading(page, "Which websites do you want to add?")
    press(page, "Add selected")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "nothing picked")


@pytest.mark.parametrize(("zone", "preset"), [("Asia/Seoul", "Asia/Seoul"), ("Etc/Unknown", "UTC")])
def test_the_zone_of_a_new_website_is_preset_to_the_browser_s(desk, db, monkeypatch, zone, preset):
    monkeypatch.setattr(profiles.tokens, "get_metadata", lambda _: None)  # DataFast does not say the website's zone
    page = desk(user=get_user_model().objects.create_superuser("root"))
    page.add_init_script(f"Intl.DateTimeFormat.prototype.resolvedOptions = () => ({{timeZone: '{zone}'}})")
    page.goto("/websites/add/")
    page.get_by_label("Key or token").fill(tokens.LUMENKIT_KEY)
    press(page, "Continue")
    heading(page, "Website details")
    expect(page.get_by_label("Time zone")).to_have_value(preset)
