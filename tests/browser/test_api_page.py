"""Create a token, and try the API with it on its page."""

import pytest
from playwright.sync_api import expect

from visitors.models import AccessToken
from visitors.sandbox import documented

pytestmark = [pytest.mark.browser]


def test_the_api_can_be_tried_with_a_new_token(desk, check, member):
    page = desk(user=member)
    page.goto("/account/tokens/")
    page.get_by_label("Name").fill("trying it")
    page.get_by_role("button", name="Create token").click()
    page.get_by_role("button", name="Copy token").click()
    check(page, "a new token")
    page.goto("/api/")
    page.get_by_label("Token for trying it here").press("Control+v")
    section = page.locator("section", has=page.get_by_role("heading", name="Get journey"))
    section.locator("summary").press("Enter")
    section.get_by_label("visitor_id").fill(documented.CUSTOMER.visitor_id)
    section.get_by_role("button", name="Send request").click()
    expect(section.get_by_label("Answer")).to_contain_text('"isLive": false')
    expect(section.get_by_role("status")).to_contain_text("200 · age: 0 · journeydesk-source: fetched")
    check(page, "the API with an answer")
    AccessToken.objects.all().delete()
    section.get_by_role("button", name="Send request").click()
    expect(section.get_by_label("Answer")).to_contain_text("Invalid API key")
