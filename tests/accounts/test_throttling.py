"""Limits on failed sign-ins: by account, by address, and by both."""

import logging
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import call_command
from django.test import Client

from tests.page_reader import Page
from visitors.accounts import throttling
from visitors.audit import retention

pytestmark = pytest.mark.django_db

OFFICE, HOME = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def _lower_limits(monkeypatch):
    """The limits differ as much as the tests need, so that fewer attempts reach them."""
    assert (throttling.ACCOUNT_AND_ADDRESS_LIMIT, throttling.ACCOUNT_LIMIT, throttling.ADDRESS_LIMIT) == (10, 30, 100)
    monkeypatch.setattr(throttling, "ACCOUNT_LIMIT", 14)
    monkeypatch.setattr(throttling, "ADDRESS_LIMIT", 25)


@pytest.fixture
def joe(db):
    """A colleague of the member Mina."""
    return get_user_model().objects.create_user("joe", email="joe@example.com", password="another long password")


def attempt(name, password, address, client=None, **headers):
    form = {"username": name, "password": password}
    return (client or Client()).post("/sign-in/", form, REMOTE_ADDR=address, **headers)


def fail(times, name="mina", address=OFFICE, **headers):
    """Return the statuses of this many failed attempts."""
    return [attempt(name, "wrong", address, **headers).status_code for _ in range(times)]


def fail_from_everywhere(times, name="mina"):
    """Fail on an account from many addresses, each below its own limit."""
    for number in range(times):
        attempt(name, "wrong", f"203.0.113.{number}")


def may_sign_in(name="mina", password="a long password", address=OFFICE, client=None):
    status = attempt(name, password, address, client).status_code
    assert status in (302, 429)
    return status == 302


def test_too_many_failures_lock_the_account_for_half_an_hour(member, clock):
    assert fail(throttling.ACCOUNT_AND_ADDRESS_LIMIT) == [422] * 9 + [429]
    assert not may_sign_in()
    clock.shift(timedelta(minutes=29))
    assert not may_sign_in()
    clock.shift(timedelta(minutes=1, seconds=1))
    assert may_sign_in()


@pytest.mark.parametrize("by", [timedelta(minutes=2), timedelta(days=1), timedelta(days=365)])
def test_failures_from_the_future_count_no_more(member, clock, by):
    clock.shift(by)
    fail(10)
    clock.shift(-by)
    assert fail(1) == [422]
    assert may_sign_in()


def test_attempts_during_a_lock_do_not_extend_it(member, clock):
    fail(10)
    clock.shift(timedelta(minutes=20))
    assert fail(10) == [429] * 10
    clock.shift(timedelta(minutes=10, seconds=1))
    assert may_sign_in()


def test_no_password_is_checked_during_a_lock(member, monkeypatch):
    fail(10)
    checked = []
    monkeypatch.setattr(MD5PasswordHasher, "verify", lambda *words: checked.append(words))
    attempt("mina", "a long password", OFFICE)
    assert checked == []
    attempt("mina", "a long password", HOME)
    assert len(checked) == 1


def test_a_lock_is_limited_to_one_account_and_address(member, joe):
    fail(10)
    assert may_sign_in("joe", "another long password")
    assert may_sign_in(address=HOME)


def test_attempts_at_many_accounts_stop_at_the_address_limit(member, settings):
    statuses = [
        attempt(f"guess-{number}", "wrong", OFFICE).status_code for number in range(throttling.ADDRESS_LIMIT + 2)
    ]
    assert statuses == [422] * (throttling.ADDRESS_LIMIT - 1) + [429] * 3
    assert not may_sign_in()
    assert may_sign_in(address=HOME)
    assert AccessAttempt.objects.count() == throttling.ADDRESS_LIMIT


def test_attempts_from_many_addresses_stop_at_the_account_limit(member, joe):
    fail_from_everywhere(throttling.ACCOUNT_LIMIT - 1)
    assert fail(1) == [429]
    assert not may_sign_in(address=HOME)
    assert may_sign_in("joe", "another long password", address=HOME)


def test_strangers_cannot_lock_a_user_out_of_a_known_browser(member, joe):
    browser = Client()
    assert may_sign_in(client=browser)
    browser.post("/sign-out/")
    fail_from_everywhere(throttling.ACCOUNT_LIMIT)
    assert not may_sign_in()
    assert may_sign_in(client=browser)


def test_a_known_browser_is_known_for_one_user_only(member, joe):
    browser = Client()
    assert may_sign_in("joe", "another long password", client=browser)
    browser.post("/sign-out/")
    fail_from_everywhere(throttling.ACCOUNT_LIMIT)
    assert not may_sign_in(client=browser)
    browser.cookies[throttling.KNOWN_BROWSER_COOKIE] = "mina:forged"
    assert not may_sign_in(client=browser)


def test_a_known_browser_is_limited_too(member):
    browser = Client()
    assert may_sign_in(client=browser)
    browser.post("/sign-out/")
    for _ in range(10):
        attempt("mina", "wrong", OFFICE, browser)
    assert not may_sign_in(client=browser)


def test_failures_by_user_name_and_email_count_together(member):
    member.email = "mina@example.com"
    member.save()
    fail(5)
    fail(5, name="MINA@example.com")
    assert not may_sign_in()


def test_failures_in_other_browsers_count_together(member):
    for number in range(10):
        fail(1, headers={"user-agent": f"Browser {number}"})
    assert not may_sign_in()


def test_signing_in_resets_only_the_users_own_failures(member, joe):
    fail(9)
    fail(9, "joe")
    assert may_sign_in()
    assert fail(9) == [422] * 9
    assert fail(1, "joe") == [429]


def test_signing_in_does_not_reset_the_address_limit(member, joe, monkeypatch):
    monkeypatch.setattr(throttling, "ADDRESS_LIMIT", 15)
    for number in range(14):
        attempt(f"guess-{number}", "wrong", OFFICE)
    assert may_sign_in("joe", "another long password")
    assert fail(1) == [429]


def test_unknown_accounts_get_the_same_responses(member):
    known = [attempt("mina", "wrong", OFFICE) for _ in range(11)]
    unknown = [attempt("nemo", "wrong", HOME) for _ in range(11)]
    for one, other in zip(known, unknown, strict=True):
        assert one.status_code == other.status_code
        assert words(one) == words(other).replace("nemo", "mina")
    assert known[-1].headers["Retry-After"].isdecimal()


def words(answer):
    return Page(answer.content).text


def test_a_lock_names_its_duration(member, clock):
    fail(10)
    clock.shift(timedelta(minutes=12, seconds=30))
    answer = attempt("mina", "a long password", OFFICE)
    assert abs(int(answer.headers["Retry-After"]) - 17.5 * 60) < 5
    assert "Try again in 18 minutes." in words(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert 'value="mina"' in answer.content.decode()


def test_behind_a_proxy_the_client_is_counted(member, settings):
    settings.TRUSTED_PROXIES = 1
    proxy = "10.0.0.1"
    for number in range(10):
        attempt("mina", "wrong", proxy, headers={"x-forwarded-for": f"10.1.1.{number}, {OFFICE}"})
    refused = attempt("mina", "a long password", proxy, headers={"x-forwarded-for": OFFICE})
    assert refused.status_code == 429
    elsewhere = attempt("mina", "a long password", proxy, headers={"x-forwarded-for": HOME})
    assert elsewhere.status_code == 302


def test_without_a_trusted_proxy_the_header_is_ignored(member):
    for number in range(10):
        attempt("mina", "wrong", OFFICE, headers={"x-forwarded-for": f"10.1.1.{number}"})
    assert not may_sign_in()


def test_axes_reset_unlocks_an_account(member):
    fail(10)
    call_command("axes_reset_username", "mina", verbosity=0)
    assert may_sign_in()


def test_no_password_and_no_page_is_stored_or_logged(member, caplog):
    caplog.set_level(logging.DEBUG)
    form = {"username": "mina", "password": "sesame-opens", "next": "/lumenkit/visitors/someone/"}
    for _ in range(12):
        Client().post("/sign-in/?next=/lumenkit/visitors/someone/", form)
    kept = str(list(AccessAttempt.objects.values()))
    assert "mina" in kept
    for secret in ("sesame-opens", "/lumenkit/"):
        assert secret not in kept
        assert secret not in caplog.text


def test_a_lock_is_logged_once(member, caplog):
    fail(12)
    lines = [record.getMessage() for record in caplog.records if record.name == throttling.__name__]
    assert lines == ["Too many failed sign-ins: 'mina' is locked for now at 192.0.2.1."]


def test_failures_are_deleted_after_a_day(db, clock):
    def record_failure(username):
        # Not through axes, which would delete some itself.
        AccessAttempt.objects.create(username=username, user_agent="", ip_address=OFFICE, failures_since_start=1)

    record_failure("yesterday")
    clock.shift(timedelta(days=1, seconds=1))
    record_failure("today")
    retention.purge()
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["today"]


def test_failures_from_the_future_lock_nothing(member, clock):
    clock.shift(timedelta(days=300))
    fail(10)
    clock.shift(-timedelta(days=300))
    assert may_sign_in()
    retention.purge()
    assert not AccessAttempt.objects.exists()
