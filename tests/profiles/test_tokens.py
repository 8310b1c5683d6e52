"""Trying a token before it is stored."""

import pytest

from tests.faulty_upstream import answer, error
from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.errors import MalformedAnswer, RateLimited, Unavailable
from visitors.models import Website
from visitors.profiles import budget
from visitors.profiles import tokens as our_tokens
from visitors.profiles.tokens import TokenRejected
from visitors.sandbox import tokens, websites

ACCOUNT = AccountToken(tokens.ACCOUNT_TOKEN)
KEY = Credential(tokens.LUMENKIT_KEY)
LUMENKIT, POCKETGARDEN = websites.LUMENKIT.website_id, websites.POCKETGARDEN.website_id

pytestmark = pytest.mark.django_db


def test_an_account_tokens_websites_are_listed(sandbox):
    assert {listing.id for listing in our_tokens.list_websites(ACCOUNT)} == {LUMENKIT, POCKETGARDEN}


def test_listing_websites_is_charged_to_the_token(sandbox, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 2
    for _ in range(2):
        our_tokens.list_websites(ACCOUNT)
    with pytest.raises(RateLimited) as caught:
        our_tokens.check_token(Credential(ACCOUNT.token, LUMENKIT))
    assert caught.value.reset_at
    assert len(sandbox.calls) == 2


@pytest.mark.parametrize(
    ("token", "sentence"), [(tokens.WITHOUT_WEBSITES_TOKEN, "websites:read"), (tokens.REVOKED_TOKEN, "copy it")]
)
def test_a_token_without_permission_to_list_is_rejected(sandbox, token, sentence):
    with pytest.raises(TokenRejected, match=sentence) as caught:
        our_tokens.list_websites(AccountToken(token))
    assert not caught.value.is_website_id


@pytest.mark.parametrize("credential", [KEY, Credential(tokens.ACCOUNT_TOKEN, POCKETGARDEN)])
def test_a_valid_token_passes_and_nothing_is_stored(sandbox, credential):
    our_tokens.check_token(credential)
    assert len(sandbox.calls) == 1
    assert not Website.objects.exists()
    assert budget.get_usage([credential])[0][0] == 1


@pytest.mark.parametrize(
    ("credential", "sentence"),
    [
        (Credential("df_nobodyknowsthisone0000000000000000"), "copy it"),
        (Credential(tokens.REVOKED_TOKEN, LUMENKIT), "copy it"),
        (Credential(tokens.WITHOUT_ANALYTICS_TOKEN, LUMENKIT), "analytics:read"),
        (Credential(tokens.LUMENKIT_ONLY_TOKEN, POCKETGARDEN), "this website"),
    ],
)
def test_a_token_that_does_not_open_its_website_is_rejected(sandbox, credential, sentence):
    with pytest.raises(TokenRejected, match=sentence) as caught:
        our_tokens.check_token(credential)
    assert not caught.value.is_website_id
    assert credential.token not in repr(caught.value)


def test_an_unknown_website_id_is_reported_as_such(faulty):
    faulty.behaviors = [error(400, "websiteId must be 24 hex digits")]
    with pytest.raises(TokenRejected, match="24 digits") as caught:
        our_tokens.check_token(Credential(tokens.ACCOUNT_TOKEN, "0" * 24))
    assert caught.value.is_website_id


@pytest.mark.parametrize("body", ["This visitor was flagged as a bot", "Invalid visitor ID"])
def test_any_answer_about_the_visitor_proves_access(faulty, body):
    faulty.behaviors = [error(400, body)]
    our_tokens.check_token(KEY)


@pytest.mark.parametrize(("behavior", "kind"), [(error(500), Unavailable), (answer(200, b"<html>"), MalformedAnswer)])
@pytest.mark.parametrize("call", [lambda: our_tokens.check_token(KEY), lambda: our_tokens.list_websites(ACCOUNT)])
def test_a_failing_datafast_does_not_reject_the_token(faulty, behavior, kind, call):
    faulty.behaviors = [behavior]
    with pytest.raises(kind):
        call()


def test_a_429_stops_further_calls_of_the_token(faulty):
    faulty.behaviors = [error(429)]
    for _ in range(2):
        with pytest.raises(RateLimited):
            our_tokens.list_websites(ACCOUNT)
    assert len(faulty.requests) == 1
