"""Every request has an id, a log line, private responses and a limit on its body."""

import io
import logging

import pytest
from django.test import override_settings

from visitors.sandbox import documented

VISITOR = documented.RETURNING_LEAD.visitor_id
JOURNEY = f"/lumenkit/visitors/{VISITOR}/"


@pytest.fixture
def lines(caplog):
    """Returns the records that the middleware has logged."""
    caplog.set_level(logging.INFO, "dashboard.requests")
    return lambda: [record for record in caplog.records if record.name == "dashboard.requests"]


def test_each_response_has_a_request_id(client, db):
    first, second = client.get("/healthz"), client.get("/sign-in/")
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert len(first.headers["X-Request-ID"]) == 16


@pytest.mark.parametrize("given", ["4bf92f3577b34da6a3ce929d0e0e4736", "1ead0000-0000-4000-8000-000000000001"])
def test_a_request_id_from_a_proxy_is_kept(client, given):
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, 'a","level":"x', "df_sandboxlumenkit00000", "ключключ", "a b c d e f"]
)
def test_a_malformed_request_id_is_replaced(client, given):
    own = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert own != given
    assert len(own) == 16


def test_a_request_is_logged_with_its_route_but_not_its_address(browser_of_member, sandbox, lines):
    answer = browser_of_member.get(JOURNEY, {"q": "pricing"})
    (line,) = lines()
    assert (line.method, line.route, line.status) == ("GET", "journey", answer.status_code)
    assert 0 < line.milliseconds < 60_000
    assert VISITOR not in str(line.__dict__)
    assert "pricing" not in str(line.__dict__)


def test_unknown_paths_and_methods_are_logged(client, db, lines):
    client.generic("BREW", "/nothing/here")
    (line,) = lines()
    assert (line.method, line.route, line.status) == ("other", "-", 404)


def test_static_files_are_not_logged(client, db, lines):
    client.get("/static/journeydesk.css")
    assert lines() == []


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_a_large_body_is_rejected_before_it_is_read(browser_of_member):
    upload = {"pasted": "x", "file": io.BytesIO(b"x" * 2000)}
    answer = browser_of_member.post("/", upload)
    assert answer.status_code == 400
    assert "The request could not be read" in answer.content.decode()
    assert browser_of_member.post("/", {"pasted": "x"}).status_code == 302


@pytest.mark.parametrize("length", ["-1", "many", "9" * 30])
def test_a_malformed_content_length_is_rejected(browser_of_member, length):
    assert browser_of_member.post("/", CONTENT_LENGTH=length).status_code == 400


def test_pages_are_compressed_with_a_random_length(browser_of_member):
    """Otherwise an observer of the network could guess a page's text from its exact length (BREACH)."""
    pages = [browser_of_member.get("/account/", headers={"Accept-Encoding": "gzip, br"}) for _ in range(12)]
    assert {page["Content-Encoding"] for page in pages} == {"gzip"}
    assert len({len(page.content) for page in pages}) > 3


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["abcdefghijkl\x00mnop", "\x00", "a\x7fb", "a\x85b", "\x1b[31m"])
def test_a_session_cookie_with_control_characters_is_ignored(client, settings, value):
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    assert client.get("/").status_code == 302
