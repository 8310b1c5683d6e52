"""`manage.py add_website`: the token comes from standard input and is never printed."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from visitors.models import Website
from visitors.sandbox.tokens import ACCOUNT_TOKEN, LUMENKIT_KEY

WEBSITE_ID = "665f0b3c4d2e1a00c0ffee01"


@pytest.fixture
def add(db, monkeypatch):
    """Call the command with a token on standard input, and return its output."""

    def call(*words, token=LUMENKIT_KEY):
        monkeypatch.setattr("sys.stdin", io.StringIO(token + "\n"))
        printed = io.StringIO()
        call_command("add_website", *words, stdout=printed, stderr=printed)
        return printed.getvalue()

    return call


def test_a_website_is_added_with_members_and_encrypted_token(add):
    mina = get_user_model().objects.create_user("mina")
    zone = ["--time-zone", "Asia/Seoul", "--currency", "krw"]
    printed = add("shop", "--domain", "https://Shop.Example/pricing", "--member", "Mina", *zone)
    website = Website.objects.visible_to(mina).get()
    assert (website.slug, website.domain, website.name) == ("shop", "shop.example", "shop.example")
    assert (website.time_zone, website.currency) == ("Asia/Seoul", "KRW")
    assert website.credential().token == LUMENKIT_KEY
    assert LUMENKIT_KEY not in printed + website.credential_encrypted
    assert website.credential_mask in printed


def test_an_account_token_needs_the_websites_id(add):
    with pytest.raises(CommandError, match="an account token needs it"):
        add("shop", "--domain", "shop.example", token=ACCOUNT_TOKEN)
    add("shop", "--domain", "shop.example", "--website-id", WEBSITE_ID.upper(), token=ACCOUNT_TOKEN)
    assert Website.objects.get().credential().query == {"websiteId": WEBSITE_ID}


@pytest.mark.parametrize(
    ("words", "token", "sentence"),
    [
        (["admin", "--domain", "d.example"], LUMENKIT_KEY, "address of another page"),
        (["two words", "--domain", "d.example"], LUMENKIT_KEY, "slug"),
        (["shop", "--domain", "d.example", "--time-zone", "Mars/Base"], LUMENKIT_KEY, "not an IANA time zone"),
        (["shop", "--domain", "d.example", "--currency", "EURO"], LUMENKIT_KEY, "currency"),
        (["shop", "--domain", "d.example", "--currency", "ZZZ"], LUMENKIT_KEY, "currency: Enter a valid currency"),
        (["shop", "--domain", "shop"], LUMENKIT_KEY, "Enter a valid domain"),
        (["shop", "--domain", "d.example", "--website-id", "123"], ACCOUNT_TOKEN, "24 hexadecimal digits"),
        (["shop", "--domain", "d.example", "--website-id", WEBSITE_ID], LUMENKIT_KEY, "needs no --website-id"),
        (["shop", "--domain", "d.example", "--member", "unknown"], LUMENKIT_KEY, "There is no user unknown"),
        (["shop", "--domain", "d.example"], "", "not a DataFast token"),
        (["shop", "--domain", "d.example"], "sk_live_not_datafast", "not a DataFast token"),
    ],
)
def test_impossible_values_are_refused_and_add_nothing(add, words, token, sentence):
    with pytest.raises(CommandError, match=sentence) as refused:
        add(*words, token=token)
    assert not token or token not in str(refused.value)
    assert not Website.objects.exists()


def test_a_slug_that_is_taken_is_refused(add):
    add("shop", "--domain", "shop.example")
    with pytest.raises(CommandError, match="Another website has this URL name"):
        add("shop", "--domain", "other.example")


def test_a_domain_that_is_added_twice_is_mentioned(add):
    assert "already" not in add("shop", "--domain", "shop.example")
    assert "www.shop.example is already connected as shop.example." in add("second", "--domain", "www.shop.example")
