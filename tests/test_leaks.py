"""No token and no key stands in an answer, a log line, the database or the cache, whatever happens."""

import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.test import Client, RequestFactory
from django.urls import path

from tests import leaks
from tests.faulty_upstream import answer
from visitors.models import Snapshot
from visitors.roles import Role
from visitors.sandbox import documented
from visitors.sandbox.tokens import ACCOUNT_TOKEN, LUMENKIT_KEY, REVOKED_TOKEN

VISITOR = documented.RETURNING_LEAD.visitor_id


def _telling(request):
    return HttpResponse(f"The key is {LUMENKIT_KEY}.")


def _logging(request):
    logging.getLogger("visitors").warning("asked with %s", LUMENKIT_KEY)
    return HttpResponse("ok")


urlpatterns = [path("telling/", _telling), path("logging/", _logging)]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/telling/", "the website key of Lumenkit in the answer to /telling/"),
        ("/logging/", "the website key of Lumenkit in a line of visitors"),
    ],
)
def test_a_secret_that_is_let_out_would_fail_the_test_that_did_it(client, settings, leak_watch, address, found):
    settings.MIDDLEWARE = []
    client.get(address)
    noticed, leak_watch.found = leak_watch.found, []  # so that this one does not fail
    assert found in noticed


def test_a_secret_is_found_in_a_header_and_in_what_is_compressed():
    assert leaks.in_answer(HttpResponse(headers={"Location": f"/?key={ACCOUNT_TOKEN}"}))
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    packed = GZipMiddleware(lambda _: HttpResponse("A long page. " * 100 + settings.SECRET_KEY))(request)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert leaks.in_answer(packed) == ["SECRET_KEY"]


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_a_secret_is_found_in_a_file_and_in_what_sqlite_keeps_beside_it(tmp_path, suffix):
    (tmp_path / f"cache.sqlite3{suffix}").write_bytes(b"\0\1\2" + REVOKED_TOKEN.encode() + b"\0")
    assert leaks.in_files([tmp_path / "cache.sqlite3"]) == [f"the revoked account token in cache.sqlite3{suffix}"]


@pytest.fixture
def talkative(leak_watch):
    """Every logger writes all that it can."""
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in ("", "django", "visitors", "django.request", "urllib3")}
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    seen = []
    handler = logging.Handler()
    handler.emit = lambda record: seen.append(record.name)
    root.addHandler(handler)
    yield seen
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def ask(lumenkit, pocketgarden, admin):
    """Asks for a page as an admin of both websites who is an administrator as well; `ask.statuses` are what came."""
    admin.is_staff = admin.is_superuser = True
    admin.save()
    pocketgarden.membership_set.create(user=admin, role=Role.ADMIN)
    browser = Client(raise_request_exception=False)
    browser.force_login(admin)

    def asked(address, form=None):
        answered = browser.get(address, follow=True) if form is None else browser.post(address, form, follow=True)
        asked.statuses.add(answered.status_code)
        return answered

    asked.statuses = set()
    return asked


def test_nothing_is_let_out_by_whatever_people_do(sandbox, talkative, ask, lumenkit, leak_watch):
    for slug in ("lumenkit", "pocketgarden"):
        journey = f"/{slug}/visitors/{VISITOR}/"
        for part in ("", "summary.txt", "events.csv", "answer.json", "timeline/"):
            ask(f"{journey}{part}")
        for action in ("refresh/", "look/", "follow/"):
            ask(f"{journey}{action}", {})
    for address in ("/", "/websites/", "/websites/lumenkit/", "/account/", "/admin/", "/admin/visitors/website/"):
        ask(address)
    form = {"name": "Lumenkit", "slug": "lumenkit", "domain": "lumenkit.example", "token": f"{LUMENKIT_KEY} and more"}
    ask(f"/admin/visitors/website/{lumenkit.pk}/change/", form)
    ask("/nowhere/", {"token": ACCOUNT_TOKEN})
    assert {200, 404} <= ask.statuses
    assert "dashboard.requests" in talkative
    assert leak_watch.found == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_nothing_is_let_out_by_an_upstream_that_repeats_what_it_was_sent(
    other_upstream, talkative, ask, leak_watch, status
):
    told = f"No: Bearer {LUMENKIT_KEY} and key={ACCOUNT_TOKEN}"
    other_upstream.behaviors[:] = [answer(status, {"status": "error", "error": {"code": status, "message": told}})]
    ask(f"/lumenkit/visitors/{VISITOR}/")
    assert ask.statuses <= {404, 503}
    assert "dashboard.requests" in talkative
    assert leak_watch.found == []


def test_nothing_is_kept_in_the_clear(transactional_db, sandbox, ask, lumenkit):
    for slug in ("lumenkit", "pocketgarden"):
        ask(f"/{slug}/visitors/{VISITOR}/")
    database, kept = Path(connection.settings_dict["NAME"]), Path(settings.CACHES["default"]["LOCATION"])
    # What was written is what is looked at.
    assert lumenkit.credential_mask.encode() in written(database)
    assert VISITOR.encode() in written(kept)
    assert leaks.in_files([database, kept]) == []
    answers = [snapshot.answer for snapshot in Snapshot.objects.all()]
    assert answers
    assert [name for content in answers for name in leaks.in_bytes(content)] == []


def written(path):
    """What a SQLite database has written, its log included."""
    return b"".join(leaks.of_file(Path(f"{path}{suffix}")) for suffix in ("", "-wal"))
