"""Where a request comes from."""

import pytest
from django.test import RequestFactory

from visitors.accounts.client_address import client_address, rate_limit_address


def request(connection, forwarded=None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=connection, **headers)


def test_without_a_trusted_proxy_the_header_is_anybodys_invention():
    assert client_address(request("192.0.2.1", "198.51.100.7")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.9.9.9, 198.51.100.7", "198.51.100.7"),  # what stands before was sent by the client
        (2, "10.9.9.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "unknown", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, None, "10.0.0.1"),
        (2, "198.51.100.7", "10.0.0.1"),  # it came past one of them
    ],
)
def test_each_trusted_proxy_says_whom_it_heard_from(settings, proxies, forwarded, client):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(request("10.0.0.1", forwarded)) == client


def test_a_connection_without_an_address_has_none():
    assert client_address(request("")) is None
    assert rate_limit_address(request("")) is None


@pytest.mark.parametrize(
    ("address", "counted"), [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
)
def test_addresses_of_one_ipv6_network_count_as_one(address, counted):
    assert rate_limit_address(request(address)) == counted
