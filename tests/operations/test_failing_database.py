"""A database that is locked, full, or refuses connections: a sentence and Retry-After, in time, and never a 500."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created
from django.test import Client
from django.utils import timezone

from visitors.accounts import sessions
from visitors.models import AuditEntry, AuditResult, Snapshot
from visitors.operations.views import health
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
COLD = documented.CUSTOMER.visitor_id
ROOT = Path(__file__).parents[2]
HTMX = {"HX-Request": "true"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="locks and fills a SQLite file"),
]


@pytest.fixture
def browser(sandbox, member, monkeypatch):
    """A member's browser, which gets a 500 as any browser does, and has the page of one visitor open."""
    with ThreadPoolExecutor(2) as threads:
        monkeypatch.setattr(health, "_threads", threads)
        browser = Client(raise_request_exception=False)
        browser.force_login(member)
        assert browser.get(f"/lumenkit/visitors/{LEAD}/").status_code == 200
        yield browser


@pytest.fixture
def locked(browser):
    """Another connection that holds the write lock, for which ours wait half a second."""

    def wait_briefly(connection, **_):
        connection.cursor().execute("PRAGMA busy_timeout = 500")

    connection_created.connect(wait_briefly)
    wait_briefly(connection)
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    connection_created.disconnect(wait_briefly)
    connection.close()


@pytest.fixture
def full(browser):
    """A database that cannot grow, and has no free page."""

    def limit(connection, **_):
        connection.cursor().execute("PRAGMA max_page_count = 1")  # means: as large as it is

    connection_created.connect(limit)
    limit(connection)
    for size in (100_000, 1_000, 10):
        fill(size)
    yield
    connection_created.disconnect(limit)
    connection.cursor().execute("PRAGMA max_page_count = 4294967294")
    connection.close()


def fill(size):
    """Add rows of this size until there is no space for another one."""
    with suppress(OperationalError):
        for number in range(10_000):
            key = f"{size}-{number}"
            Session.objects.create(session_key=key, session_data="0" * size, expire_date=timezone.now())
    assert not Session.objects.filter(session_key=f"{size}-9999").exists()


def ask(browser, method, path, *args, **kwargs):
    """Return a response, which must come within three seconds: no more than two writes wait for the lock."""
    started = time.monotonic()
    response = getattr(browser, method)(path, *args, **kwargs)
    assert time.monotonic() - started < 3
    return response


def is_plain_503(response):
    text = response.content.decode()
    assert response.status_code == 503, text
    assert int(response["Retry-After"]) > 0
    return "Traceback" not in text and "OperationalError" not in text


@pytest.mark.parametrize("page", [f"{COLD}/", f"{LEAD}/", f"{COLD}/summary.txt", f"{LEAD}/events.csv"])
def test_what_cannot_be_logged_is_not_shown(page, browser, locked):
    response = ask(browser, "get", f"/lumenkit/visitors/{page}")
    assert is_plain_503(response)
    assert "example.com" not in response.content.decode()
    assert AuditEntry.objects.count() == 1
    assert not Snapshot.objects.filter(visitor_id=COLD).exists()


@pytest.mark.parametrize("page", [f"{COLD}/", f"{LEAD}/", f"{COLD}/summary.txt", f"{LEAD}/events.csv"])
def test_on_a_full_disk_only_what_is_logged_is_shown(page, browser, full):
    for _ in range(20):  # a small entry may still fit
        before = AuditEntry.objects.filter(result=AuditResult.SHOWN).count()
        response = ask(browser, "get", f"/lumenkit/visitors/{page}")
        shown = AuditEntry.objects.filter(result=AuditResult.SHOWN).count() - before
        assert response.status_code == 200 if shown else is_plain_503(response)


@pytest.mark.parametrize("trouble", ["locked", "full"])
def test_a_paste_is_never_called_senseless(trouble, browser, request):
    request.getfixturevalue(trouble)
    response = ask(browser, "post", "/", {"pasted": COLD})
    assert response.status_code == 302 or is_plain_503(response)


def test_signing_in_and_out_are_a_503(browser, locked):
    form = {"username": "mina", "password": "a long password"}
    assert is_plain_503(ask(Client(raise_request_exception=False), "post", "/sign-in/", form))
    assert is_plain_503(ask(browser, "post", "/sign-out/"))


def test_signing_in_on_a_full_disk_is_a_503(full):
    form = {"username": "mina", "password": "a long password"}
    assert is_plain_503(ask(Client(raise_request_exception=False), "post", "/sign-in/", form))


def test_an_open_page_keeps_its_stored_journey(browser, request):
    Snapshot.objects.update(fetched_at=timezone.now() - timedelta(hours=1))
    version = Snapshot.objects.get().version
    request.getfixturevalue("locked")
    timeline = ask(browser, "get", f"/lumenkit/visitors/{LEAD}/timeline/?version={version}", headers=HTMX)
    assert timeline.status_code == 200
    refreshed = ask(browser, "post", f"/lumenkit/visitors/{LEAD}/refresh/", {"version": version}, headers=HTMX)
    assert refreshed.status_code == 200
    assert "can’t write to its database" in refreshed.content.decode()


@pytest.mark.parametrize("path", ["/", "/account/", f"/lumenkit/visitors/{LEAD}/timeline/?version=VERSION"])
def test_a_page_is_served_where_only_activity_cannot_be_saved(browser, request, path):
    session = browser.session
    session[sessions.ACTIVE_AT] -= 3600
    session.save()
    path = path.replace("VERSION", Snapshot.objects.get().version)
    request.getfixturevalue("locked")
    response = ask(browser, "get", path, headers=HTMX)
    assert response.status_code == 200
    assert browser.session[sessions.ACTIVE_AT] == session[sessions.ACTIVE_AT]


@pytest.mark.parametrize("trouble", ["locked", "full"])
def test_readiness_notices_that_nothing_can_be_written(trouble, browser, request):
    assert browser.get("/readyz").status_code == 200
    request.getfixturevalue(trouble)
    assert ask(browser, "get", "/readyz").status_code == 503
    assert ask(browser, "get", "/healthz").status_code == 200
    assert not Session.objects.filter(session_key__startswith="readiness").exists()


def test_a_session_that_ended_meanwhile_is_still_a_400(browser, monkeypatch):
    def end_session(request):
        Session.objects.all().delete()
        request.session["changed"] = True

    monkeypatch.setattr(sessions, "mark_automatic", end_session)
    response = browser.post(f"/lumenkit/visitors/{LEAD}/look/")
    assert response.status_code == 400


REFUSED = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
settings.DEBUG = False
browser = Client(raise_request_exception=False)
browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
metrics = {"Authorization": "Bearer " + settings.METRICS_TOKEN}
paths = ["/", "/sign-in/", "/account/", "/lumenkit/visitors/VISITOR/", "/readyz", "/healthz", "/metrics", "/missing/"]
answers = {path: browser.get(path, headers=metrics) for path in paths}
answers["sign in"] = Client(raise_request_exception=False).post("/sign-in/", {"username": "a", "password": "b"})
answers["paste"] = browser.post("/", {"pasted": "x"})
print(json.dumps({name: [answer.status_code, answer.get("Retry-After")] for name, answer in answers.items()}))
""".replace("VISITOR", LEAD)


@pytest.mark.process
def test_a_server_that_refuses_connections_is_a_503(tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DATABASE_URL": "postgresql://journeydesk@127.0.0.1:9/journeydesk",
        "STATE_DIR": str(tmp_path),
        "ALLOWED_HOSTS": "testserver",
        "METRICS_TOKEN": "a-token-of-the-tests-for-metrics",
        "DEBUG": "true",
    }
    result = subprocess.run(
        [sys.executable, "-c", REFUSED],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    answers = json.loads(result.stdout.splitlines()[-1])
    assert answers.pop("/healthz") == [200, None]
    assert answers.pop("/metrics") == [200, None]
    assert answers.pop("/readyz") == [503, None]
    assert answers.pop("/sign-in/")[0] in (200, 503)
    assert answers.pop("/missing/")[0] in (404, 503)
    assert set(map(tuple, answers.values())) == {(503, "10")}
