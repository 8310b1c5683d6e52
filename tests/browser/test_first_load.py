"""What a browser that knows nothing yet loads for a kept journey, from the production server."""

import os

import pytest

from tests.processes import environment, free_port, process
from visitors.management.commands.demo import PASSWORD, USER
from visitors.sandbox import documented

pytestmark = [pytest.mark.browser]

MOST_REQUESTS = 6
MOST_BYTES = 60_000
MOST_SCRIPT_BYTES = 30_000
PATHS = {
    visitor.name: f"/lumenkit/visitors/{visitor.visitor_id}/"
    for visitor in (documented.RETURNING_LEAD, documented.TEN_THOUSAND)
}
COUNT_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(
        ...list.getEntries().map((entry) => [entry.value, ...entry.sources.map((source) => source.node?.outerHTML)])))
        .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def signed_in(chromium, tmp_path_factory):
    """The production server's address, and the state of a browser that has signed in and opened the journeys there."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    variables = os.environ | environment(tmp_path_factory.mktemp("state") / "demo", "http://127.0.0.1:9/api/v1")
    # A journey that is no longer fresh also asks for a newer one.
    variables |= {"PROFILE_FRESH_SECONDS": "600"}
    with process(["manage.py", "demo", "--port", str(port)], f"{origin}/healthz", variables):
        context = chromium.new_context(base_url=origin)
        page = context.new_page()
        page.goto("/sign-in/")
        page.get_by_label("User name").fill(USER)
        page.get_by_label("Password").fill(PASSWORD)
        with page.expect_navigation(url=f"{origin}/"):
            page.keyboard.press("Enter")
        for path in PATHS.values():
            page.goto(path)
        state = context.storage_state()
        context.close()
        yield origin, state


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PATHS)
def test_the_first_load_is_small_and_nothing_moves(chromium, signed_in, name, width):
    origin, state = signed_in
    context = chromium.new_context(
        base_url=origin, storage_state=state, viewport={"width": width, "height": 800}, reduced_motion="no-preference"
    )
    page = context.new_page()
    page.add_init_script(COUNT_SHIFTS)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    asked, kinds, sizes = [], {}, {}
    network.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    network.on("Network.responseReceived", lambda event: kinds.__setitem__(event["requestId"], event["type"]))
    network.on(
        "Network.loadingFinished", lambda event: sizes.__setitem__(event["requestId"], event["encodedDataLength"])
    )
    with page.expect_response("**/look/"):
        page.goto(PATHS[name])
    page.wait_for_load_state("networkidle")
    shifts = page.evaluate("window.shifts")
    context.close()

    sent = [url for url in asked if not url.startswith("data:")]
    assert len(sent) <= MOST_REQUESTS, sent
    assert len(sizes) >= len(sent)  # the sizes of all of them are known
    assert sum(sizes.values()) <= MOST_BYTES, sizes
    scripts = sum(size for one, size in sizes.items() if kinds[one] == "Script")
    assert 0 < scripts <= MOST_SCRIPT_BYTES
    assert shifts == []


def test_who_is_on_the_site_moves_little_of_the_home_page_on_a_phone(chromium, signed_in):
    origin, state = signed_in
    context = chromium.new_context(base_url=origin, storage_state=state, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.add_init_script(COUNT_SHIFTS)
    with page.expect_response("**/now/"):
        page.goto("/")
    page.locator("#live-strip .row").first.wait_for(state="attached")
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))")  # a frame later
    shifts = page.evaluate("window.shifts")
    context.close()
    assert sum(value for value, *_ in shifts) < 0.05, shifts
