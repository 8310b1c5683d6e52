"""No response, log line or file contains a token or a key."""

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
from tests.access_tokens import new_token
from tests.faulty_upstream import answer
from visitors.models import AccessToken, Snapshot
from visitors.roles import Role
from visitors.sandbox import documented
from visitors.sandbox.tokens import ACCOUNT_TOKEN, LUMENKIT_KEY, REVOKED_TOKEN

VISITOR = documented.RETURNING_LEAD.visitor_id


def _leak_in_response(request):
    return HttpResponse(f"The key is {LUMENKIT_KEY}.")


def _leak_in_log(request):
    logging.getLogger("visitors").warning("called with %s", LUMENKIT_KEY)
    return HttpResponse("ok")


urlpatterns = [path("response/", _leak_in_response), path("log/", _leak_in_log)]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/response/", "the website key of Lumenkit in the response to /response/"),
        ("/log/", "the website key of Lumenkit in a line of visitors"),
    ],
)
def test_a_leak_fails_the_test_that_caused_it(client, settings, leak_watch, address, found):
    settings.MIDDLEWARE = []
    client.get(address)
    noticed, leak_watch.found = leak_watch.found, []  # so that this test does not fail
    assert found in noticed


def test_leaks_in_headers_and_compressed_bodies_are_found():
    assert leaks.in_response(HttpResponse(headers={"Location": f"/?key={ACCOUNT_TOKEN}"}))
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    packed = GZipMiddleware(lambda _: HttpResponse("A long page. " * 100 + settings.SECRET_KEY))(request)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert leaks.in_response(packed) == ["SECRET_KEY"]


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_leaks_in_sqlite_files_are_found(tmp_path, suffix):
    (tmp_path / f"data.sqlite3{suffix}").write_bytes(b"\0\1\2" + REVOKED_TOKEN.encode() + b"\0")
    assert leaks.in_files([tmp_path / "data.sqlite3"]) == [f"the revoked account token in data.sqlite3{suffix}"]


def test_leaked_access_tokens_are_found(tmp_path, member):
    secret = new_token(member)["Authorization"].split()[1]
    assert leaks.in_response(HttpResponse(f"<p>{secret}</p>")) == ["an access token"]
    (tmp_path / "data.sqlite3").write_bytes(b"\0\1" + secret.encode())
    assert leaks.in_files([tmp_path / "data.sqlite3"]) == ["an access token in data.sqlite3"]
    assert leaks.in_bytes(AccessToken.objects.get().mask.encode()) == []
    # Random text, such as an encrypted secret, may look like a token.
    assert leaks.in_bytes(b"gAAAAABqjd_" + secret[:2:-1].encode()) == []
    assert leaks.in_bytes(b"jd_" + secret.encode()) == ["an access token"]
    # Another process may have made the token.
    assert leaks.in_bytes(b'"token": "jd_' + secret[:2:-1].encode() + b'"') == ["an access token"]


@pytest.fixture
def all_loggers(leak_watch):
    """Make every logger log everything; return the names of those that did."""
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
def visit(lumenkit, pocketgarden, admin):
    """Open a page as an administrator who is also an admin of both websites; `visit.statuses` are the status codes."""
    admin.is_staff = admin.is_superuser = True
    admin.save()
    pocketgarden.membership_set.create(user=admin, role=Role.ADMIN)
    browser = Client(raise_request_exception=False)
    browser.force_login(admin)

    def open_page(address, form=None):
        response = browser.get(address, follow=True) if form is None else browser.post(address, form, follow=True)
        open_page.statuses.add(response.status_code)
        return response

    open_page.statuses = set()
    return open_page


def test_nothing_leaks_on_any_page(sandbox, all_loggers, visit, lumenkit, leak_watch):
    for slug in ("lumenkit", "pocketgarden"):
        journey = f"/{slug}/visitors/{VISITOR}/"
        for part in ("", "summary.txt", "events.csv", "answer.json", "timeline/"):
            visit(f"{journey}{part}")
        for action in ("refresh/", "look/", "follow/"):
            visit(f"{journey}{action}", {})
        token = new_token(visit("/account/").wsgi_request.user)
        for resource in ("", "/journey", "/summary"):
            Client().get(f"/api/v1/visitors/{VISITOR}{resource}", {"websiteId": slug}, headers=token)
    for address in (
        "/",
        "/account/tokens/",
        "/tokens/",
        "/api/",
        "/websites/",
        "/websites/lumenkit/",
        "/account/",
        "/admin/",
        "/admin/visitors/website/",
    ):
        visit(address)
    form = {"name": "Lumenkit", "slug": "lumenkit", "domain": "lumenkit.example", "token": f"{LUMENKIT_KEY} and more"}
    visit(f"/admin/visitors/website/{lumenkit.pk}/change/", form)
    visit("/nowhere/", {"token": ACCOUNT_TOKEN})
    assert {200, 404} <= visit.statuses
    assert "dashboard.requests" in all_loggers
    assert leak_watch.found == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_nothing_leaks_from_an_upstream_that_echoes_tokens(other_upstream, all_loggers, visit, leak_watch, status):
    message = f"No: Bearer {LUMENKIT_KEY} and key={ACCOUNT_TOKEN}"
    other_upstream.behaviors[:] = [answer(status, {"status": "error", "error": {"code": status, "message": message}})]
    visit(f"/lumenkit/visitors/{VISITOR}/")
    assert visit.statuses <= {404, 503}
    assert "dashboard.requests" in all_loggers
    assert leak_watch.found == []


def test_tokens_are_not_stored_in_plain_text(transactional_db, sandbox, visit, lumenkit):
    for slug in ("lumenkit", "pocketgarden"):
        visit(f"/{slug}/visitors/{VISITOR}/")
    database = Path(connection.settings_dict["NAME"])
    # The file that is searched is the one that was written.
    assert lumenkit.credential_mask.encode() in written(database)
    assert leaks.in_files([database]) == []
    answers = [snapshot.answer for snapshot in Snapshot.objects.all()]
    assert answers
    assert [name for content in answers for name in leaks.in_bytes(content)] == []


def written(path):
    """Return what SQLite has written, the write-ahead log included."""
    return b"".join(leaks.read_file(Path(f"{path}{suffix}")) for suffix in ("", "-wal"))
