"""Every look at a visitor is written down, and what can't be written down is not shown."""

import logging
import sqlite3
import threading
import time

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.page_reader import Page
from tests.profiles.test_single_flight import until
from visitors.models import AuditAction, AuditEntry, AuditResult
from visitors.sandbox import documented, tokens

LEAD = documented.RETURNING_LEAD.visitor_id
BOT = documented.named("bot").visitor_id
NOBODY = "00000000-0000-4000-8000-000000000404"


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


def address(name="", visitor=LEAD):
    return f"/lumenkit/visitors/{visitor}/{name}"


def lines():
    return [(line.source, line.result) for line in AuditEntry.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("", AuditAction.PAGE),
        ("?kind=goal", AuditAction.PAGE),
        ("summary.txt", AuditAction.SUMMARY),
        ("events.csv", AuditAction.CSV),
        ("answer.json", AuditAction.JSON),
    ],
)
def test_each_page_and_each_export_is_a_line_each_time(browser_of_member, sandbox, name, source):
    for _ in range(2):
        assert browser_of_member.get(address(name)).status_code == 200
    assert browser_of_member.head(address(name)).status_code == 200  # says as much as whether there is somebody
    assert lines() == [(source, AuditResult.SHOWN)] * 3


@pytest.mark.parametrize(
    ("visitor", "result"), [(NOBODY, AuditResult.NOT_FOUND), (BOT, AuditResult.BOT)], ids=["nobody", "bot"]
)
@pytest.mark.parametrize("name", ["", "events.csv"])
def test_what_shows_nothing_is_a_line_as_well(browser_of_member, sandbox, name, visitor, result):
    assert browser_of_member.get(address(name, visitor)).status_code == 404
    assert [found for _, found in lines()] == [result]


def test_a_refused_key_is_the_result(browser_of_member, sandbox):
    sandbox.revoke(tokens.LUMENKIT_KEY)
    assert browser_of_member.get(address()).status_code == 503
    assert lines() == [(AuditAction.PAGE, AuditResult.KEY_REFUSED)]


def test_what_leads_elsewhere_or_is_not_allowed_is_no_look(browser_of_member, client, viewer, sandbox):
    assert browser_of_member.get(address(visitor=LEAD.upper())).status_code == 302
    assert browser_of_member.get(f"/pocketgarden/visitors/{LEAD}/").status_code == 404
    client.force_login(viewer)
    assert client.get(address("events.csv")).status_code == 403
    assert lines() == []


def test_what_a_page_loads_into_itself_is_covered_by_the_page(browser_of_member, sandbox):
    browser_of_member.get(address())
    htmx = {"HX-Request": "true"}
    browser_of_member.post(address("refresh/"), headers=htmx)
    browser_of_member.get(address("timeline/"), headers=htmx)
    browser_of_member.post(address("follow/"), headers=htmx)
    browser_of_member.post(address("look/"))
    assert lines() == [(AuditAction.PAGE, AuditResult.SHOWN)]


@pytest.mark.parametrize(("method", "name"), [("post", "refresh/"), ("get", "timeline/")])
def test_a_part_that_is_asked_for_without_its_page_is_a_look(browser_of_member, sandbox, method, name):
    getattr(browser_of_member, method)(address(name), headers={"HX-Request": "true"})
    assert lines() == [(AuditAction.PAGE, AuditResult.SHOWN)]


@pytest.mark.parametrize(("method", "name"), [("post", "refresh/"), ("get", "timeline/")])
def test_a_page_that_could_not_be_shown_covers_no_part(browser_of_member, sandbox, method, name):
    sandbox.revoke(tokens.LUMENKIT_KEY)
    browser_of_member.get(address())
    sandbox.restore(tokens.LUMENKIT_KEY)
    getattr(browser_of_member, method)(address(name), headers={"HX-Request": "true"})
    assert lines() == [(AuditAction.PAGE, AuditResult.KEY_REFUSED), (AuditAction.PAGE, AuditResult.SHOWN)]


@pytest.mark.parametrize("name", ["", "events.csv"])
def test_what_a_browser_fetches_ahead_is_refused_and_no_look(browser_of_member, sandbox, name):
    for purpose in ("prefetch", "prefetch;prerender"):
        answer = browser_of_member.get(address(name), headers={"Sec-Purpose": purpose})
        assert (answer.status_code, answer.content) == (503, b"")
    assert lines() == []
    assert len(sandbox.calls) == 0


def test_a_page_that_is_kept_costs_four_queries_with_its_line(browser_of_member, sandbox):
    browser_of_member.get(address())
    with CaptureQueriesContext(connection) as queries:
        browser_of_member.get(address())
    assert len(queries) <= 4
    assert len([query for query in queries if query["sql"].lstrip().startswith("INSERT")]) == 1


def test_colleagues_read_of_each_other_and_not_of_themselves(browser_of_member, viewer, sandbox):
    browser_of_viewer = Client()
    browser_of_viewer.force_login(viewer)
    assert "Looked at by" not in Page(browser_of_member.get(address()).content).text
    assert "Looked at by" not in Page(browser_of_member.get(address()).content).text
    assert "Looked at by mina just now" in Page(browser_of_viewer.get(address()).content).text
    assert "Looked at by vera just now" in Page(browser_of_member.get(address()).content).text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["", "events.csv"])
def test_a_website_that_is_removed_while_datafast_is_asked_is_not_there(browser_of_member, sandbox, lumenkit, name):
    sandbox.set_latency(0.5)
    answers = []
    reading = threading.Thread(target=lambda: answers.append(in_a_thread(browser_of_member, address(name))))
    reading.start()
    until(lambda: sandbox.calls.count(LEAD) == 1)
    lumenkit.delete()
    reading.join(10)
    assert [answer.status_code for answer in answers] == [404]


def in_a_thread(browser, at):
    try:
        return browser.get(at)
    finally:
        connections.close_all()


# --- When the log can't be written ---


@pytest.fixture
def log_refuses(sandbox):
    """The database takes no line."""

    def refuse(execute, query, *rest):
        if query.lstrip().startswith('INSERT INTO "visitors_auditentry"'):
            raise OperationalError("attempt to write a readonly database")
        return execute(query, *rest)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("name", ["", "summary.txt", "events.csv", "answer.json"])
def test_what_can_not_be_written_down_is_not_shown(browser_of_member, log_refuses, name, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    answer = browser_of_member.get(address(name))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.headers["Cache-Control"] == "private, no-store"
    text = Page(answer.content).text
    assert "notes down who looks at whom" in text
    assert "Priya" not in text
    said = [record.getMessage() for record in caplog.records if record.name == "visitors.audit.decorators"]
    assert set(said) == {
        "Nothing is shown, since the audit log cannot be written: attempt to write a readonly database"
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="another database has no lock on all of it")
@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_locked_is_waited_for_as_long_as_any_write_and_then_said(
    browser_of_member, sandbox, tmp_path
):
    browser_of_member.get(address())
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 300")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        answer = browser_of_member.get(address())
        assert answer.status_code == 503
        assert 0.25 < time.monotonic() - started < 3
        other.execute("ROLLBACK")
        assert browser_of_member.get(address()).status_code == 200
    finally:
        other.close()
        connection.close()
