"""The snippets, as JavaScript in a page of another program."""

import json

import pytest

from visitors.integrations.snippets.snippets import make_bookmarklet, make_lines
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
OTHER = documented.CUSTOMER.visitor_id
ADDRESS = "https://desk.example/lumenkit/visitors/"
# What the chats' own scripts provide, and the calls that they get.
CHATS = """
window.calls = [];
window.open = (...passed) => window.calls.push(passed);
window.alert = (text) => window.calls.push(["alert", text]);
window.$chatwoot = { setCustomAttributes: (passed) => window.calls.push(["chatwoot", passed]) };
window.Intercom = (...passed) => window.calls.push(["intercom", ...passed]);
window.$crisp = { push: (passed) => window.calls.push(["crisp", passed]) };
"""


@pytest.fixture
def show(desk):
    """Show a page with this content and cookie, as another program has them."""

    def open_page(body, cookie=""):
        page = desk()
        page.route("**/program/", lambda route: route.fulfill(content_type="text/html", body=f"<title>x</title>{body}"))
        page.add_init_script(CHATS)
        page.goto("/program/")
        page.evaluate("cookie => { document.cookie = cookie; }", cookie)
        return page

    return open_page


def run(page, code):
    """Run a snippet in the page, and return the calls that it made."""
    page.evaluate(f"() => {{ {code} }}")
    return page.evaluate("window.calls")


@pytest.mark.parametrize(
    ("body", "cookie", "selected"),
    [
        (f"<p id=s>Visitor {LEAD.upper()}, jo@example.com</p><p>{OTHER}</p>", f"datafast_visitor_id={OTHER}", True),
        (f"<p>{OTHER}</p>", f"datafast_visitor_id={LEAD}", False),
        (f"<p>Conversation {OTHER}</p><dl><dt>datafast_visitor_id<dd>{LEAD}</dl>", "", False),
        (f"<p>Visitor: {LEAD}</p>", "", False),
        (f'<input type="password" value="{OTHER}"><input value="{LEAD}">', "", False),
        (f'<a href="https://other.example/?id={LEAD}">Open</a>', "", False),
        (f"<p>{OTHER}-0123 and 0{OTHER}</p><p>{LEAD}</p>", "", False),
    ],
)
def test_the_bookmarklet_opens_only_the_id(show, body, cookie, selected):
    page = show(body, cookie)
    if selected:
        page.evaluate("getSelection().selectAllChildren(document.getElementById('s'))")
    code = make_bookmarklet(ADDRESS).text.removeprefix("javascript:")
    assert run(page, code) == [[f"{ADDRESS}{LEAD}/", "_blank", "noopener"]]


def test_the_bookmarklet_says_when_there_is_no_id(show):
    code = make_bookmarklet(ADDRESS).text.removeprefix("javascript:")
    assert run(show("<p>Nothing here</p>"), code) == [["alert", "There is no visitor id on this page."]]


def test_lines_pass_the_id_of_the_cookie(show):
    page = show("", f"datafast_visitor_id={LEAD}")
    for line in make_lines():
        run(page, line.text)
    page.evaluate("dispatchEvent(new Event('chatwoot:ready'))")
    named = {"datafast_visitor_id": LEAD}
    calls = {json.dumps(call) for call in page.evaluate("window.calls")}
    assert calls == {
        json.dumps(call)
        for call in (
            ["chatwoot", named],
            ["intercom", "update", named],
            ["crisp", ["set", "session:data", [[["datafast_visitor_id", LEAD]]]]],
        )
    }


def test_lines_pass_nothing_without_the_cookie(show):
    page = show("", "other=1")
    for line in make_lines():
        run(page, line.text)
    page.evaluate("dispatchEvent(new Event('chatwoot:ready'))")
    assert page.evaluate("window.calls") == []
