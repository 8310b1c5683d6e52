"""The panel in the frames of stand-in help desks, of the same site and of another one."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import violations
from tests.faulty_upstream import answer
from visitors.integrations.panel.pairing import MAX_WAITING
from visitors.models import AuditEntry, PanelPairing, Website
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
CUSTOMER = documented.CUSTOMER.visitor_id

# What Chatwoot's Frame.vue does: a JSON string with any target on load and when asked. An old version answers the first
# frame, whoever asked, and sends neither theme nor definitions.
CHATWOOT = """
const frame = document.querySelector("iframe");
let context = CONTEXT;
const send = () => frame.contentWindow.postMessage(JSON.stringify({ event: "appContext", data: context }), "*");
window.switchTo = (next) => { context = next; send(); };
frame.addEventListener("load", () => { if (!LOSES_FIRST) send(); });
let requests = 0;
addEventListener("message", ({ data }) => {
  if (data === "chatwoot-dashboard-app:fetch-info" && (!LOSES_FIRST || ++requests > 2)) send();
});
frame.contentWindow.postMessage("some other text", "*");
"""
# Zendesk's app framework, as the wire protocol of its SDK has it.
ZENDESK = """
const frame = document.querySelector("iframe");
addEventListener("message", ({ data, source }) => {
  if (!data.startsWith("{")) return;
  const message = JSON.parse(data);
  const answer = (body) => source.postMessage(JSON.stringify(body), "*");
  if (message.key === "iframe.handshake") answer({ key: "zaf.app.registered", message: {} });
  if (message.request !== "get") return;
  answer({ id: message.id, result: Object.fromEntries(message.params.map((path) => [path, VALUES[path]])) });
});
"""

# Front, as the messages of its plugin SDK have it. `opened` collects what it is asked to open.
FRONT = """
const opened = [];
addEventListener("message", ({ data, ports }) => {
  if (data !== "@frontapp/ui-sdk#WebViewBridge.handshake") return;
  const [port] = ports;
  port.onmessage = (message) => { if (message.data.name === "openUrl") opened.push(message.data.args[0]); };
  const tell = (context) => port.postMessage({ type: "context_update", context });
  window.closeConversation = () => tell({ id: "c-2", type: "noConversation" });
  window.showConversation = (recipient) => port.postMessage({
    type: "context_update", context: { id: "c-1", type: "singleConversation", conversation: { recipient } },
  });
  port.postMessage({ type: "context_update", context: { id: "c-0", type: "noConversation" } });
  port.postMessage({ type: "other" });
  showConversation(RECIPIENT);
});
"""


def context_of(visitor="", email="", **more):
    contact = {"name": "Jo", "email": email, "custom_attributes": {"datafast_visitor_id": visitor} if visitor else {}}
    return {"conversation": {"id": 17, "meta": {"sender": contact}}, "contact": contact, "currentAgent": {}} | more


@pytest.fixture
def parent():
    """Serve a page of another origin, which a test can set."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = server.page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.page = ""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def frame_panel(parent, live_server, lumenkit):
    """Put the panel into a frame of a help desk's page, and return that page's address; `host` is its host name.

    The panel is at `localhost`, so a page there is of the same site, and one at 127.0.0.1 of another.
    """

    def frame(script, host="127.0.0.1", query="", origins=None):
        origin = f"http://{host}:{parent.server_port}"
        Website.objects.filter(pk=lumenkit.pk).update(panel_origins=origins or [origin])
        framed = f'<iframe width="360" height="800" src="{live_server.url}/panel/lumenkit/{query}"></iframe>'
        parent.page = f"<!DOCTYPE html><title>Help desk</title><body>{framed}<script>{script}</script>"
        return origin

    return frame


def chatwoot(context, *, loses_first=False):
    script = CHATWOOT.replace("CONTEXT", json.dumps(context))
    return script.replace("LOSES_FIRST", json.dumps(loses_first))


def pair(page, journeydesk, member, look=None):
    """Connect the panel on a help desk's page, as its agent does in another tab. `look` is called beside the code."""
    panel = page.frame_locator("iframe")
    panel.get_by_role("button", name="Connect").click()
    code = panel.locator("#code")
    expect(code).to_have_text(re.compile("[A-Z0-9]{4}-[A-Z0-9]{4}"))
    if look:
        look(page)
    tab = journeydesk(user=member)
    tab.goto("/panel/")
    tab.get_by_label("Code in the panel").fill(code.inner_text())
    tab.get_by_role("button", name="Connect").click()
    expect(tab.get_by_role("heading", name="Connected")).to_be_visible()
    return panel


@pytest.mark.parametrize(
    ("host", "loses_first"),
    [
        ("127.0.0.1", False),
        ("localhost", True),
        pytest.param("127.0.0.1", True, marks=pytest.mark.matrix),
        pytest.param("localhost", False, marks=pytest.mark.matrix),
    ],
)
@pytest.mark.usefixtures("sandbox")
def test_chatwoot_names_the_visitor(desk, frame_panel, member, host, loses_first):
    definitions = [{"attribute_key": "datafast_visitor_id"}]
    context = context_of(LEAD, customAttributes=definitions, theme="dark") if loses_first else context_of(LEAD)
    page = desk()
    page.goto(frame_panel(chatwoot(context, loses_first=loses_first), host))
    panel = pair(page, desk, member)
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_visible()
    if loses_first:
        assert panel.locator("html").get_attribute("data-theme") == "dark"
    page.evaluate("context => switchTo(context)", context_of(CUSTOMER))
    expect(panel.get_by_role("heading", name="Jonas Weber")).to_be_visible()
    page.evaluate("context => switchTo(context)", context_of(email="new@nowhere.example"))
    expect(panel.get_by_role("heading", name="Visitor not found")).to_be_visible()
    page.evaluate("context => switchTo(context)", context_of())
    expect(panel.get_by_role("heading", name="No visitor")).to_be_visible()
    page.reload()  # the same tab, so the pairing still holds
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_visible()
    assert {entry.source for entry in AuditEntry.objects.all()} == {"panel"}


def test_a_plain_page_names_the_visitor_in_the_address_or_in_a_message(desk, frame_panel, member, sandbox):
    page = desk()
    page.goto(frame_panel("", query=f"#visitor={LEAD}"))
    panel = pair(page, desk, member)
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_visible()
    message = {"type": "journeydesk:visitor", "visitor": CUSTOMER}
    page.evaluate("message => document.querySelector('iframe').contentWindow.postMessage(message, '*')", message)
    expect(panel.get_by_role("heading", name="Jonas Weber")).to_be_visible()


def test_zendesk_names_the_visitor(desk, frame_panel, parent, member, sandbox):
    values = {"ticket.requester.email": "x@nowhere.example", "ticket.customField:custom_field_7": LEAD}
    origin = f"http://127.0.0.1:{parent.server_port}"
    page = desk()
    script = ZENDESK.replace("VALUES", json.dumps(values))
    page.goto(frame_panel(script, query=f"?origin={origin}&app_guid=a-1&field=7"))
    panel = pair(page, desk, member)
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_visible()


def test_front_names_the_visitor_and_opens_links(desk, frame_panel, member, sandbox):
    attributes = [{"name": "plan", "value": "pro"}, {"name": "datafast_visitor_id", "value": LEAD}]
    recipient = {"type": "email", "handle": "x@nowhere.example", "contact": {"customAttributes": attributes}}
    page = desk()
    page.goto(frame_panel(FRONT.replace("RECIPIENT", json.dumps(recipient)), query="?auth_secret=made-up"))
    panel = pair(page, desk, member)
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_visible()
    panel.get_by_role("link", name="Open journey").click()
    page.wait_for_function("() => opened.length === 1")
    assert page.evaluate("() => opened[0]").endswith(f"/lumenkit/visitors/{LEAD}/")
    handles = [{"type": "phone", "handle": "1"}, {"type": "email", "handle": "new@nowhere.example"}]
    page.evaluate("one => showConversation(one)", {"type": "phone", "handle": "1", "contact": {"handles": handles}})
    expect(panel.get_by_text("is known as new@nowhere.example")).to_be_visible()
    page.evaluate("one => showConversation(one)", recipient)
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_visible()
    page.evaluate("() => closeConversation()")
    expect(panel.get_by_text("Waiting for a conversation …")).to_be_visible()
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_hidden()


def test_a_page_of_another_origin_shows_nothing(chromium, frame_panel, live_server, member):
    page = chromium.new_page()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(frame_panel(chatwoot(context_of(LEAD)), origins=["https://chat.example.com"]))
    page.wait_for_function("() => document.querySelector('iframe').contentDocument === null")
    assert page.frame_locator("iframe").locator("#panel").count() == 0
    page.close()


def test_messages_from_anyone_else_and_of_another_form_are_ignored(desk, frame_panel, member, sandbox):
    page = desk()
    page.goto(frame_panel(""))
    panel = page.frame_locator("iframe[src]")
    expect(panel.get_by_text("Waiting for a conversation …")).to_be_visible()
    frame = page.frames[1]
    frame.evaluate("() => { window.named = []; const own = ask; ask = (one) => { named.push(one); own(one); }; }")
    # A frame beside it is not the page around it, though its origin is allowed; nor is the panel's own window,
    # though the origin of a message to itself may be allowed.
    page.evaluate(
        """message => {
          const beside = document.body.appendChild(document.createElement("iframe"));
          beside.contentWindow.eval(`parent.frames[0].postMessage(${message}, "*")`);
        }""",
        json.dumps({"type": "journeydesk:visitor", "visitor": LEAD}),
    )
    frame.evaluate("id => window.postMessage({ type: 'journeydesk:visitor', visitor: id }, '*')", LEAD)
    for text in (
        "{",
        "null",
        "5",
        "[]",
        '{"event": "appContext"}',
        '{"event": "appContext", "data": {"contact": null}}',
    ):
        page.evaluate("text => document.querySelector('iframe').contentWindow.postMessage(text, '*')", text)
    page.evaluate(
        "() => document.querySelector('iframe').contentWindow.postMessage({ type: 'journeydesk:visitor' }, '*')"
    )
    expect(panel.get_by_role("button", name="Connect")).to_be_visible()  # the last one names no one, in a valid form
    assert frame.evaluate("() => named.filter((one) => one.visitor)") == []


def test_a_late_answer_does_not_replace_the_newer_conversation(desk, frame_panel, member, sandbox):
    page = desk()
    page.goto(frame_panel(chatwoot(context_of(LEAD))))
    panel = pair(page, desk, member)
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_visible()
    held = []
    page.route(
        "**/panel/lumenkit/visitor/",
        lambda route: held.append(route) if CUSTOMER in route.request.post_data else route.continue_(),
    )
    page.evaluate("context => switchTo(context)", context_of(CUSTOMER))
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_hidden()
    page.evaluate("context => switchTo(context)", context_of(email="new@nowhere.example"))
    expect(panel.get_by_role("heading", name="Visitor not found")).to_be_visible()
    (late,) = held
    late.continue_()
    assert late.request.response().finished() is None
    # A turn of the event loop, in which the panel would show the late answer.
    page.frames[1].evaluate("() => new Promise((resolve) => setTimeout(resolve))")
    expect(panel.get_by_role("heading", name="Visitor not found")).to_be_visible()
    expect(panel.get_by_text("Jonas Weber")).to_have_count(0)


def test_with_too_many_panels_waiting_it_says_so_and_tries_again(desk, frame_panel, live_server, member, sandbox):
    page = desk()
    page.goto(frame_panel(chatwoot(context_of(LEAD))))
    panel = page.frame_locator("iframe")
    expect(panel.get_by_role("button", name="Connect")).to_be_visible()
    for _ in range(MAX_WAITING):
        page.request.post(f"{live_server.url}/panel/lumenkit/pair/")
    panel.get_by_role("button", name="Connect").click()
    expect(panel.locator("#failure")).to_have_text("Too many panels wait for their codes. Try again in a few minutes.")
    PanelPairing.objects.all().delete()
    panel.get_by_role("button", name="Try again").click()
    expect(panel.locator("#code")).to_have_text(re.compile("[A-Z0-9]{4}-[A-Z0-9]{4}"))


def test_outside_of_a_help_desk_it_takes_no_visitor_from_its_address(desk, lumenkit, live_server):
    Website.objects.filter(pk=lumenkit.pk).update(panel_origins=[live_server.url])
    page = desk()
    page.goto("/panel/lumenkit/")
    page.evaluate("id => { location.hash = `visitor=${id}`; }", LEAD)
    page.evaluate("() => new Promise((resolve) => setTimeout(resolve))")
    expect(page.get_by_text("This page belongs in a help desk")).to_be_visible()
    expect(page.get_by_role("button", name="Connect")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.matrix)])
def test_the_panel_is_accessible(desk, frame_panel, member, sandbox, theme):
    page = desk(theme=theme)
    page.goto(frame_panel(chatwoot(context_of(LEAD))))
    expect(page.frame_locator("iframe").get_by_role("button", name="Connect")).to_be_visible()
    check(page)
    panel = pair(page, desk, member, look=check)
    expect(panel.get_by_role("heading", name="Priya Raman")).to_be_visible()
    check(page)
    page.evaluate("context => switchTo(context)", context_of())
    expect(panel.get_by_role("heading", name="No visitor")).to_be_visible()
    check(page)
    page.route("**/panel/lumenkit/visitor/", lambda route: route.abort())
    page.evaluate("context => switchTo(context)", context_of(CUSTOMER))
    expect(panel.locator("#failure")).to_have_text("Journeydesk can’t be reached.")
    check(page)


NAMES = {
    "long": "Maximiliana-Alexandrine von Hohenzollern-Sigmaringen zu Württemberg " * 3,
    "one word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2,
    "right to left": "محمد بن عبد الله الشريف",
    "emoji": "👩‍👩‍👧‍👦 Ana 🏳️‍🌈 " * 4,
    "markup": "</bdi></main><script>alert(1)</script><img src=x onerror=alert(1)>",
}


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.matrix)])
def test_the_panel_is_usable_with_every_name(desk, frame_panel, member, other_upstream, theme):
    def visitor(number, name):
        pages = [{"url": f"lumenkit.example/{name}", "timestamp": "2026-05-04T12:00:00.000Z"}]
        goals = [{"name": name, "origin": "manual", "timestamp": "2026-05-04T12:01:00.000Z"}]
        metadata = {"name": name, "email": f"{name.replace(' ', '.')[:200]}@x.example", "company": name, "plan": name}
        return {
            "visitorId": f"a3ab2331-989f-4cfa-91c6-00000000000{number}",
            "identity": {"params": {"utm_source": name}},
            "activity": {"visitCount": 1, "visitedPages": pages, "completedGoals": goals},
            "profile": {"userId": "u-1", "metadata": metadata},
        }

    cast = [visitor(number, name) for number, name in enumerate(NAMES.values())]
    other_upstream.behaviors = [answer(200, {"status": "success", "data": one}) for one in cast]
    page = desk(theme=theme)
    page.goto(frame_panel(chatwoot(context_of())))
    panel = pair(page, desk, member)
    for one in cast:
        context = context_of(one["visitorId"]) | {"conversation": {"created_at": 1_777_896_300}}
        page.evaluate("context => switchTo(context)", context)
        link = panel.get_by_role("link", name="Open journey")
        expect(link).to_have_attribute("href", re.compile(one["visitorId"]))
        check(page)


def check(page):
    """Check that the panel is accessible, and in no width wider than its frame."""
    for width in (320, 360, 400):
        page.locator("iframe").evaluate("(frame, width) => { frame.width = width; }", width)
        excess = page.frames[1].evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert excess <= 0, f"{width} px: {excess} px too wide"
    assert violations(page.frames[1]) == []
