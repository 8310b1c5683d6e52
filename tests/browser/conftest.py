"""A real Chromium before Django's live server, with the sandbox as upstream."""

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from tests.conftest import skip_without

CHROMIUM = "/usr/bin/chromium"
# The sandbox of Chromium needs rights that a container rarely gives; the rest keeps it from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What a browser and htmx say of each answer that is no success; the tests look at those answers themselves.
_NO_SUCCESS = re.compile(
    r"Failed to load resource: (the server responded with a status of|net::ERR_FAILED)"
    r"|htmx:(afterRequest|sendError|sendAbort)|Response Status Error Code"
)


@pytest.fixture(scope="package")
def chromium():
    """The browser, for all tests of this folder."""
    if not Path(CHROMIUM).exists():
        skip_without("browser", f"there is no {CHROMIUM}")
    # Playwright's loop runs in this thread, so Django would take every query of a test for one inside of asynchronous
    # code. The live server queries in threads of its own.
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=10_000)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def desk(chromium, live_server, sandbox):
    """`desk(theme=…, width=…)` opens a page at the dashboard. At the end, its console must have stayed clean."""
    contexts, said = [], []

    def open_page(*, theme="light", width=1280, user=None, **options):
        context = chromium.new_context(
            base_url=live_server.url,
            color_scheme=theme,
            viewport={"width": width, "height": 800},
            permissions=["clipboard-read", "clipboard-write"],
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookies = [{"name": name, "value": morsel.value} for name, morsel in client.cookies.items()]
            context.add_cookies([cookie | {"url": live_server.url} for cookie in cookies])
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [line for line in said if not _NO_SUCCESS.search(line)] == []


def violations(page):
    """What axe-core finds wrong with a page, a line each."""
    found = Axe().run(page, options=_AXE_RULES).response["violations"]
    return [f"{one['id']}: {[node['html'][:160] for node in one['nodes']]}" for one in found]
