"""The server itself: connections, headers, the call log, addresses, and what it does with nonsense."""

import socket
import subprocess
import sys
import threading
import time

import pytest
import requests

from tests.sandbox.conftest import error_of
from visitors.sandbox import Sandbox
from visitors.sandbox.documented import CUSTOMER, TEN_THOUSAND, named
from visitors.sandbox.limits import Limit
from visitors.sandbox.tokens import ACCOUNT_TOKEN, LUMENKIT_KEY, masked
from visitors.sandbox.websites import LUMENKIT

pytestmark = pytest.mark.slow

PATH = f"/visitors/{CUSTOMER.visitor_id}"


def exchange(sandbox, sent):
    """What comes back for these raw bytes until the connection ends."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def test_many_requests_share_one_connection(sandbox):
    key = f"Authorization: Bearer {LUMENKIT_KEY}\r\n"
    request = f"GET /api/v1{PATH} HTTP/1.1\r\nHost: x\r\n{key}\r\n".encode()
    received = exchange(sandbox, request * 3)
    assert received.count(b"HTTP/1.1 200 OK") == 3


def test_every_answer_says_how_long_it_took(get):
    for path in (PATH, "/nothing", f"/visitors/{named('server error').visitor_id}"):
        name, _, duration = get(path, LUMENKIT_KEY).headers["Server-Timing"].partition(";dur=")
        assert name == "app"
        assert float(duration) >= 0


def test_the_ten_thousand_are_written_once_and_then_quick(get):
    first, *others = [get(f"/visitors/{TEN_THOUSAND.visitor_id}", LUMENKIT_KEY) for _ in range(10)]
    took = sorted(float(response.headers["Server-Timing"].partition("dur=")[2]) for response in others)
    assert took[0] < 10
    assert first.content == others[-1].content


def test_a_request_body_is_read_so_that_the_connection_stays_usable(sandbox):
    key = f"Authorization: Bearer {LUMENKIT_KEY}\r\n"
    posting = f"POST /api/v1{PATH} HTTP/1.1\r\nHost: x\r\n{key}Content-Length: 5\r\n\r\nhello"
    getting = f"GET /api/v1{PATH} HTTP/1.1\r\nHost: x\r\n{key}\r\n"
    received = exchange(sandbox, (posting + getting).encode())
    assert received.count(b"HTTP/1.1 405") == 1
    assert received.count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize("header", ["Content-Length: 99999999", "Content-Length: -1", "Transfer-Encoding: chunked"])
def test_a_body_too_long_or_of_unknown_length_is_refused(sandbox, header):
    received = exchange(sandbox, f"POST /sandbox/settings HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode())
    assert received.startswith(b"HTTP/1.1 413")
    assert received.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /a b HTTP/1.1\r\n\r\n", 400),
        (b"GET /" + b"a" * 65_532, 414),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
    ],
)
def test_nonsense_gets_an_envelope_and_no_traceback(sandbox, capfd, sent, status):
    received = exchange(sandbox, sent)
    assert b'{"status":"error","error":{"code":%d' % status in received
    assert capfd.readouterr().err == ""


def test_a_client_that_goes_away_is_passed_over_in_silence(sandbox, capfd):
    path = f"/api/v1/visitors/{named('oversized').visitor_id}"
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", sandbox.port)) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            connection.recv(10)
    sandbox.close()
    assert capfd.readouterr().err == ""


def test_calls_are_logged_with_a_masked_token_and_counted_by_visitor(sandbox, get):
    get(PATH.upper().replace("VISITORS", "visitors"), LUMENKIT_KEY)
    get(PATH, None)
    get("/visitors", ACCOUNT_TOKEN, LUMENKIT)
    calls = list(sandbox.calls)
    assert [(call.visitor_id, call.status) for call in calls] == [
        (CUSTOMER.visitor_id, 200),
        (CUSTOMER.visitor_id, 401),
        (None, 200),
    ]
    assert [call.token for call in calls] == [masked(LUMENKIT_KEY), "", masked(ACCOUNT_TOKEN)]
    assert LUMENKIT_KEY not in repr(calls)
    assert (len(sandbox.calls), sandbox.calls.count(CUSTOMER.visitor_id)) == (3, 2)
    sandbox.calls.clear()
    assert (len(sandbox.calls), list(sandbox.calls), sandbox.calls.by_visitor()) == (0, [], {})


def test_a_call_is_counted_when_it_arrives_not_when_it_is_answered(clock):
    with (
        Sandbox(clock=clock, patience=60) as sandbox,
        socket.create_connection(("127.0.0.1", sandbox.port)) as connection,
    ):
        path = f"/api/v1/visitors/{named('hang').visitor_id}"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not len(sandbox.calls):
            time.sleep(0.01)
        assert sandbox.calls.count(named("hang").visitor_id) == 1
        assert next(iter(sandbox.calls)).status is None


def test_many_readers_at_once_are_all_answered_and_all_counted(sandbox):
    sandbox.set_limit(Limit(requests_per_minute=None))
    statuses = []

    def read():
        for _ in range(5):
            response = requests.get(
                sandbox.base_url + PATH, headers={"Authorization": f"Bearer {LUMENKIT_KEY}"}, timeout=10
            )
            statuses.append(response.status_code)

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 100
    assert sandbox.calls.count(CUSTOMER.visitor_id) == 100


def test_latency_holds_every_answer_back(sandbox, get):
    sandbox.set_latency(0.2)
    began = time.monotonic()
    get(PATH, LUMENKIT_KEY)
    assert time.monotonic() - began >= 0.2
    with pytest.raises(ValueError, match="between 0 and 60"):
        sandbox.set_latency(-1)


def test_closing_ends_a_hang_at_once_and_frees_the_port(clock):
    sandbox = Sandbox(clock=clock, patience=60).start()
    connection = socket.create_connection(("127.0.0.1", sandbox.port), timeout=5)
    with connection:
        path = f"/api/v1/visitors/{named('hang').visitor_id}"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not len(sandbox.calls):
            time.sleep(0.01)
        began = time.monotonic()
        sandbox.close()
        assert connection.recv(10) == b""
    assert time.monotonic() - began < 2
    with Sandbox(port=sandbox.port, clock=clock) as again:
        assert again.port == sandbox.port


def test_a_sandbox_that_never_started_can_be_closed(clock):
    Sandbox(clock=clock).close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
def test_only_loopback_is_served_unless_asked_for(host):
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(host)


def test_another_address_is_served_when_asked_for(clock, http):
    with Sandbox("0.0.0.0", clock=clock, allow_remote=True) as sandbox:
        assert error_of(http.get(f"http://127.0.0.1:{sandbox.port}/api/v1/nothing"))[0] == 404


def test_the_ipv6_loopback_is_served_too(clock, http):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with Sandbox("::1", clock=clock) as sandbox:
        assert sandbox.base_url == f"http://[::1]:{sandbox.port}/api/v1"
        assert error_of(http.get(sandbox.base_url + "/nothing"))[0] == 404


def test_a_taken_port_raises_an_os_error(sandbox):
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=sandbox.port)


@pytest.mark.process
def test_the_sandbox_runs_without_django():
    program = "import sys; from visitors.sandbox import Sandbox; Sandbox().close(); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "error", "-c", program], check=False, timeout=30).returncode == 0
