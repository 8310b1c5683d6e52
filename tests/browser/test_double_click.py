"""A double click sends a form once."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import hold
from visitors.models import AccessToken

pytestmark = [pytest.mark.browser]

# The second click comes while the response to the first one is awaited.
DOUBLE_CLICK = """
    (button) => new Promise((resolve) => {
        button.click();
        setTimeout(() => { button.click(); resolve(); }, 100);
    })
"""


def test_a_double_click_makes_one_token(desk, member):
    page, sent = desk(user=member), []
    page.goto("/account/tokens/")
    page.on("request", lambda request: sent.append(request.method))
    release = hold(page, "**/account/tokens/")
    page.get_by_label("Name").fill("nightly report")
    page.get_by_role("button", name="Create token").evaluate(DOUBLE_CLICK)
    release()
    expect(page.get_by_role("heading", name="Token created")).to_be_visible()
    assert sent.count("POST") == AccessToken.objects.count() == 1
