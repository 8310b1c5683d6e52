"""The address that failed sign-ins are counted by."""

import pytest
from django.test import RequestFactory

from visitors.accounts.throttling import client_address


def request(connection, forwarded=None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=connection, **headers)


def test_without_trusted_proxies_the_header_is_ignored():
    assert client_address(request("192.0.2.1", "198.51.100.7")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.9.9.9, 198.51.100.7", "198.51.100.7"),  # the entry before it was sent by the client
        (2, "10.9.9.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "[2001:db8::1]:4711", "2001:db8::"),
        (1, "2001:db8::1", "2001:db8::"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "unknown", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, None, "10.0.0.1"),
        (2, "198.51.100.7", "10.0.0.1"),  # the request bypassed one proxy
    ],
)
def test_each_trusted_proxy_appends_its_client(settings, proxies, forwarded, client):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(request("10.0.0.1", forwarded)) == client


def test_a_connection_may_have_no_address():
    assert client_address(request("")) is None


@pytest.mark.parametrize(
    ("address", "counted"), [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
)
def test_addresses_of_one_ipv6_network_count_as_one(address, counted):
    assert client_address(request(address)) == counted
