"""Masking secrets in addresses, metadata and answers."""

import json

import pytest

from visitors.journey.secrets import is_secret_name, mask_address, mask_answer, mask_value

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "name",
    ["token", "access_token", "id_token", "code", "key", "secret", "password", "sig", "apiKey", "X-Amz-Signature",
     "user[reset-token]", "PHPSESSID", "confirmationCode", "client_secret", "jwt", "otp", "Authorization"],
)  # fmt: skip
def test_a_secret_is_known_by_its_name(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["promo_code", "countryCode", "keyword", "utm_source", "gclid", "token_type", "email", "id", "monkey", "author",
     "design", "zip_code", "passenger", "ref", "pinterest_id"],
)  # fmt: skip
def test_other_names_are_harmless(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("x.io/?a=1&token=abc&b=2#top", "x.io/?a=1&token=...&b=2#top"),
        ("x.io/?TOKEN=0123456789abcdef", "x.io/?TOKEN=012...cdef"),
        ("x.io/#access_token=abc&state=1", "x.io/#access_token=...&state=1"),
        ("x.io/#/login?token=abc", "x.io/#/login?token=..."),
        ("x.io/a;jsessionid=abc?x=1", "x.io/a;jsessionid=...?x=1"),
        ("x.io/?user%5Bpassword%5D=abc", "x.io/?user%5Bpassword%5D=..."),
        ("x.io/?next=/login?token=abc", "x.io/?next=/login?token=..."),
        ("x.io/?next=%2Flogin%3Ftoken%3Dabc", "x.io/?next=/login%3Ftoken%3D..."),
        ("x.io/?u=%252F%253Ftoken%253Dabc", "x.io/?u=/%253Ftoken%253D..."),
        (f"x.io/?x={JWT}", "x.io/?x=eyJ...dXJl"),
        ("x.io/?x=sk_live_abcdefgh1234", "x.io/?x=sk_...1234"),
        ("x.io/?x=Zk3vT9qLw1Xb7Rm2Yc5Ns8Pd", "x.io/?x=Zk3...s8Pd"),
        ("x.io/reset-password/MQ/c8x2-0a1b2c3d4e5f6a7b8c9d/", "x.io/reset-password/MQ/c8x...8c9d/"),
        ("x.io/invitations/a3ab2331-989f-4cfa-91c6-2461c9e3c6bd", "x.io/invitations/a3a...c6bd"),
        ("x.io/#/verify/ab12cd34", "x.io/#/verify/..."),
        ("jane:hunter2@x.io/", "jane:...@x.io/"),
    ],
)
def test_secrets_in_addresses_are_masked(address, masked):
    assert mask_address(address) == masked


@pytest.mark.parametrize(
    "address",
    ["x.io/pricing?plan=pro&coupon_code=SAVE10", "x.io/?gclid=Cj0KCQjw8e-gBhD0ARIsAJiDsaVabcdef123456789&x=1",
     "x.io/orders/a3ab2331-989f-4cfa-91c6-2461c9e3c6bd", "x.io/docs/GettingStartedWithReact18Tutorial",
     "x.io/how-to-build-10-things-with-python-2024", "x.io/password/edit", "x.io/verify/email", "x.io:8080/a",
     "x.io/?email=jane%40example.org", "x.io/caf%E9?q=a=b", "x.io/?msclkid=0123456789abcdef0123456789abcdef"],
)  # fmt: skip
def test_other_addresses_stay_as_they_came(address):
    assert mask_address(address) == address


def test_click_ids_stay_whatever_they_look_like():
    assert mask_value("fbclid", JWT) == JWT


@pytest.mark.parametrize("part", ["?", "a=&", "/", "%25", "?next=", "/a-", "?token=x", "%3F"])
def test_endless_addresses_are_masked_too(part):
    assert mask_value("url", part * 5000)


def test_an_answer_is_masked_and_otherwise_stays_byte_for_byte():
    body = (
        b'{"status":"success", "data": {"n": 1.50, "otp": 123456, "countryCode": "KR",\n'
        b' "url": "x.io/?token=abc", "city": "K\xf6ln \\u00e9 \\/", "metadata": {"apiKey": "k", "email": "j@x.io"}}}'
    )
    assert mask_answer(body) == body.replace(b"123456", b'"..."').replace(b"abc", b"...").replace(b'"k"', b'"..."')


def test_a_masked_answer_is_json():
    answer = {"data": {"activity": {"currentUrl": 'x.io/"?sig=\u00e9\U0001f600&q="', "x": [1, None, True, "a"]}}}
    masked = json.loads(mask_answer(json.dumps(answer).encode()))
    assert masked["data"]["activity"] == {"currentUrl": 'x.io/"?sig=...&q="', "x": [1, None, True, "a"]}
