"""The client against real HTTP servers: what it sends, how each misbehavior ends, and how long that takes."""

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
from visitors.datafast import transport
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
    RequestRefused,
    Unauthorized,
    Unavailable,
    UpstreamError,
    VisitorNotFound,
)
from visitors.datafast.payload import RateLimit

pytestmark = pytest.mark.slow

VISITOR_ID = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"
VISITOR = {"status": "success", "data": {"visitorId": VISITOR_ID, "identity": {"city": "Seosan City"}}}
KEY = Credential("df_0123456789abcdefghijklmn")
ACCOUNT = Credential("dft_ab1cdefghijklmnopqrsxyz9", "665f0b3c4d2e1a0012345678")

# Of calls that end before it, however busy the machine is.
LONG_DEADLINE = 30.0
# Of calls that end at it.
DEADLINE = 0.6
# How late a busy machine may be. Without a deadline, calls to these servers would never end.
MARGIN = 2.0


@pytest.fixture(autouse=True)
def _no_proxies_and_bundles_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


def get(url: str, credential: Credential = KEY, visitor_id: str = VISITOR_ID, **policy: Any) -> Any:
    with closing(Client(url, **{"deadline_seconds": LONG_DEADLINE} | policy)) as client:
        return client.get_visitor(credential, visitor_id)


def failure(url: str, **policy: Any) -> Any:
    """Return the error of a call that must fail in time, and without a token or id in its text."""
    started = time.monotonic()
    with pytest.raises(UpstreamError) as caught:
        get(url, **policy)
    assert time.monotonic() - started < policy.get("deadline_seconds", LONG_DEADLINE) + MARGIN
    assert KEY.token not in f"{caught.value} {caught.value!r}"
    assert VISITOR_ID not in f"{caught.value} {caught.value!r}"
    return caught.value


def unavailable(url: str, **policy: Any) -> Reason:
    error = failure(url, **policy)
    assert isinstance(error, Unavailable), error
    return error.reason


# Requests and answers


def test_a_visitor_is_typed_and_comes_with_its_body():
    body = json.dumps(VISITOR, indent=1).encode()
    with FaultyUpstream(answer(200, body)) as upstream:
        got = get(upstream.url)
    assert got.visitor.identity.city == "Seosan City"
    assert (got.notes, got.body, got.rate) == ((), body, None)


def test_a_website_key_is_sent_only_in_the_header():
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        get(upstream.url + "/", KEY, VISITOR_ID.upper(), user_agent="Journeydesk/9")
    [request] = upstream.requests
    assert request.path == f"/api/v1/visitors/{VISITOR_ID}"
    assert request.headers["authorization"] == f"Bearer {KEY.token}"
    assert request.headers["user-agent"] == "Journeydesk/9"
    assert request.headers["accept"] == "application/json"


def test_an_account_token_is_sent_with_the_websites_id():
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        get(upstream.url, ACCOUNT)
    assert upstream.requests[0].path == f"/api/v1/visitors/{VISITOR_ID}?websiteId={ACCOUNT.website_id}"


def test_single_bad_fields_become_notes():
    with FaultyUpstream(
        answer(200, {"status": "success", "data": {"identity": {"city": 5}, "activity": {"visitCount": 1}}})
    ) as upstream:
        got = get(upstream.url)
    assert [note.path for note in got.notes] == ["identity.city"]


def test_the_rate_limit_of_a_successful_answer_is_returned():
    reset = int(time.time()) + 30
    headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59", "X-RateLimit-Reset": str(reset * 1000)}
    with FaultyUpstream(answer(200, VISITOR, headers)) as upstream:
        rate = get(upstream.url).rate
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
def test_listing_websites_never_raises_no_journey(status):
    with (
        FaultyUpstream(error(status)) as upstream,
        closing(Client(upstream.url)) as client,
        pytest.raises(RequestRefused),
    ):
        client.list_websites(AccountToken(ACCOUNT.token))


@pytest.mark.parametrize(
    "visitor_id",
    ["", "nonsense", "../admin/websites", VISITOR_ID + "/x", VISITOR_ID + "\n", VISITOR_ID + "?a=b",
     "a3ab2331-989f-1cfa-91c6-2461c9e3c6bd", "a3ab2331-989f-4cfa-c1c6-2461c9e3c6bd"],
)  # fmt: skip
def test_an_invalid_visitor_id_is_never_sent(visitor_id):
    with FaultyUpstream(answer(200, VISITOR)) as upstream, pytest.raises(InvalidVisitorId):
        get(upstream.url, KEY, visitor_id)
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
def test_an_error_response_is_the_right_error_and_not_retried(behavior, expected):
    with FaultyUpstream(behavior) as upstream:
        assert type(failure(upstream.url)) is expected
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("factor", [1, 1000])
def test_a_429_has_its_reset_time_and_is_not_retried(factor):
    reset = int(time.time()) + 30
    headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset * factor)}
    with FaultyUpstream(error(429, "Rate limit exceeded", headers)) as upstream:
        limited = failure(upstream.url)
    assert isinstance(limited, RateLimited)
    assert (limited.reset_at.timestamp(), limited.limit, limited.remaining) == (reset, 60, 0)
    assert limited.upstream_message == "Rate limit exceeded"
    assert len(upstream.requests) == 1


def test_a_429_with_retry_after_is_not_waited_for():
    with FaultyUpstream(error(429, headers={"Retry-After": "1"})) as upstream:
        limited = failure(upstream.url)
    assert isinstance(limited, RateLimited)
    assert limited.reset_at is not None
    assert len(upstream.requests) == 1


def test_a_429_without_details_is_a_rate_limit():
    with FaultyUpstream(answer(429)) as upstream:
        assert failure(upstream.url).reset_at is None


# Retries


@pytest.mark.parametrize(
    "bad",
    [error(502), error(503), error(504), faults.reset, faults.hang_up],
    ids=["502", "503", "504", "reset", "hang_up"],
)
def test_a_temporary_failure_is_retried(bad):
    with FaultyUpstream(bad, answer(200, VISITOR)) as upstream:
        assert get(upstream.url).visitor.visitor_id == VISITOR_ID
    assert len(upstream.requests) == 2


def test_a_lasting_failure_gets_three_attempts_and_a_pause():
    html = answer(502, b"<html><h1>Bad gateway</h1>", content_type="text/html")
    with FaultyUpstream(html) as upstream:
        failed = failure(upstream.url)
    assert (failed.reason, failed.status, failed.upstream_message) == (Reason.SERVER, 502, None)
    assert len(upstream.requests) == 3
    assert 0.2 <= upstream.requests[2].at - upstream.requests[1].at < 0.4 + MARGIN


def test_no_retry_starts_that_would_outlast_the_deadline(monkeypatch):
    for name in ("MIN_PAUSE_SECONDS", "MAX_PAUSE_SECONDS"):
        monkeypatch.setattr(transport, name, 2 * LONG_DEADLINE)
    with FaultyUpstream(error(503, headers={"Retry-After": "3600"})) as upstream:
        failed = failure(upstream.url)
    assert (failed.reason, failed.status) == (Reason.SERVER, 503)
    assert len(upstream.requests) == 2


def test_an_endless_error_does_not_delay_the_retry():
    with FaultyUpstream(faults.endless(503), answer(200, VISITOR)) as upstream:
        assert get(upstream.url).visitor.visitor_id == VISITOR_ID


def test_a_call_sends_at_most_three_requests():
    with FaultyUpstream(error(503), error(503), answer(200, VISITOR)) as upstream:
        get(upstream.url)
        assert len(upstream.requests) == 3


def test_an_error_has_the_rate_limit():
    headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "7"}
    with FaultyUpstream(error(502), error(404, headers=headers)) as upstream:
        failed = failure(upstream.url)
    assert failed.rate == RateLimit(60, 7, None)


@pytest.mark.parametrize("granted", [0, 1])
@pytest.mark.parametrize("bad", [error(503), faults.hang_up], ids=["503", "hang_up"])
def test_a_retry_is_charged_before_it_is_made(bad, granted):
    charged = []

    def charge():
        if len(charged) > granted:
            raise RateLimited
        charged.append("a request")

    with FaultyUpstream(bad) as upstream, closing(Client(upstream.url)) as client:
        with pytest.raises(Unavailable):
            client.get_visitor(KEY, VISITOR_ID, charge=charge)
        assert len(upstream.requests) == 1 + granted


def test_a_call_after_its_deadline_sends_no_request():
    with FaultyUpstream(answer(200, VISITOR)) as upstream, closing(Client(upstream.url)) as client:
        with pytest.raises(Unavailable):
            client.get_visitor(KEY, VISITOR_ID, deadline=time.monotonic())
        assert upstream.requests == []


def test_a_500_is_not_retried():
    with FaultyUpstream(error(500, "Internal")) as upstream:
        failed = failure(upstream.url)
    assert (failed.reason, failed.status, failed.upstream_message) == (Reason.SERVER, 500, "Internal")
    assert len(upstream.requests) == 1


# Servers that cannot be reached, or do not answer


def test_a_refused_connection_is_a_connection_error():
    assert unavailable(faults.refused_url()) is Reason.CONNECTION


@pytest.mark.parametrize("behavior", [faults.reset, faults.hang_up], ids=["reset", "hang_up"])
def test_a_connection_that_always_breaks_is_a_connection_error(behavior):
    with FaultyUpstream(behavior) as upstream:
        assert unavailable(upstream.url) is Reason.CONNECTION
    assert len(upstream.requests) == 3


@pytest.mark.parametrize(
    "behavior", [faults.hang, faults.drip_headers(), faults.drip_body()], ids=["hang", "headers", "body"]
)
def test_a_server_that_hangs_or_drips_ends_at_the_deadline(behavior):
    started = time.monotonic()
    with FaultyUpstream(behavior) as upstream:
        assert unavailable(upstream.url, deadline_seconds=DEADLINE) is Reason.TIMEOUT
        assert time.monotonic() - started >= DEADLINE
    assert len(upstream.requests) == 1


def test_a_dripping_error_page_still_has_its_status():
    def behave(exchange: faults.Exchange) -> None:
        exchange.start(500, {"Content-Length": "100000"})
        faults.drip(b"<html>")(exchange)

    with FaultyUpstream(behave) as upstream:
        assert failure(upstream.url, deadline_seconds=DEADLINE).status == 500


def test_a_caller_can_only_shorten_the_deadline():
    with FaultyUpstream(faults.hang) as upstream:
        for configured, own in ((LONG_DEADLINE, DEADLINE), (DEADLINE, LONG_DEADLINE)):
            with closing(Client(upstream.url, deadline_seconds=configured)) as client:
                started = time.monotonic()
                with pytest.raises(Unavailable):
                    client.get_visitor(KEY, VISITOR_ID, deadline=started + own)
                assert DEADLINE <= time.monotonic() - started < DEADLINE + MARGIN


def test_a_deadline_in_the_past_is_a_timeout():
    with FaultyUpstream(answer(200, VISITOR)) as upstream, closing(Client(upstream.url)) as client:
        with pytest.raises(Unavailable) as caught:
            client.get_visitor(KEY, VISITOR_ID, deadline=time.monotonic() - 1)
        assert caught.value.reason is Reason.TIMEOUT
    assert upstream.requests == []


def test_connecting_ends_at_the_connect_timeout():
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
        reason = unavailable(f"http://127.0.0.1:{address[1]}", connect_seconds=0.1)
        assert reason is Reason.TIMEOUT
        assert time.monotonic() - started < LONG_DEADLINE
        for sock in waiting:
            sock.close()


# Names


def test_an_unknown_name_is_a_dns_error(monkeypatch):
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert unavailable("https://name.invalid/api/v1") is Reason.DNS


def test_an_endless_name_look_up_ends_at_the_deadline(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: over.wait(30) and [])
    try:
        assert unavailable("https://name.invalid/api/v1", deadline_seconds=DEADLINE) is Reason.TIMEOUT
    finally:
        over.set()


# Bodies


def test_a_cut_off_body_is_an_error():
    with FaultyUpstream(faults.cut_off(json.dumps(VISITOR).encode())) as upstream:
        assert unavailable(upstream.url) is Reason.CUT_OFF


def test_a_body_over_the_limit_is_not_read():
    with FaultyUpstream(answer(200, b" " * 200_000)) as upstream:
        failed = failure(upstream.url, max_body_bytes=100_000)
    assert isinstance(failed, MalformedAnswer)
    assert "100,000 bytes" in failed.detail


def test_a_body_of_exactly_the_limit_is_read():
    body = json.dumps(VISITOR).encode()
    with FaultyUpstream(answer(200, body)) as upstream:
        assert get(upstream.url, max_body_bytes=len(body)).body == body
        assert isinstance(failure(upstream.url, max_body_bytes=len(body) - 1), MalformedAnswer)


def test_an_endless_body_ends_at_the_limit():
    with FaultyUpstream(faults.endless()) as upstream:
        assert isinstance(failure(upstream.url), MalformedAnswer)


def test_a_compressed_body_is_unpacked():
    body = json.dumps(VISITOR).encode()
    with FaultyUpstream(answer(200, gzip.compress(body), {"Content-Encoding": "gzip"})) as upstream:
        assert get(upstream.url).body == body


def test_a_gzip_bomb_fills_no_memory():
    bomb = faults.gzip_bomb(megabytes=100)
    with FaultyUpstream(bomb) as upstream:
        tracemalloc.start()
        try:
            failed = failure(upstream.url)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert isinstance(failed, MalformedAnswer)
    assert peak < 20 * 2**20


def test_a_damaged_compression_is_a_malformed_answer():
    with FaultyUpstream(answer(200, b"\x1f\x8b nonsense", {"Content-Encoding": "gzip"})) as upstream:
        assert isinstance(failure(upstream.url), MalformedAnswer)


@pytest.mark.parametrize(
    "behavior",
    [
        answer(200, b'{"status": "success", "data": {'),
        answer(200, {"status": "success", "data": []}),
        answer(200, {"status": "success", "data": None}),
        answer(200, {"status": "success", "data": ""}),
        answer(200, {"status": "success"}),
        answer(200, b"<!doctype html><h1>Log in to the Wi-Fi</h1>", content_type="text/html"),
        answer(200, b""),
        answer(204),
        faults.raw(b"SSH-2.0-OpenSSH_9.9\r\n"),
    ],
    ids=["half JSON", "no envelope", "null", "text", "no data", "HTML", "empty", "204", "no HTTP"],
)
def test_anything_else_is_a_malformed_answer(behavior):
    with FaultyUpstream(behavior) as upstream:
        assert isinstance(failure(upstream.url), MalformedAnswer)


def test_the_content_type_is_ignored():
    with FaultyUpstream(answer(200, VISITOR, content_type="text/html")) as upstream:
        assert get(upstream.url).visitor.visitor_id == VISITOR_ID


def test_another_visitors_journey_is_never_returned():
    other = {"status": "success", "data": {"visitorId": "7c1f0c52-6f0e-4c1b-9a53-0d7f5f1d2e44"}}
    with FaultyUpstream(answer(200, other)) as upstream:
        assert isinstance(failure(upstream.url), MalformedAnswer)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"visitorId": None},
        {"visitorId": VISITOR_ID},
        {"identity": {"country": "Peru", "device": {"type": "mobile"}}},
        {"visitorId": VISITOR_ID, "identity": {"city": None}, "activity": {"visitedPages": [], "visitCount": None}},
        {"activity": {}, "profile": {"userId": "17"}, "prediction": {"score": 50}},
        {"activity": [{"url": "example.com/"}]},
        {"visitorId": VISITOR_ID, "activity": {"visitCount": 0, "pageViewCount": 0, "timeSinceFirstVisit": 0.0}},
        {"activity": {"visitedPages": [{}, {"url": None}], "completedGoals": [{"name": " ", "metadata": {}}]}},
        {"visitorId": VISITOR_ID, "profile": {"userId": "", "metadata": {"tags": [], "x": {"y": [None, ""]}}}},
        {
            "visitorId": VISITOR_ID,
            "identity": {"country": " ", "params": {"utm_source": ""}},
            "prediction": {"score": 0},
        },
        {"data": {"visitorId": VISITOR_ID, "activity": {"visitCount": 3}}},
    ],
)
def test_an_answer_about_nobody_is_malformed(data):
    with FaultyUpstream(answer(200, {"status": "success", "data": data})) as upstream:
        assert isinstance(failure(upstream.url), MalformedAnswer)


def test_counts_without_events_are_an_answer():
    data = {"activity": {"visitCount": 3, "pageViewCount": 5, "visitedPages": [], "completedGoals": None}}
    with FaultyUpstream(answer(200, {"status": "success", "data": data})) as upstream:
        assert get(upstream.url).visitor.activity.visit_count == 3


@pytest.mark.parametrize("visitor_id", [7, "", "null", [VISITOR_ID], {"id": VISITOR_ID}])
def test_an_answer_with_another_kind_of_id_is_malformed(visitor_id):
    data = {"visitorId": visitor_id, "activity": {"visitCount": 3}}
    with FaultyUpstream(answer(200, {"status": "success", "data": data})) as upstream:
        assert isinstance(failure(upstream.url), MalformedAnswer)


@pytest.mark.parametrize("data", [{}, {"visitorId": None}, {"visitorId": VISITOR_ID.upper()}])
def test_an_absent_or_upper_case_id_is_accepted(data):
    data = data | {"activity": {"visitCount": 1}}
    with FaultyUpstream(answer(200, {"status": "success", "data": data})) as upstream:
        assert get(upstream.url).visitor.visitor_id == data.get("visitorId")


# Redirects, addresses, trust


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status):
    with FaultyUpstream(answer(200, VISITOR)) as elsewhere:
        for location in (f"{elsewhere.url}/visitors/{VISITOR_ID}", "/api/v2", "http://[", ""):
            with FaultyUpstream(faults.redirect(location, status)) as upstream:
                assert unavailable(upstream.url) is Reason.REDIRECT
            assert len(upstream.requests) == 1
    assert elsewhere.requests == []


def test_the_body_of_a_redirect_is_not_read():
    with FaultyUpstream(faults.endless(302)) as upstream:
        assert unavailable(upstream.url) is Reason.REDIRECT


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
def test_an_unsafe_address_is_rejected(url):
    with pytest.raises(ValueError, match="DataFast's address"):
        Client(url)


@pytest.mark.parametrize(
    "url", ["https://datafa.st/api/v1", "http://localhost:8001", "http://127.0.0.2", "http://[::1]"]
)
def test_https_and_this_machine_are_accepted(url):
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


def test_an_untrusted_certificate_is_a_tls_error(tls):
    with FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream:
        assert unavailable(upstream.url) is Reason.TLS
    assert upstream.requests == []
    assert upstream.connections == 1


def test_a_certificate_for_another_name_is_a_tls_error(authority, bundle):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    with FaultyUpstream(answer(200, VISITOR), tls=context) as upstream:
        assert unavailable(upstream.url, ca_bundle=bundle) is Reason.TLS
    assert upstream.requests == []


def test_a_server_without_tls_is_an_error():
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        assert unavailable(upstream.url.replace("http:", "https:")) in {Reason.TLS, Reason.CONNECTION}


def test_a_certificate_in_the_given_bundle_is_trusted(tls, bundle):
    with FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream:
        assert get(upstream.url, ca_bundle=bundle).visitor.visitor_id == VISITOR_ID


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_environments_bundle_is_trusted(tls, bundle, name, monkeypatch):
    monkeypatch.setenv(name, bundle)
    with FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream:
        assert get(upstream.url).visitor.visitor_id == VISITOR_ID


def test_the_given_bundle_wins_over_the_environments(tls, bundle, monkeypatch, tmp_path):
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream:
        assert unavailable(upstream.url, ca_bundle=str(stranger)) is Reason.TLS


def test_only_the_given_bundle_is_trusted(tls, bundle):
    with (
        FaultyUpstream(answer(200, VISITOR), tls=tls) as upstream,
        closing(Client(upstream.url, ca_bundle=bundle)) as client,
    ):
        client.get_visitor(KEY, VISITOR_ID)
        assert client._context.cert_store_stats()["x509_ca"] == 1


def test_an_unreadable_bundle_is_rejected_at_once(tmp_path):
    with pytest.raises(ValueError, match=r"missing\.pem cannot be read"):
        Client("https://datafa.st/api/v1", ca_bundle=str(tmp_path / "missing.pem"))


@pytest.mark.parametrize(
    "behavior", [faults.hang, faults.drip_headers(), faults.drip_body()], ids=["hang", "headers", "body"]
)
def test_the_deadline_applies_over_tls(behavior, tls, bundle):
    with FaultyUpstream(behavior, tls=tls) as upstream:
        assert unavailable(upstream.url, ca_bundle=bundle, deadline_seconds=DEADLINE) is Reason.TIMEOUT


def test_the_deadline_applies_during_a_handshake():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        assert unavailable(url, deadline_seconds=DEADLINE) is Reason.TIMEOUT


# Proxies


def test_the_proxy_never_gets_the_token(monkeypatch):
    with FaultyUpstream(answer(403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert unavailable("https://datafast.invalid/api/v1") is Reason.CONNECTION
    assert {(request.method, request.path) for request in proxy.requests} == {("CONNECT", "datafast.invalid:443")}
    assert all("authorization" not in request.headers for request in proxy.requests)


def test_a_hanging_proxy_ends_at_the_deadline(monkeypatch):
    with FaultyUpstream(faults.drip_headers()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert unavailable("https://datafast.invalid/api/v1", deadline_seconds=DEADLINE) is Reason.TIMEOUT


def test_a_proxy_gets_its_user_and_secret(monkeypatch):
    with FaultyUpstream(answer(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"user:s%40fe@127.0.0.1:{proxy.port}")
        unavailable("https://datafast.invalid/api/v1")
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic dXNlcjpzQGZl"


def test_this_machine_is_called_without_a_proxy(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        assert get(upstream.url).visitor.visitor_id == VISITOR_ID


# One client, many callers


def test_a_connection_is_used_again():
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


def test_threads_share_a_client_but_no_token_or_deadline():
    def behave(exchange: faults.Exchange) -> None:
        if exchange.headers["Authorization"].endswith("slow"):
            faults.hang(exchange)
        else:
            visitor_id = exchange.path.rpartition("/")[2]
            data = {"visitorId": visitor_id, "activity": {"visitCount": 1}}
            answer(200, {"status": "success", "data": data})(exchange)

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
get = lambda: client.get_visitor(Credential("df_0123456789"), "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
get()
child = os.fork()
get()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.process
def test_a_forked_worker_opens_its_own_connection():
    with FaultyUpstream(answer(200, VISITOR)) as upstream:
        subprocess.run([sys.executable, "-c", FORKED, upstream.url], check=True, timeout=30)
    assert (len(upstream.requests), upstream.connections) == (3, 2)


# The log


def test_a_failed_call_is_logged_in_one_anonymous_line(caplog):
    caplog.set_level(logging.DEBUG)
    with FaultyUpstream(error(503, f"down, says {VISITOR_ID}")) as upstream:
        failure(upstream.url)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 1, lines
    assert lines[0].startswith("Get visitor failed after ")
    assert "Reason.SERVER" in lines[0]
    assert "503" in lines[0]
    assert VISITOR_ID not in lines[0]
    assert KEY.token not in lines[0]


def test_urllib3_logs_nothing_of_our_calls(caplog):
    caplog.set_level(logging.DEBUG)
    failure(faults.refused_url())
    assert [record.name for record in caplog.records] == ["visitors.datafast"]


def test_no_journey_is_not_logged_as_a_failure(caplog):
    with FaultyUpstream(error(404)) as upstream:
        failure(upstream.url)
    assert caplog.records == []


def test_urllib3_still_logs_other_calls(caplog):
    logging.getLogger("urllib3.connectionpool").warning("someone else's")
    assert [record.getMessage() for record in caplog.records] == ["someone else's"]


# The realtime map and metadata


def ask(method, *behaviors):
    with FaultyUpstream(*behaviors) as upstream, closing(Client(upstream.url)) as client:
        return getattr(client, method)(ACCOUNT), upstream.requests


def test_the_realtime_map_leaves_out_what_does_not_fit():
    visitor = {
        "visitorId": VISITOR_ID,
        "visitCount": "many",
        "profileData": {"displayName": "Mina", "isRandomName": False},
    }
    data = {
        "count": 2,
        "visitors": [visitor, 7],
        "recentEvents": None,
        "recentPayments": [{"amount": 49, "currency": "USD"}],
    }
    got, requests = ask("get_realtime_map", answer(200, {"status": "success", "data": data}))
    [found] = got.realtime_map.visitors
    assert (found.visitor_id, found.visit_count, found.profile_data.display_name) == (VISITOR_ID, None, "Mina")
    assert got.realtime_map.recent_events is None
    assert got.realtime_map.recent_payments[0].amount == 49
    assert requests[0].path == f"/api/v1/analytics/realtime/map?websiteId={ACCOUNT.website_id}"


def test_metadata_describes_a_website():
    row = {"domain": "lumenkit.example", "timezone": "America/New_York", "name": "Lumenkit", "currency": "USD"}
    got, requests = ask("get_metadata", answer(200, {"status": "success", "data": [row]}))
    assert (got.metadata.domain, got.metadata.currency) == ("lumenkit.example", "USD")
    assert requests[0].path == f"/api/v1/analytics/metadata?websiteId={ACCOUNT.website_id}"


@pytest.mark.parametrize("method", ["get_realtime_map", "get_metadata"])
@pytest.mark.parametrize(
    ("behavior", "expected"),
    [
        (error(400), RequestRefused),
        (error(403, "Missing permission"), RequestRefused),
        (error(404), RequestRefused),
        (error(401), Unauthorized),
        (answer(200, {"status": "success", "data": "nothing"}), MalformedAnswer),
    ],
)
def test_a_refused_map_says_nothing_about_visitors_or_the_whole_key(method, behavior, expected):
    with pytest.raises(expected):
        ask(method, behavior)
