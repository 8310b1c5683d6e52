"""Tokens, permissions, scopes and unknown addresses, over real HTTP."""

import pytest

from tests.sandbox.conftest import error_of
from visitors.sandbox.documented import CUSTOMER, SCRIPTS
from visitors.sandbox.tokens import (
    ACCOUNT_TOKEN,
    LUMENKIT_KEY,
    LUMENKIT_ONLY_TOKEN,
    POCKETGARDEN_KEY,
    REVOKED_TOKEN,
    TOKENS,
    WITHOUT_ANALYTICS_TOKEN,
    WITHOUT_WEBSITES_TOKEN,
    masked,
)
from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN

pytestmark = pytest.mark.slow

CUSTOMER_PATH = f"/visitors/{CUSTOMER.visitor_id}"
READING_PATHS = [CUSTOMER_PATH, "/visitors", "/analytics/realtime/map", "/analytics/metadata"]


@pytest.mark.parametrize("path", [*READING_PATHS, "/admin/websites"])
@pytest.mark.parametrize("token", [None, "", "nonsense", "df_unknown", "dft_unknown", REVOKED_TOKEN])
def test_a_missing_malformed_unknown_or_revoked_token_gets_401(get, path, token):
    assert error_of(get(path, token, LUMENKIT))[0] == 401


@pytest.mark.parametrize("scheme", ["Basic {}", "{}", "Token {}"])
def test_a_token_that_is_not_a_bearer_token_gets_401(sandbox, http, scheme):
    headers = {"Authorization": scheme.format(LUMENKIT_KEY)}
    assert error_of(http.get(sandbox.base_url + CUSTOMER_PATH, headers=headers))[0] == 401


@pytest.mark.parametrize("path", READING_PATHS)
@pytest.mark.parametrize("token", [LUMENKIT_KEY, ACCOUNT_TOKEN, LUMENKIT_ONLY_TOKEN, WITHOUT_WEBSITES_TOKEN])
def test_a_token_with_analytics_read_reads_the_visitors_of_its_website(get, path, token):
    website = None if token == LUMENKIT_KEY else LUMENKIT
    assert get(path, token, website).json()["status"] == "success"


def test_a_website_key_reads_its_own_website_and_no_other(get):
    assert get(CUSTOMER_PATH, LUMENKIT_KEY).status_code == 200
    assert error_of(get(CUSTOMER_PATH, POCKETGARDEN_KEY))[0] == 404
    assert get(f"/visitors/{SCRIPTS.visitor_id}", POCKETGARDEN_KEY).status_code == 200


@pytest.mark.parametrize("path", READING_PATHS)
def test_a_token_without_analytics_read_gets_403(get, path):
    assert error_of(get(path, WITHOUT_ANALYTICS_TOKEN, LUMENKIT)) == (
        403,
        "The token lacks the permission analytics:read",
    )


@pytest.mark.parametrize("path", READING_PATHS)
def test_a_website_outside_of_the_tokens_scope_gets_403(get, path):
    assert error_of(get(path, LUMENKIT_ONLY_TOKEN, POCKETGARDEN))[0] == 403


@pytest.mark.parametrize("path", READING_PATHS)
def test_a_website_that_the_account_does_not_have_gets_403(get, path):
    assert error_of(get(path, ACCOUNT_TOKEN, "0" * 24))[0] == 403


@pytest.mark.parametrize("path", READING_PATHS)
@pytest.mark.parametrize("website", [None, "", "abc", "g" * 24, "0" * 25])
def test_an_account_token_needs_a_website_id_of_24_hex_digits(get, path, website):
    status, message = error_of(get(path, ACCOUNT_TOKEN, website))
    assert status == 400
    assert "websiteId" in message


def test_list_websites_shows_what_the_token_opens(get):
    rows = get("/admin/websites", ACCOUNT_TOKEN).json()["data"]
    assert [row["domain"] for row in rows] == ["lumenkit.example", "pocketgarden.example"]
    assert rows[0] == {
        "_id": LUMENKIT.website_id,
        "domain": "lumenkit.example",
        "name": "Lumenkit",
        "trackingId": "dfid_lumenkit01",
        "timezone": "America/New_York",
        "currency": "USD",
        "role": "owner",
    }
    assert [row["domain"] for row in get("/admin/websites", LUMENKIT_ONLY_TOKEN).json()["data"]] == ["lumenkit.example"]
    assert get("/admin/websites", WITHOUT_ANALYTICS_TOKEN).status_code == 200


@pytest.mark.parametrize("token", [LUMENKIT_KEY, WITHOUT_WEBSITES_TOKEN])
def test_list_websites_refuses_website_keys_and_tokens_without_websites_read(get, token):
    assert error_of(get("/admin/websites", token))[0] == 403


@pytest.mark.parametrize("path", ["/", "/nothing", "/visitors/a/b", "/admin", "/websites"])
def test_an_unknown_path_gets_404_in_the_envelope(get, path):
    assert error_of(get(path, ACCOUNT_TOKEN, LUMENKIT))[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", [*READING_PATHS, "/admin/websites"])
def test_another_method_than_get_gets_405_in_the_envelope(sandbox, http, path, method):
    response = http.request(method, sandbox.base_url + path, headers={"Authorization": f"Bearer {LUMENKIT_KEY}"})
    assert error_of(response)[0] == 405


def test_a_path_outside_of_the_api_gets_404_in_the_envelope(sandbox, http):
    assert error_of(http.get(sandbox.origin + "/favicon.ico"))[0] == 404


def test_a_revoked_token_gets_401_until_it_is_restored(sandbox, get):
    sandbox.revoke(LUMENKIT_KEY)
    assert error_of(get(CUSTOMER_PATH, LUMENKIT_KEY))[0] == 401
    assert get(CUSTOMER_PATH, ACCOUNT_TOKEN, LUMENKIT).status_code == 200
    sandbox.restore(LUMENKIT_KEY)
    assert get(CUSTOMER_PATH, LUMENKIT_KEY).status_code == 200


def test_an_unknown_token_cannot_be_revoked_and_is_not_repeated(sandbox):
    with pytest.raises(ValueError, match=r"dft_abc\.\.\.6789") as caught:
        sandbox.revoke("dft_abcdefghijk0123456789")
    assert "abcdefghijk" not in str(caught.value)


def test_tokens_are_masked_as_the_service_does():
    assert masked("dft_ab1cdefghijklxyz9") == "dft_ab1...xyz9"
    assert masked("df_short") == "..."
    assert masked("something else") == "..."


def test_every_token_looks_like_one_of_the_service_and_like_the_sandboxs():
    for token in TOKENS:
        assert token.value.startswith(("df_sandbox", "dft_sandbox"))
        assert token.value.partition("_")[2].isalnum()
