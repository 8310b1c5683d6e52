"""The security headers of every kind of response."""

import pytest
from django.conf import settings
from django.test import Client

from visitors.sandbox import documented

VISITOR = documented.RETURNING_LEAD.visitor_id
JOURNEY = f"/lumenkit/visitors/{VISITOR}/"
UNKNOWN = "/lumenkit/visitors/00000000-0000-4000-8000-000000000000/"
# Pages, fragments, files, redirects and errors: request and expected status.
ANSWERS = [
    ("get", "/", 200),
    ("get", JOURNEY, 200),
    ("get", JOURNEY.upper().replace("/LUMENKIT/VISITORS", "/lumenkit/visitors"), 302),
    ("get", JOURNEY.removesuffix("/"), 301),
    ("get", f"{JOURNEY}summary.txt", 200),
    ("get", f"{JOURNEY}events.csv", 200),
    ("get", f"{JOURNEY}answer.json?download", 200),
    ("post", f"{JOURNEY}refresh/", 302),
    ("post", f"{JOURNEY}look/", 204),
    ("get", f"{JOURNEY}refresh/", 405),
    ("get", UNKNOWN, 404),
    ("get", "/elsewhere/visitors/current/", 404),
    ("get", "/websites/", 403),
    ("get", "/healthz", 200),
]


def check(answer):
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["X-Request-ID"]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    kept = answer.headers["Cache-Control"]
    assert {"private", "no-store"} <= set(kept.split(", ")), kept


@pytest.mark.parametrize(("method", "address", "status"), ANSWERS)
def test_every_response_has_the_security_headers(browser_of_member, sandbox, method, address, status):
    answer = getattr(browser_of_member, method)(address)
    assert answer.status_code == status
    check(answer)
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("address", ["/", JOURNEY, "/sign-in/", "/nothing/"])
def test_anonymous_responses_have_the_security_headers(client, db, address):
    check(client.get(address))


def test_error_responses_have_the_security_headers(member):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(member)
    check(careful.post("/", {"pasted": "x"}))
    check(careful.get("/", headers={"Host": "evil.example"}))


def test_http_redirects_to_https_and_is_not_cached(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(JOURNEY)
    assert (answer.status_code, answer.url) == (301, f"https://testserver{JOURNEY}")
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.get("/healthz").status_code == 200


def test_cookies_are_http_only_and_same_site(client, member):
    client.get("/sign-in/")
    answer = client.post("/sign-in/", {"username": "mina", "password": "a long password"})
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = answer.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    assert settings.SESSION_COOKIE_SECURE is settings.HTTPS
