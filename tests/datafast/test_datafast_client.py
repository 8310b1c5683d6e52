"""The client against real HTTP servers: what it sends, what it makes of every misbehavior, and how long that takes."""

import gzip
import json
import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests import faulty_upstream as faults
from tests.faulty_upstream import FaultyUpstream, answer, error
from visitors.datafast.client import Client
from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.errors import (
    BotVisitor,
    Forbidden,
    InvalidVisitorId,
    InvalidWebsite,
    MalformedAnswer,
    RateLimited,
    Reason,
    Unauthorized,
    Unavailable,
    UpstreamError,
    VisitorNotFound,
)
from visitors.datafast.payload import RateLimit

VISITOR_ID = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"
VISITOR = {"status": "success", "data": {"visitorId": VISITOR_ID, "identity": {"city": "Seosan City"}}}
KEY = Credential("df_0123456789abcdefghijklmn")
ACCOUNT = Credential("dft_ab1cdefghijklmnopqrsxyz9", "665f0b3c4d2e1a0012345678")

DEADLINE = 0.6
# How late a busy machine may be; without a deadline, these servers would hold a call for ever.
MARGIN = 2.0


@pytest.fixture(autouse=True)
def _no_proxies_and_bundles_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


def ask(url: str, credential: Credential = KEY, visitor_id: str = VISITOR_ID, **policy: Any) -> Any:
    with closing(Client(url, **{"deadline_seconds": DEADLINE} | policy)) as client:
        return client.get_visitor(credential, visitor_id)


def failure(url: str, **policy: Any) -> Any:
    """The error of a call that must fail, in time and without a word too many."""
    started = time.monotonic()
    with pytest.raises(UpstreamError) as caught:
        ask(url, **policy)
    assert time.monotonic() - started < policy.get("deadline_seconds", DEADLINE) + MARGIN
    assert KEY.token not in f"{caught.value} {caught.value!r}"
    assert VISITOR_ID not in f"{caught.value} {caught.value!r}"
    return caught.value


def unavailable(url: str, **policy: Any) -> Reason:
    error = failure(url, **policy)
    assert isinstance(error, Unavailable), error
    return error.reason


# What is asked, and what comes back


def test_a_visitor_comes_typed_with_the_body_as_received():
    body = json.dumps(VISITOR, indent=1).encode()
    with FaultyUpstream(answer(200, body)) as upstream:
        got = ask(upstream.url)
    assert got.visitor.identity.city == "Seosan City"
    assert (got.notes, got.body, got.rate) == ((), body, None)


def test_a_website_key_goes_into_the_header_and_nowhere_else():
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        ask(upstream.url + "/", KEY, VISITOR_ID.upper(), user_agent="Journeydesk/9")
    [request] = upstream.requests
    assert request.path == f"/api/v1/visitors/{VISITOR_ID}"
    assert request.headers["authorization"] == f"Bearer {KEY.token}"
    assert request.headers["user-agent"] == "Journeydesk/9"
    assert request.headers["accept"] == "application/json"


def test_an_account_token_is_sent_with_the_websites_id():
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        ask(upstream.url, ACCOUNT)
    assert upstream.requests[0].path == f"/api/v1/visitors/{VISITOR_ID}?websiteId={ACCOUNT.website_id}"


def test_single_bad_fields_come_as_notes():
    with FaultyUpstream(answer(200, {"status": "success", "data": {"identity": {"city": 5}}})) as upstream:
        got = ask(upstream.url)
    assert [note.path for note in got.notes] == ["identity.city"]


def test_a_rate_limit_on_a_successful_answer_is_handed_on():
    reset = int(time.time()) + 30
    headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59", "X-RateLimit-Reset": str(reset * 1000)}
    with FaultyUpstream(answer(200, VISITOR, headers)) as upstream:
        rate = ask(upstream.url).rate
    assert rate == RateLimit(60, 59, rate.reset_at)
    assert rate.reset_at.timestamp() == reset


def test_websites_are_listed_with_the_account_token_alone():
    row = {"_id": ACCOUNT.website_id, "domain": "example.com"}
    with (
        FaultyUpstream(answer(200, {"status": "success", "data": [row]})) as upstream,
        closing(Client(upstream.url)) as client,
    ):
        got = client.list_websites(AccountToken(ACCOUNT.token))
    assert [website.id for website in got.websites] == [ACCOUNT.website_id]
    assert upstream.requests[0].path == "/api/v1/admin/websites"


@pytest.mark.parametrize("status", [400, 404])
def test_listing_websites_never_says_anything_about_a_visitor(status):
    with (
        FaultyUpstream(error(status)) as upstream,
        closing(Client(upstream.url)) as client,
        pytest.raises(Unavailable) as caught,
    ):
        client.list_websites(AccountToken(ACCOUNT.token))
    assert caught.value.reason is Reason.REFUSED


@pytest.mark.parametrize(
    "visitor_id",
    ["", "nonsense", "../admin/websites", VISITOR_ID + "/x", VISITOR_ID + "\n", VISITOR_ID + "?a=b",
     "a3ab2331-989f-1cfa-91c6-2461c9e3c6bd", "a3ab2331-989f-4cfa-c1c6-2461c9e3c6bd"],
)  # fmt: skip
def test_what_is_no_visitor_id_is_never_sent(visitor_id):
    with FaultyUpstream(answer(200, VISITOR)) as upstream, pytest.raises(InvalidVisitorId):
        ask(upstream.url, KEY, visitor_id)
    assert upstream.requests == []


# Answers that are errors


@pytest.mark.parametrize(
    ("behavior", "expected"),
    [
        (error(400, "visitorId must be a UUID v4"), InvalidVisitorId),
        (error(400, "This visitor was flagged as a bot"), BotVisitor),
        (error(400, "websiteId is required"), InvalidWebsite),
        (error(401, "Invalid token"), Unauthorized),
        (error(403, "Missing permission"), Forbidden),
        (error(404, "No pageviews found"), VisitorNotFound),
        (answer(404, b"<html>", content_type="text/html"), MalformedAnswer),
    ],
)
def test_an_error_answer_is_the_right_error_and_is_not_asked_for_again(behavior, expected):
    with FaultyUpstream(behavior) as upstream:
        assert type(failure(upstream.url)) is expected
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("factor", [1, 1000])
def test_a_429_carries_its_reset_and_is_never_retried(factor):
    reset = int(time.time()) + 30
    headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset * factor)}
    with FaultyUpstream(error(429, "Rate limit exceeded", headers)) as upstream:
        limited = failure(upstream.url)
    assert isinstance(limited, RateLimited)
    assert (limited.reset_at.timestamp(), limited.limit, limited.remaining) == (reset, 60, 0)
    assert limited.upstream_message == "Rate limit exceeded"
    assert len(upstream.requests) == 1


def test_a_429_with_retry_after_is_not_slept_through():
    with FaultyUpstream(error(429, headers={"Retry-After": "1"})) as upstream:
        limited = failure(upstream.url)
    assert isinstance(limited, RateLimited)
    assert limited.reset_at is not None
    assert len(upstream.requests) == 1


def test_a_429_without_any_fact_is_a_rate_limit_all_the_same():
    with FaultyUpstream(answer(429)) as upstream:
        assert failure(upstream.url).reset_at is None


# Retries


@pytest.mark.parametrize(
    "bad",
    [error(502), error(503), error(504), faults.reset, faults.hang_up],
    ids=["502", "503", "504", "reset", "hang_up"],
)
def test_a_passing_trouble_is_retried(bad):
    with FaultyUpstream(bad, answer(200, VISITOR)) as upstream:
        assert ask(upstream.url).visitor.visitor_id == VISITOR_ID
    assert len(upstream.requests) == 2


def test_a_lasting_trouble_is_asked_three_times_with_a_pause():
    html = answer(502, b"<html><h1>Bad gateway</h1>", content_type="text/html")
    with FaultyUpstream(html) as upstream:
        failed = failure(upstream.url, deadline_seconds=2.0)
    assert (failed.reason, failed.status, failed.upstream_message) == (Reason.SERVER, 502, None)
    assert len(upstream.requests) == 3
    assert 0.2 <= upstream.requests[2].at - upstream.requests[1].at < 0.4 + MARGIN


def test_a_retry_that_would_outlast_the_deadline_is_not_begun():
    with FaultyUpstream(error(503, headers={"Retry-After": "3600"})) as upstream:
        failed = failure(upstream.url, deadline_seconds=0.15)
    assert (failed.reason, failed.status) == (Reason.SERVER, 503)
    assert len(upstream.requests) == 2


def test_a_failed_answer_without_end_does_not_hold_up_the_retry():
    with FaultyUpstream(faults.endless(503), answer(200, VISITOR)) as upstream:
        assert ask(upstream.url).visitor.visitor_id == VISITOR_ID


def test_an_answer_says_how_many_requests_it_took():
    with FaultyUpstream(error(503), error(503), answer(200, VISITOR)) as upstream:
        assert ask(upstream.url, deadline_seconds=2.0).attempts == len(upstream.requests) == 3


def test_an_error_says_how_many_requests_it_took_and_what_is_left():
    headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "7"}
    with FaultyUpstream(error(502), error(404, headers=headers)) as upstream:
        failed = failure(upstream.url)
    assert (failed.attempts, failed.rate) == (2, RateLimit(60, 7, None))


@pytest.mark.parametrize("granted", [0, 1])
@pytest.mark.parametrize("bad", [error(503), faults.hang_up], ids=["503", "hang_up"])
def test_a_retry_is_charged_before_it_is_made(bad, granted):
    charged = []

    def charge():
        if len(charged) > granted:
            raise RateLimited
        charged.append("a request")

    with FaultyUpstream(bad) as upstream, closing(Client(upstream.url, deadline_seconds=2.0)) as client:
        with pytest.raises(Unavailable) as caught:
            client.get_visitor(KEY, VISITOR_ID, charge=charge)
        assert caught.value.attempts == len(upstream.requests) == 1 + granted


def test_what_was_never_sent_took_no_request():
    with FaultyUpstream(answer(200, VISITOR)) as upstream, closing(Client(upstream.url)) as client:
        with pytest.raises(Unavailable) as caught:
            client.get_visitor(KEY, VISITOR_ID, deadline=time.monotonic())
        assert caught.value.attempts == len(upstream.requests) == 0


def test_a_500_is_not_retried():
    with FaultyUpstream(error(500, "Internal")) as upstream:
        failed = failure(upstream.url)
    assert (failed.reason, failed.status, failed.upstream_message) == (Reason.SERVER, 500, "Internal")
    assert len(upstream.requests) == 1


# Servers that cannot be reached, or say nothing


def test_a_refused_connection():
    assert unavailable(faults.refused_url()) is Reason.CONNECTION


@pytest.mark.parametrize("behavior", [faults.reset, faults.hang_up], ids=["reset", "hang_up"])
def test_a_connection_that_breaks_every_time(behavior):
    with FaultyUpstream(behavior) as upstream:
        assert unavailable(upstream.url, deadline_seconds=2.0) is Reason.CONNECTION
    assert len(upstream.requests) == 3


@pytest.mark.parametrize(
    "behavior", [faults.hang, faults.drip_headers(), faults.drip_body()], ids=["hang", "headers", "body"]
)
def test_a_server_that_hangs_or_drips_ends_at_the_deadline(behavior):
    started = time.monotonic()
    with FaultyUpstream(behavior) as upstream:
        assert unavailable(upstream.url) is Reason.TIMEOUT
        assert time.monotonic() - started >= DEADLINE
    assert len(upstream.requests) == 1


def test_a_dripping_error_page_still_says_its_status():
    def behave(exchange: faults.Exchange) -> None:
        exchange.start(500, {"Content-Length": "100000"})
        faults.drip(b"<html>")(exchange)

    with FaultyUpstream(behave) as upstream:
        assert failure(upstream.url).status == 500


def test_a_caller_can_shorten_the_deadline_and_not_lengthen_it():
    with FaultyUpstream(faults.hang) as upstream, closing(Client(upstream.url, deadline_seconds=DEADLINE)) as client:
        for own, least, most in ((0.1, 0.1, DEADLINE), (60, DEADLINE, DEADLINE + MARGIN)):
            started = time.monotonic()
            with pytest.raises(Unavailable):
                client.get_visitor(KEY, VISITOR_ID, deadline=started + own)
            assert least <= time.monotonic() - started < most


def test_a_deadline_in_the_past_asks_nobody():
    with FaultyUpstream(answer(200, VISITOR)) as upstream, closing(Client(upstream.url)) as client:
        with pytest.raises(Unavailable) as caught:
            client.get_visitor(KEY, VISITOR_ID, deadline=time.monotonic() - 1)
        assert caught.value.reason is Reason.TIMEOUT
    assert upstream.requests == []


def test_a_port_that_takes_no_connection_ends_at_the_connect_timeout():
    # A listener whose queue is full drops further attempts: the nearest to a black hole that loopback has.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        started = time.monotonic()
        reason = unavailable(f"http://127.0.0.1:{address[1]}", deadline_seconds=2.0, connect_seconds=0.1)
        assert reason is Reason.TIMEOUT
        assert time.monotonic() - started < 1.5
        for sock in waiting:
            sock.close()


# Names


def test_a_name_that_does_not_exist(monkeypatch):
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert unavailable("https://name.invalid/api/v1", deadline_seconds=2.0) is Reason.DNS


def test_a_look_up_that_never_ends_is_left_behind_at_the_deadline(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: over.wait(30) and [])
    try:
        assert unavailable("https://name.invalid/api/v1") is Reason.TIMEOUT
    finally:
        over.set()


# Bodies


def test_a_body_that_is_cut_off():
    with FaultyUpstream(faults.cut_off(json.dumps(VISITOR).encode())) as upstream:
        assert unavailable(upstream.url) is Reason.CUT_OFF


def test_a_body_over_the_limit_is_not_read_on():
    with FaultyUpstream(answer(200, b" " * 200_000)) as upstream:
        failed = failure(upstream.url, max_body_bytes=100_000)
    assert isinstance(failed, MalformedAnswer)
    assert "100,000 bytes" in failed.detail


def test_a_body_of_exactly_the_limit_is_read():
    body = json.dumps(VISITOR).encode()
    with FaultyUpstream(answer(200, body)) as upstream:
        assert ask(upstream.url, max_body_bytes=len(body)).body == body
        assert isinstance(failure(upstream.url, max_body_bytes=len(body) - 1), MalformedAnswer)


def test_an_endless_body_ends_at_the_limit():
    with FaultyUpstream(faults.endless()) as upstream:
        assert isinstance(failure(upstream.url, deadline_seconds=5.0), MalformedAnswer)


def test_a_compressed_body_is_unpacked():
    body = json.dumps(VISITOR).encode()
    with FaultyUpstream(answer(200, gzip.compress(body), {"Content-Encoding": "gzip"})) as upstream:
        assert ask(upstream.url).body == body


def test_a_gzip_bomb_fills_no_memory():
    bomb = faults.gzip_bomb(megabytes=100)
    with FaultyUpstream(bomb) as upstream:
        tracemalloc.start()
        try:
            failed = failure(upstream.url, deadline_seconds=5.0)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert isinstance(failed, MalformedAnswer)
    assert peak < 20 * 2**20


def test_a_damaged_compression():
    with FaultyUpstream(answer(200, b"\x1f\x8b nonsense", {"Content-Encoding": "gzip"})) as upstream:
        assert isinstance(failure(upstream.url), MalformedAnswer)


@pytest.mark.parametrize(
    "behavior",
    [
        answer(200, b'{"status": "success", "data": {'),
        answer(200, {"status": "success", "data": []}),
        answer(200, b"<!doctype html><h1>Log in to the Wi-Fi</h1>", content_type="text/html"),
        answer(200, b""),
        answer(204),
        faults.raw(b"SSH-2.0-OpenSSH_9.9\r\n"),
    ],
    ids=["half JSON", "no envelope", "HTML", "empty", "204", "no HTTP"],
)
def test_what_is_not_datafasts_answer(behavior):
    with FaultyUpstream(behavior) as upstream:
        assert isinstance(failure(upstream.url, deadline_seconds=2.0), MalformedAnswer)


def test_the_envelope_counts_and_not_the_content_type():
    with FaultyUpstream(answer(200, VISITOR, content_type="text/html")) as upstream:
        assert ask(upstream.url).visitor.visitor_id == VISITOR_ID


def test_another_persons_journey_is_never_returned():
    other = {"status": "success", "data": {"visitorId": "7c1f0c52-6f0e-4c1b-9a53-0d7f5f1d2e44"}}
    with FaultyUpstream(answer(200, other)) as upstream:
        assert isinstance(failure(upstream.url), MalformedAnswer)


@pytest.mark.parametrize("data", [{}, {"visitorId": None}, {"visitorId": VISITOR_ID.upper()}])
def test_an_absent_id_or_one_in_capitals_is_fine(data):
    with FaultyUpstream(answer(200, {"status": "success", "data": data})) as upstream:
        assert ask(upstream.url).visitor.visitor_id == data.get("visitorId")


# Redirects, addresses, trust


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status):
    with FaultyUpstream(answer(200, VISITOR)) as elsewhere:
        for location in (f"{elsewhere.url}/visitors/{VISITOR_ID}", "/api/v2", "http://[", ""):
            with FaultyUpstream(faults.redirect(location, status)) as upstream:
                assert unavailable(upstream.url) is Reason.REDIRECT
            assert len(upstream.requests) == 1
    assert elsewhere.requests == []


def test_a_redirect_with_an_endless_body_is_only_a_redirect():
    with FaultyUpstream(faults.endless(302)) as upstream:
        assert unavailable(upstream.url, deadline_seconds=5.0) is Reason.REDIRECT


@pytest.mark.parametrize(
    "url",
    [
        "http://name.invalid/api/v1",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1/",
        "ftp://datafa.st",
        "datafa.st/api/v1",
        "https://",
        "https://user:password@datafa.st/api/v1",
        "https://datafa.st/api/v1?key=1",
        "https://datafa.st:99999",
        "https://[",
        "https://dätafast.example",
        f"https://{'x' * 64}.example",
    ],
)
def test_an_address_that_tokens_must_not_travel_to_is_refused(url):
    with pytest.raises(ValueError, match="DataFast's address"):
        Client(url)


@pytest.mark.parametrize(
    "url", ["https://datafa.st/api/v1", "http://localhost:8001", "http://127.0.0.2", "http://[::1]"]
)
def test_https_and_this_machine_are_fine(url):
    Client(url)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "bundle.pem"))
    return str(tmp_path / "bundle.pem")


def test_a_certificate_that_nobody_vouches_for(tls):
    with FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream:
        assert unavailable(upstream.url) is Reason.TLS
    assert upstream.requests == []
    assert upstream.connections == 1


def test_a_certificate_of_another_name(authority, bundle):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    with FaultyUpstream(answer(200, VISITOR), tls=context) as upstream:
        assert unavailable(upstream.url, ca_bundle=bundle) is Reason.TLS
    assert upstream.requests == []


def test_a_server_without_tls_behind_an_https_address():
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        assert unavailable(upstream.url.replace("http:", "https:")) in {Reason.TLS, Reason.CONNECTION}


def test_a_certificate_of_the_given_bundle_is_trusted(tls, bundle):
    with FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream:
        assert ask(upstream.url, ca_bundle=bundle, deadline_seconds=2.0).visitor.visitor_id == VISITOR_ID


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_environments_bundle_is_trusted(tls, bundle, name, monkeypatch):
    monkeypatch.setenv(name, bundle)
    with FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream:
        assert ask(upstream.url, deadline_seconds=2.0).visitor.visitor_id == VISITOR_ID


def test_the_given_bundle_wins_over_the_environments(tls, bundle, monkeypatch, tmp_path):
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream:
        assert unavailable(upstream.url, ca_bundle=str(stranger)) is Reason.TLS


def test_nothing_is_trusted_beside_the_given_bundle(tls, bundle):
    with (
        FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream,
        closing(Client(upstream.url, ca_bundle=bundle)) as client,
    ):
        client.get_visitor(KEY, VISITOR_ID)
        assert client._context.cert_store_stats()["x509_ca"] == 1


def test_a_bundle_that_cannot_be_read_is_refused_at_once(tmp_path):
    with pytest.raises(ValueError, match=r"missing\.pem cannot be read"):
        Client("https://datafa.st/api/v1", ca_bundle=str(tmp_path / "missing.pem"))


@pytest.mark.parametrize(
    "behavior", [faults.hang, faults.drip_headers(), faults.drip_body()], ids=["hang", "headers", "body"]
)
def test_the_deadline_holds_over_tls(behavior, tls, bundle):
    with FaultyUpstream(behavior, tls=tls) as upstream:
        assert unavailable(upstream.url, ca_bundle=bundle) is Reason.TIMEOUT


def test_the_deadline_holds_in_the_middle_of_a_handshake():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        assert unavailable(url) is Reason.TIMEOUT


# Proxies


def test_the_environments_proxy_carries_https_and_never_sees_the_token(monkeypatch):
    with FaultyUpstream(answer(403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert unavailable("https://upstream.invalid/api/v1", deadline_seconds=2.0) is Reason.CONNECTION
    assert {(request.method, request.path) for request in proxy.requests} == {("CONNECT", "upstream.invalid:443")}
    assert all("authorization" not in request.headers for request in proxy.requests)


def test_a_hanging_proxy_ends_at_the_deadline(monkeypatch):
    with FaultyUpstream(faults.drip_headers()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert unavailable("https://upstream.invalid/api/v1") is Reason.TIMEOUT


def test_a_proxy_gets_its_user_and_secret(monkeypatch):
    with FaultyUpstream(answer(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"user:s%40fe@127.0.0.1:{proxy.port}")
        unavailable("https://upstream.invalid/api/v1", deadline_seconds=2.0)
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic dXNlcjpzQGZl"


def test_an_upstream_of_this_machine_is_asked_without_a_proxy(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        assert ask(upstream.url).visitor.visitor_id == VISITOR_ID


# One client, many callers


def test_the_connection_is_kept_and_used_again():
    with FaultyUpstream(answer(200, VISITOR)) as upstream, closing(Client(upstream.url)) as client:
        for _ in range(5):
            client.get_visitor(KEY, VISITOR_ID)
    assert (len(upstream.requests), upstream.connections) == (5, 1)


def test_no_cookie_is_kept():
    with (
        FaultyUpstream(answer(200, VISITOR, {"Set-Cookie": "who=me; Path=/"})) as upstream,
        closing(Client(upstream.url)) as client,
    ):
        for _ in range(2):
            client.get_visitor(KEY, VISITOR_ID)
    assert all("cookie" not in request.headers for request in upstream.requests)


def test_threads_share_a_client_and_never_each_others_token_or_deadline():
    def behave(exchange: faults.Exchange) -> None:
        if exchange.headers["Authorization"].endswith("slow"):
            faults.hang(exchange)
        else:
            visitor_id = exchange.path.rpartition("/")[2]
            answer(200, {"status": "success", "data": {"visitorId": visitor_id}})(exchange)

    def call(number: int) -> str | None:
        visitor_id = f"{number:08x}-989f-4cfa-91c6-2461c9e3c6bd"
        if number % 8:
            return client.get_visitor(KEY, visitor_id).visitor.visitor_id
        with pytest.raises(Unavailable):
            client.get_visitor(Credential("df_slow"), visitor_id, deadline=time.monotonic() + 0.2)
        return visitor_id

    with FaultyUpstream(behave) as upstream, closing(Client(upstream.url)) as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(64)))
    assert answers == [f"{number:08x}-989f-4cfa-91c6-2461c9e3c6bd" for number in range(64)]


FORKED = """
import os, sys
from visitors.datafast.client import Client
from visitors.datafast.credentials import Credential
client = Client(sys.argv[1])
ask = lambda: client.get_visitor(Credential("df_0123456789"), "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
ask()
child = os.fork()
ask()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.process
def test_a_forked_worker_opens_its_own_connection():
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        subprocess.run([sys.executable, "-c", FORKED, upstream.url], check=True, timeout=30)
    assert (len(upstream.requests), upstream.connections) == (3, 2)


# The log


def test_a_failed_call_is_one_line_without_token_id_or_foreign_text(caplog):
    caplog.set_level(logging.DEBUG)
    with FaultyUpstream(error(503, f"down, says {VISITOR_ID}")) as upstream:
        failure(upstream.url, deadline_seconds=2.0)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 1, lines
    assert lines[0].startswith("Get visitor failed after ")
    assert "Reason.SERVER" in lines[0]
    assert "503" in lines[0]
    assert VISITOR_ID not in lines[0]
    assert KEY.token not in lines[0]


def test_broken_connections_add_no_line_of_urllib3(caplog):
    caplog.set_level(logging.DEBUG)
    failure(faults.refused_url(), deadline_seconds=2.0)
    assert [record.name for record in caplog.records] == ["visitors.datafast"]


def test_an_answer_about_the_visitor_is_no_failure(caplog):
    with FaultyUpstream(error(404)) as upstream:
        failure(upstream.url)
    assert caplog.records == []


def test_urllib3_logs_as_ever_for_everybody_else(caplog):
    logging.getLogger("urllib3.connectionpool").warning("someone else's")
    assert [record.getMessage() for record in caplog.records] == ["someone else's"]
