"""When sessions end."""

from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from visitors.accounts import sessions
from visitors.sandbox import documented

VISITOR = f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}"
IDLE = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _idle_time(settings):
    settings.SESSION_IDLE_MINUTES = 30
    settings.SESSION_COOKIE_AGE = 30 * 60


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


def is_signed_in(browser):
    """Request a page, which counts as activity."""
    status = browser.get("/").status_code
    assert status in (200, 302)
    return status == 200


def test_a_session_ends_after_the_idle_time(browser_of_member, clock):
    clock.shift(IDLE - timedelta(minutes=1))
    assert is_signed_in(browser_of_member)
    clock.shift(IDLE + timedelta(minutes=1))
    assert not is_signed_in(browser_of_member)


def test_the_server_ends_a_session_that_its_cookie_outlives(browser_of_member, clock, settings):
    Session.objects.update(expire_date="2999-01-01T00:00:00Z")
    browser_of_member.cookies[settings.SESSION_COOKIE_NAME]["expires"] = ""
    clock.shift(IDLE + timedelta(minutes=1))
    assert not is_signed_in(browser_of_member)
    assert Session.objects.count() == 0


def test_an_active_user_stays_signed_in(browser_of_member, clock):
    for _ in range(10):
        clock.shift(timedelta(minutes=20))
        assert is_signed_in(browser_of_member)


def test_a_session_ends_after_two_weeks(client, member, clock, settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_COOKIE_AGE = 24 * 60, 86_400
    client.force_login(member)
    for _ in range(27):
        clock.shift(timedelta(hours=12))
        assert is_signed_in(client)
    clock.shift(timedelta(hours=13))
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("path", "form"), [("/follow/", {"version": "0"}), ("/look/", {}), ("/refresh/", {"automatic": "1"})]
)
def test_automatic_requests_do_not_extend_a_session(browser_of_member, sandbox, clock, path, form):
    for _ in range(3):
        assert browser_of_member.post(VISITOR + path, form, headers={"hx-request": "true"}).status_code < 300
        clock.shift(timedelta(minutes=9))
    clock.shift(timedelta(minutes=4))
    ended = browser_of_member.post(VISITOR + path, form, headers={"hx-request": "true"})
    assert ended.headers["HX-Redirect"].startswith("/sign-in/")


def test_a_users_refresh_extends_a_session(browser_of_member, sandbox, clock):
    for _ in range(4):
        assert browser_of_member.post(VISITOR + "/refresh/").status_code == 302
        clock.shift(timedelta(minutes=20))
    assert is_signed_in(browser_of_member)


def test_activity_is_saved_once_in_a_while(browser_of_member, clock):
    def writes():
        with CaptureQueriesContext(connection) as queries:
            browser_of_member.get("/")
        return [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]

    assert writes() == []  # the sign-in saved the activity
    clock.shift(timedelta(minutes=2))
    assert writes() == []
    clock.shift(timedelta(minutes=2))
    (update,) = writes()
    assert "django_session" in update
    assert writes() == []


def test_a_session_without_a_start_starts_now(browser_of_member, clock):
    session = browser_of_member.session
    del session[sessions.SIGNED_IN_AT], session[sessions.ACTIVE_AT]
    session.save()
    assert is_signed_in(browser_of_member)
    assert browser_of_member.session[sessions.SIGNED_IN_AT] == browser_of_member.session[sessions.ACTIVE_AT]


def test_a_session_of_a_removed_backend_leads_to_the_sign_in_page(browser_of_member):
    session = browser_of_member.session
    session[BACKEND_SESSION_KEY] = "visitors.sign_in.standing.PasswordBackend"
    session.save()
    page = browser_of_member.get("/")
    assert page.status_code == 302
    assert page.url.startswith("/sign-in/")
    browser_of_member.post("/sign-in/", {"username": "mina", "password": "a long password"})
    assert is_signed_in(browser_of_member)


def test_signing_out_deletes_the_session(browser_of_member, clock):
    clock.shift(timedelta(minutes=20))  # long enough to save the activity again
    assert browser_of_member.post("/sign-out/").status_code == 302
    assert not is_signed_in(browser_of_member)
    assert Session.objects.count() == 0


def test_a_changed_password_ends_other_sessions(browser_of_member, member):
    member.set_password("quite another password")
    member.save()
    assert not is_signed_in(browser_of_member)


def test_all_sessions_of_one_user_can_be_ended(browser_of_member, member, viewer):
    elsewhere, of_another = Client(), Client()
    elsewhere.force_login(member)
    of_another.force_login(viewer)
    sessions.end_all(member)
    assert not is_signed_in(browser_of_member)
    assert not is_signed_in(elsewhere)
    assert is_signed_in(of_another)


def test_a_session_from_the_future_counts_from_now(client, member, clock):
    clock.shift(timedelta(days=300))
    client.force_login(member)
    clock.shift(-timedelta(days=300))
    assert is_signed_in(client)
    clock.shift(IDLE + timedelta(minutes=1))
    Session.objects.update(expire_date="2999-01-01T00:00:00Z")
    assert not is_signed_in(client)
