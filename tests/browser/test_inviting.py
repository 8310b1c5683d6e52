"""An administrator invites a colleague in one browser, who joins in another."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from visitors.models import Membership
from visitors.roles import Role

pytestmark = [pytest.mark.browser]


def test_an_invited_colleague_joins_and_sees_one_website(desk, check, lumenkit, pocketgarden):
    page = desk(user=get_user_model().objects.create_superuser("root"))
    page.goto("/")
    page.get_by_role("link", name="Websites", exact=True).click()
    page.get_by_role("link", name="Lumenkit").click()
    page.get_by_role("link", name="Members", exact=True).click()
    page.get_by_label("User name or email").fill("no one")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_text("There is no user no one.")).to_be_visible()
    page.get_by_role("link", name="Audit log").click()
    page.wait_for_url("**/audit-log/")
    page.go_back()
    page.get_by_label("User name or email").fill("ana@example.com")
    page.get_by_role("radio", name="Member").check()
    page.get_by_role("button", name="Add member").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#said")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    check(page, "invitation made")

    theirs = desk()
    theirs.goto(urlsplit(link).path)
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Join Lumenkit")
    check(theirs, "invitation")
    theirs.get_by_label("Your name").fill("Ana Lima")
    theirs.get_by_label("User name").fill("ana")
    theirs.get_by_label("Password", exact=True).fill("ships and 12 lighthouses")
    theirs.get_by_label("Repeat password").fill("ships and 12 lighthouses")
    theirs.get_by_role("button", name="Join").click()
    expect(theirs.get_by_text("Welcome. You are now a member of Lumenkit.")).to_be_visible()
    expect(theirs.get_by_role("region", name="Your websites")).to_contain_text("Lumenkit")
    expect(theirs.get_by_text("Pocket Garden")).to_have_count(0)
    theirs.goto(urlsplit(link).path)
    expect(theirs.get_by_role("heading", level=1)).to_have_text("This invitation has been used")
    check(theirs, "used")

    page.goto("/websites/lumenkit/people/")
    page.locator("summary", has_text="Role of Ana Lima").click()
    check(page, "people")
    page.get_by_role("button", name="Viewer").click()
    expect(page.get_by_text("Ana Lima is now a viewer of Lumenkit.")).to_be_visible()
    page.locator("summary", has_text="Role of Ana Lima").click()
    page.get_by_role("link", name="Remove…").click()
    page.wait_for_url("**/remove/")
    check(page, "remove")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Ana Lima no longer has access to Lumenkit.")).to_be_visible()
    theirs.goto("/lumenkit/visitors/current/")
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Page not found")


def test_managing_accounts_is_accessible(desk, check, lumenkit, member):
    root = get_user_model().objects.create_superuser("root")
    Membership.objects.create(website=lumenkit, user=root, role=Role.ADMIN)
    page = desk(user=root)
    page.goto("/people/")
    check(page, "accounts")
    page.get_by_role("link", name="mina").click()
    page.get_by_role("button", name="Create reset link").click()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    check(page, "link to a new password")
    page.goto("/websites/")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("mina")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("is deactivated and signed out everywhere")).to_be_visible()
    check(page, "switched off")
    page.get_by_role("link", name="Delete…").click()
    page.wait_for_url("**/delete/")
    check(page, "delete")
    page.get_by_role("button", name="Delete account").click()
    expect(page.get_by_text("mina was deleted.")).to_be_visible()


def test_without_javascript_the_link_is_in_a_field(desk, admin):
    page = desk(user=admin, java_script_enabled=False)
    page.goto("/websites/lumenkit/people/")
    page.get_by_label("User name or email").fill("ana@example.com")
    page.get_by_role("button", name="Add member").click()
    assert "/invitations/" in page.get_by_label("Invitation link").input_value()
    expect(page.get_by_text("Copy link")).to_be_hidden()
