"""Every look at a visitor is recorded, and what cannot be recorded is not shown."""

import logging
import sqlite3
import threading
import time
from datetime import UTC, datetime

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
MISSING = "00000000-0000-4000-8000-000000000404"


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


def address(name="", visitor=LEAD):
    return f"/lumenkit/visitors/{visitor}/{name}"


def entries():
    return [(entry.action, entry.result) for entry in AuditEntry.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("", AuditAction.PAGE),
        ("?kind=goal", AuditAction.PAGE),
        ("summary.txt", AuditAction.SUMMARY),
        ("events.csv", AuditAction.CSV),
        ("answer.json", AuditAction.JSON),
    ],
)
def test_each_page_and_each_export_is_recorded_each_time(browser_of_member, sandbox, name, action):
    for _ in range(2):
        assert browser_of_member.get(address(name)).status_code == 200
    assert entries() == [(action, AuditResult.SHOWN)] * 2


@pytest.mark.parametrize("name", ["", "timeline/", "summary.txt", "events.csv", "answer.json"])
def test_head_requests_are_refused_and_not_recorded(browser_of_member, sandbox, name):
    assert browser_of_member.head(address(name), headers={"HX-Request": "true"}).status_code == 405
    assert entries() == []
    assert len(sandbox.calls) == 0


@pytest.mark.parametrize(
    ("visitor", "result"), [(MISSING, AuditResult.NOT_FOUND), (BOT, AuditResult.BOT)], ids=["missing", "bot"]
)
@pytest.mark.parametrize("name", ["", "events.csv"])
def test_a_missing_journey_is_recorded(browser_of_member, sandbox, name, visitor, result):
    assert browser_of_member.get(address(name, visitor)).status_code == 404
    assert [found for _, found in entries()] == [result]


def test_a_rejected_key_is_recorded(browser_of_member, sandbox):
    sandbox.revoke(tokens.LUMENKIT_KEY)
    assert browser_of_member.get(address()).status_code == 503
    assert entries() == [(AuditAction.PAGE, AuditResult.KEY_REFUSED)]


def test_redirects_and_refusals_are_not_recorded(browser_of_member, client, viewer, sandbox):
    assert browser_of_member.get(address(visitor=LEAD.upper())).status_code == 302
    assert browser_of_member.get(f"/pocketgarden/visitors/{LEAD}/").status_code == 404
    client.force_login(viewer)
    assert client.get(address("events.csv")).status_code == 403
    assert entries() == []


def test_fragments_are_covered_by_their_page(browser_of_member, sandbox):
    browser_of_member.get(address())
    htmx = {"HX-Request": "true"}
    browser_of_member.post(address("refresh/"), headers=htmx)
    browser_of_member.get(address("timeline/"), headers=htmx)
    browser_of_member.post(address("follow/"), headers=htmx)
    browser_of_member.post(address("look/"))
    assert entries() == [(AuditAction.PAGE, AuditResult.SHOWN)]


@pytest.mark.parametrize(("method", "name"), [("post", "refresh/"), ("get", "timeline/")])
def test_a_fragment_without_its_page_is_recorded(browser_of_member, sandbox, method, name):
    getattr(browser_of_member, method)(address(name), headers={"HX-Request": "true"})
    assert entries() == [(AuditAction.PAGE, AuditResult.SHOWN)]


@pytest.mark.parametrize(("method", "name"), [("post", "refresh/"), ("get", "timeline/")])
def test_a_page_that_failed_does_not_cover_its_fragments(browser_of_member, sandbox, method, name):
    sandbox.revoke(tokens.LUMENKIT_KEY)
    browser_of_member.get(address())
    sandbox.restore(tokens.LUMENKIT_KEY)
    getattr(browser_of_member, method)(address(name), headers={"HX-Request": "true"})
    assert entries() == [(AuditAction.PAGE, AuditResult.KEY_REFUSED), (AuditAction.PAGE, AuditResult.SHOWN)]


@pytest.mark.parametrize("name", ["", "events.csv"])
def test_prefetching_is_refused_and_not_recorded(browser_of_member, sandbox, name):
    for header, purpose in [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Sec-Purpose", "Prefetch;anonymous-client-ip"),
        ("Purpose", "prefetch"),
        ("X-Purpose", "preview"),
        ("X-Moz", "prefetch"),
    ]:
        answer = browser_of_member.get(address(name), headers={header: purpose})
        assert (answer.status_code, answer.content) == (503, b"")
    assert entries() == []
    assert len(sandbox.calls) == 0


def test_a_stored_page_takes_four_queries_with_its_entry(browser_of_member, sandbox, clock):
    clock.move_to(datetime.now(UTC), tick=False)  # the page is rendered again once a minute
    browser_of_member.get(address())
    with CaptureQueriesContext(connection) as queries:
        browser_of_member.get(address())
    assert len(queries) <= 4
    assert len([query for query in queries if query["sql"].lstrip().startswith("INSERT")]) == 1


def test_users_see_looks_of_colleagues_but_not_their_own(browser_of_member, viewer, sandbox):
    browser_of_viewer = Client()
    browser_of_viewer.force_login(viewer)
    assert "Viewed by" not in Page(browser_of_member.get(address()).content).text
    assert "Viewed by" not in Page(browser_of_member.get(address()).content).text
    assert "Viewed by mina just now" in Page(browser_of_viewer.get(address()).content).text
    assert "Viewed by vera just now" in Page(browser_of_member.get(address()).content).text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["", "events.csv"])
def test_a_website_removed_during_the_fetch_is_a_404(browser_of_member, sandbox, answers_wait, lumenkit, name):
    answers = []
    reading = threading.Thread(target=lambda: answers.append(in_a_thread(browser_of_member, address(name))))
    reading.start()
    until(lambda: sandbox.calls.count(LEAD) == 1)
    lumenkit.delete()
    answers_wait.set()
    reading.join(30)
    assert [answer.status_code for answer in answers] == [404]


def in_a_thread(browser, at):
    try:
        return browser.get(at)
    finally:
        connections.close_all()


# --- When the log cannot be written ---


@pytest.fixture
def log_refuses(sandbox):
    """The database refuses every entry."""

    def refuse(execute, query, *rest):
        if query.lstrip().startswith('INSERT INTO "visitors_auditentry"'):
            raise OperationalError("attempt to write a readonly database")
        return execute(query, *rest)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("name", ["", "summary.txt", "events.csv", "answer.json"])
def test_what_cannot_be_recorded_is_not_shown(browser_of_member, log_refuses, name, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    answer = browser_of_member.get(address(name))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.headers["Cache-Control"] == "private, no-store"
    text = Page(answer.content).text
    assert "can’t write to its audit log" in text
    assert "Priya" not in text
    logged = [record.getMessage() for record in caplog.records if record.name == "visitors.audit.log"]
    assert set(logged) == {
        "Nothing is shown, since the audit log cannot be written: attempt to write a readonly database"
    }


@pytest.mark.sqlite  # another database has no lock on all of it
@pytest.mark.django_db(transaction=True)
def test_a_locked_database_ends_in_503_after_its_timeout(browser_of_member, sandbox, tmp_path):
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
