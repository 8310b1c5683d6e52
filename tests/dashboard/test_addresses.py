"""The origin in links."""

import pytest

from dashboard.addresses import absolute_url, public_origin

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    ("hosts", "https", "host", "expected"),
    [
        (LOOPBACK, False, "127.0.0.1", "http://127.0.0.1:8000"),
        (LOOPBACK, False, "localhost", "http://localhost:8000"),
        (LOOPBACK, False, "::1", "http://[::1]:8000"),
        (LOOPBACK, False, "0.0.0.0", "http://127.0.0.1:8000"),
        (["localhost", "desk.example.com", "other.example.com"], True, "127.0.0.1", "https://desk.example.com"),
        ([".example.com"], True, "0.0.0.0", "https://example.com"),
        (["*"], True, "192.0.2.1", "https://192.0.2.1:8000"),
    ],
)
def test_the_origin_is_the_first_public_name_or_this_machine(settings, hosts, https, host, expected):
    settings.ALLOWED_HOSTS, settings.HTTPS = hosts, https
    assert public_origin(host, 8000) == expected
    settings.HOST, settings.PORT = host, 8000
    assert absolute_url("/account/") == f"{expected}/account/"


def test_the_configured_address_wins(settings):
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["desk.example.com"], "https://desk.example.com:8443"
    assert absolute_url("/account/") == "https://desk.example.com:8443/account/"
