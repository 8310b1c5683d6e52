"""A real Chromium before the real server, with the sandbox as its upstream."""

import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect, sync_playwright

from tests.conftest import skip_without

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for all tests."""
    if not CHROMIUM.exists():
        skip_without("chromium", f"{CHROMIUM} is not there")
    # Playwright runs an event loop in the test's thread, which Django takes for a reason to refuse its database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=10_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def signed_in(chromium, live_server, sandbox, browser_of_member):
    """Open browser contexts of the signed-in member: `signed_in(**options)`; addresses are relative to the server."""
    cookie = browser_of_member.cookies[django_settings.SESSION_COOKIE_NAME].value
    contexts = []

    def context(**options):
        opened = chromium.new_context(base_url=live_server.url, **options)
        opened.add_cookies(
            [{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url, "httpOnly": True}]
        )
        contexts.append(opened)
        return opened

    yield context
    for opened in contexts:
        opened.close()


@pytest.fixture
def tab(signed_in):
    """A tab of the signed-in member. Whatever its console says, such as a break of the CSP, fails the test."""
    opened = signed_in(viewport={"width": 1280, "height": 900}).new_page()
    said = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    assert said == []
