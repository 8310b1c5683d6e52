"""Chromium against Django's live server, with the sandbox as the DataFast API.

The tests wait for what they expect (an element, a response), never for an amount of time: the timeouts only end a run
that is stuck. Where a test is about time, it stops the browser's clock and moves it.
"""

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from tests.conftest import skip_without
from tests.sessions import sign_in
from visitors.sandbox import Sandbox

# Debian's packages of Chromium. The headless shell is Chromium without its own windows, so the tests take half of the
# processor time there.
CHROMIUMS = ("/usr/lib/chromium/chromium-headless-shell", "/usr/bin/chromium")
CHROMIUM = next((path for path in CHROMIUMS if Path(path).exists()), None)
NO_CHROMIUM = "there is no Chromium (on Debian: apt install chromium-headless-shell)"
# Containers rarely grant the rights that Chromium's sandbox needs. The other switches stop its own network requests.
ARGUMENTS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 60_000
PHONE, DESK = 390, 1280
# Every page is checked in one look by `make test`, and in the others by `make test-matrix`.
LOOKS = (("light", DESK),)
OTHER_LOOKS = (("dark", PHONE), ("dark", DESK), ("light", PHONE))
_AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Console lines of Chromium and htmx about failed requests. The tests look at those responses themselves.
_FAILED_REQUEST = re.compile(
    r"Failed to load resource: (the server responded with a status of|net::ERR_FAILED)"
    r"|htmx:(afterRequest|sendError|sendAbort)|Response Status Error Code"
)


@pytest.fixture(scope="package")
def chromium():
    """One browser for all tests of this folder; each test opens contexts of its own."""
    if CHROMIUM is None:
        skip_without("browser", NO_CHROMIUM)
    # Playwright runs an event loop in this thread, so Django takes every query of a test for one inside asynchronous
    # code. The live server queries in threads of its own.
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=TIMEOUT_MS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def running_sandbox():
    """A sandbox per test: a request that a page left behind must not count in the next test."""
    with Sandbox(requests_per_minute=None) as running:
        yield running


@pytest.fixture
def desk(chromium, live_server, sandbox):
    """`desk(theme=…, width=…, user=…)` opens a page of the dashboard. Its console must stay clean."""
    contexts, lines = [], []

    def open_page(*, theme="light", width=DESK, user=None, **options):
        context = chromium.new_context(
            base_url=live_server.url,
            color_scheme=theme,
            viewport={"width": width, "height": 800},
            permissions=["clipboard-read", "clipboard-write"],
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        if user is not None:
            client = Client()
            sign_in(client, user)
            cookies = [{"name": name, "value": morsel.value} for name, morsel in client.cookies.items()]
            context.add_cookies([cookie | {"url": live_server.url} for cookie in cookies])
        page = context.new_page()
        page.on("console", lambda message: lines.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: lines.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [line for line in lines if not _FAILED_REQUEST.search(line)] == []


@pytest.fixture(
    params=[pytest.param(LOOKS, id="looks"), pytest.param(OTHER_LOOKS, id="other looks", marks=pytest.mark.matrix)]
)
def check(request):
    """`check(page, name)` asserts that a page is accessible in some looks, and nowhere wider than the window."""

    def check_page(page, name):
        page.wait_for_load_state()
        for theme, width in request.param:
            look = f"{name}, {theme}, {width} px"
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 800})
            excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert excess <= 0, f"{look}: {excess} px too wide"
            assert violations(page) == [], look
        page.set_viewport_size({"width": PHONE, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name} on a phone"

    return check_page


# Text that is fading in has too little contrast for a moment. Other animations never end.
END_ANIMATIONS = """() => document.getAnimations()
    .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime)).forEach((one) => one.finish())"""


def violations(page, part=None):
    """Return a line for each rule of axe-core that a page breaks, or the part of it with this selector."""
    page.evaluate(END_ANIMATIONS)
    found = Axe().run(page, context=part, options=_AXE_OPTIONS).response["violations"]
    return [f"{one['id']}: {[node['html'][:160] for node in one['nodes']]}" for one in found]


def settle(page):
    """Wait until no request of htmx is under way. It puts a response into the page in one step."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def stop_clock(page):
    """Stop the browser's clock: from here on its timers run only as far as `page.clock.run_for` goes."""
    page.clock.install(time=0)
    page.clock.pause_at(1_000)


def hold(page, address):
    """Hold back the responses to requests of this address; return a function that releases them and later ones."""
    held, is_released = [], False
    page.route(address, lambda route: route.continue_() if is_released else held.append(route))

    def release():
        nonlocal is_released
        is_released = True
        for route in held:
            route.continue_()

    return release
