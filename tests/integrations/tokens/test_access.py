"""Who a token proves to ask, what it opens, and how often."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from tests.access_tokens import bearer, new_token
from visitors.audit import retention
from visitors.integrations.tokens.access import MAX_REJECTED, InvalidToken, TooManyRequests, authenticate, websites_of
from visitors.models import AccessToken, Membership, RejectedTokens
from visitors.roles import Role


def request(headers=None, address="192.0.2.7"):
    return RequestFactory().get("/", headers=headers or {}, REMOTE_ADDR=address)


def test_a_token_proves_who_asks(member, lumenkit):
    token = authenticate(request(new_token(member)))
    assert token.user == member
    [website] = websites_of(token)
    assert (website, website.role) == (lumenkit, Role.MEMBER)


def test_a_token_is_valid_where_the_clock_is_behind(member, clock, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    headers = new_token(member)
    clock.move_to(datetime.now(UTC) - timedelta(seconds=20), tick=False)
    assert authenticate(request(headers)).user == member
    with pytest.raises(TooManyRequests):
        authenticate(request(headers))


def test_a_token_of_one_website_opens_no_other(member, lumenkit, pocketgarden):
    Membership.objects.create(website=pocketgarden, user=member, role=Role.VIEWER)
    assert set(websites_of(authenticate(request(new_token(member))))) == {lumenkit, pocketgarden}
    assert list(websites_of(authenticate(request(new_token(member, pocketgarden))))) == [pocketgarden]


def test_a_changed_or_removed_role_counts_at_once(member, lumenkit):
    headers = new_token(member, lumenkit)
    Membership.objects.filter(user=member).update(role=Role.VIEWER)
    assert [website.role for website in websites_of(authenticate(request(headers)))] == [Role.VIEWER]
    Membership.objects.filter(user=member).delete()
    assert not websites_of(authenticate(request(headers)))


def test_an_administrator_without_a_role_sees_no_website(lumenkit):
    administrator = get_user_model().objects.create_superuser("root")
    assert not websites_of(authenticate(request(new_token(administrator))))


@pytest.mark.parametrize("state", ["unknown", "expired", "revoked", "deactivated", "of the future", "deleted"])
def test_every_token_that_is_not_valid_gets_the_same_answer(member, clock, state):
    headers = new_token(member)
    if state == "unknown":
        headers = bearer("jd_unknown")
    elif state == "expired":
        clock.shift(timedelta(days=90, seconds=1))
    elif state == "of the future":
        clock.shift(timedelta(days=-1))
    elif state == "revoked":
        AccessToken.objects.all().delete()
    elif state == "deleted":
        member.delete()
    else:
        get_user_model().objects.update(is_active=False)
    with CaptureQueriesContext(connection) as queries, pytest.raises(InvalidToken) as refusal:
        authenticate(request(headers))
    assert str(refusal.value) == "Invalid API key"
    # The search, and the count of rejected tokens: nothing differs by what was wrong.
    assert [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]] == [
        "UPDATE",
        "SELECT",
        "UPDATE",
        "SELECT",
        "INSERT",
    ]


@pytest.mark.parametrize(
    "header", ["", "jd_alone", "Basic bWluYTpx", "Bearer", "Bearer  ", "Bearer \u00e9", "token jd_x"]
)
def test_a_malformed_header_is_rejected(db, header):
    with pytest.raises(InvalidToken):
        authenticate(request({"Authorization": header}))


def test_the_scheme_has_no_case_and_blanks_are_dropped(member):
    secret = new_token(member)["Authorization"].split()[1]
    assert authenticate(request({"Authorization": f"bearer  {secret} "})).user == member


def test_a_session_is_no_token(browser_of_member):
    with pytest.raises(InvalidToken):
        authenticate(request())


def test_a_use_is_recorded_with_its_address(member, settings):
    settings.TRUSTED_PROXIES = 0
    authenticate(request(new_token(member), "2001:db8:1:2:3::4"))
    token = AccessToken.objects.get()
    assert token.last_used_from == "2001:db8:1:2::"
    assert token.last_used_at is not None


def test_checking_a_token_takes_one_query(member):
    headers = new_token(member)
    with CaptureQueriesContext(connection) as queries:
        token = authenticate(request(headers))
        assert (token.user.pk, token.user.get_username(), token.name) == (member.pk, "mina", "test")
    assert len(queries) == 1
    # Everything else is there when it is read.
    assert (token.user.is_superuser, token.mask) == (False, AccessToken.objects.get().mask)


def test_a_token_has_a_limited_number_of_requests_a_minute(member, clock, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    clock.move_to("2026-11-29T12:00:10Z", tick=False)
    headers, other = new_token(member), new_token(member)
    assert [authenticate(request(headers)).rate.remaining for _ in range(3)] == [2, 1, 0]
    for _ in range(2):
        with pytest.raises(TooManyRequests) as refusal:
            authenticate(request(headers))
    assert (refusal.value.rate.limit, refusal.value.rate.remaining) == (3, 0)
    assert refusal.value.retry_after == 50
    assert authenticate(request(other)).rate.remaining == 2  # each has its own
    clock.shift(timedelta(seconds=50))
    assert authenticate(request(headers)).rate.remaining == 2


def test_wrong_tokens_are_limited_by_address(member, clock):
    clock.move_to("2026-11-29T12:00:10Z", tick=False)
    headers = new_token(member)
    for _ in range(MAX_REJECTED):
        with pytest.raises(InvalidToken):
            authenticate(request(bearer("jd_wrong")))
    with pytest.raises(TooManyRequests) as refusal:
        authenticate(request(bearer("jd_wrong")))
    assert refusal.value.retry_after == 50
    with pytest.raises(InvalidToken):
        authenticate(request(bearer("jd_wrong"), "198.51.100.3"))
    authenticate(request(headers))  # a valid token from the same office
    clock.shift(timedelta(minutes=1))
    with pytest.raises(InvalidToken):
        authenticate(request(bearer("jd_wrong")))


def test_a_missing_token_costs_no_query(db):
    with CaptureQueriesContext(connection) as queries, pytest.raises(InvalidToken):
        authenticate(request())
    assert len(queries) == 0


def test_expired_tokens_and_addresses_are_deleted_in_time(member, clock, settings):
    headers = new_token(member, days=7)
    with pytest.raises(InvalidToken):
        authenticate(request(bearer("jd_wrong")))
    clock.shift(timedelta(hours=2))
    call_command("purge")
    assert RejectedTokens.objects.count() == 0
    clock.shift(timedelta(days=7 + settings.RETENTION_DAYS) - timedelta(hours=3))
    assert retention.purge()["access token"] == 0
    clock.shift(timedelta(hours=2))
    assert retention.purge()["access token"] == 1
    with pytest.raises(InvalidToken):
        authenticate(request(headers))
