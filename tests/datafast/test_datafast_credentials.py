"""Tokens: what is taken, what is refused, and what may be seen of them."""

import pytest

from visitors.datafast.credentials import AccountToken, Credential, CredentialError, mask

WEBSITE_KEY = "df_0123456789abcdefghijklmn"
ACCOUNT_TOKEN = "dft_ab1cdefghijklmnopqrsxyz9"
WEBSITE_ID = "665f0b3c4d2e1a0012345678"


def test_a_website_key_needs_no_website_id():
    credential = Credential(WEBSITE_KEY)
    assert credential.query == {}
    assert Credential(WEBSITE_KEY, WEBSITE_ID).query == {}


def test_an_account_token_sends_its_website_id():
    credential = Credential(ACCOUNT_TOKEN, WEBSITE_ID)
    assert credential.query == {"websiteId": WEBSITE_ID}


@pytest.mark.parametrize("website_id", [None, "", "665f", "g" * 24, WEBSITE_ID + "\n", WEBSITE_ID + "0"])
def test_an_account_token_needs_a_valid_website_id(website_id):
    with pytest.raises(CredentialError, match="24 digits") as caught:
        Credential(ACCOUNT_TOKEN, website_id)
    assert ACCOUNT_TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "df_",
        "secret",
        "sk_live_0123456789",
        "DF_0123456789",
        " df_0123456789",
        "df_0123456789\n",
        "df_01234 56789",
        "df_01234\r\nX-Header: 1",
        "df_01234\x0056789",
        "df_kéy0123456789",
        "df_" + "x" * 501,
    ],
)
def test_a_malformed_token_is_rejected_and_not_repeated(token):
    with pytest.raises(CredentialError) as caught:
        Credential(token)
    assert "0123" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_website_key_cannot_list_websites():
    with pytest.raises(CredentialError, match="dft_"):
        AccountToken(WEBSITE_KEY)


@pytest.mark.parametrize(
    ("token", "seen"),
    [
        (ACCOUNT_TOKEN, "dft_ab1...xyz9"),
        (WEBSITE_KEY, "df_012...klmn"),
        ("dft_0123456789abcdef", "dft_012...cdef"),
        ("dft_0123456789abcde", "dft_..."),
        ("df_x", "df_..."),
        ("not a token", "..."),
        ("", "..."),
    ],
)
def test_a_masked_token_shows_its_ends_if_it_is_long(token, seen):
    assert mask(token) == seen


def test_no_repr_contains_the_token():
    for thing in (Credential(ACCOUNT_TOKEN, WEBSITE_ID), AccountToken(ACCOUNT_TOKEN)):
        assert ACCOUNT_TOKEN not in f"{thing!r} {thing}"
        assert "dft_ab1...xyz9" in repr(thing)
