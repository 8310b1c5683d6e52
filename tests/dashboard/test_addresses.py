"""Under which address people reach the dashboard."""

import pytest

from dashboard.addresses import origin

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
def test_it_is_the_first_name_that_others_know_else_that_of_this_machine(settings, hosts, https, host, expected):
    settings.ALLOWED_HOSTS, settings.HTTPS = hosts, https
    assert origin(host, 8000) == expected
