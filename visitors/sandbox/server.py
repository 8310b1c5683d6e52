"""The sandbox as an HTTP server: `with Sandbox() as sandbox: requests.get(f"{sandbox.base_url}/visitors/…")`.

It uses http.server with a thread per connection, because the failures need the raw socket.
"""

import ipaddress
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from visitors.sandbox import api, controls
from visitors.sandbox.answers import Answer, ApiError
from visitors.sandbox.api import Api, Request
from visitors.sandbox.clock import milliseconds, start_of_day, utcnow
from visitors.sandbox.controls import MAX_LATENCY_SECONDS, Call, CallLog, Controls
from visitors.sandbox.documented import DOCUMENTED, RETURNING_LEAD
from visitors.sandbox.failures import FailurePlan, Mode, failing_answer, failure
from visitors.sandbox.limits import Limit, RateLimiter
from visitors.sandbox.population import population
from visitors.sandbox.tokens import Keyring, masked

MAX_CONNECTIONS = 256
MAX_BODY_BYTES = 64 * 1024
IDLE_SECONDS = 30.0
SLOW_SECONDS = 2.0
DRIP_PIECES = 60


class Sandbox:
    """A stand-in for DataFast on `host`:`port` (0: any free port), serving in a thread from `start()` to `close()`.

    `clock` is the time of visitors, rate limit and answers. The visitors' past depends on the UTC midnight before the
    start, so it is the same after a restart on the same day. `patience` is the duration of a hang and of a slow drip in
    seconds. Raises OSError for a port in use, and ValueError for a host other than loopback without `allow_remote`.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], datetime] = utcnow,
        *,
        requests_per_minute: int | None = 60,
        limit: Limit | None = None,
        patience: float = 30.0,
        allow_remote: bool = False,
    ) -> None:
        if not allow_remote and not _is_loopback(host):
            raise ValueError(f"The sandbox serves loopback addresses only, and {host} is none.")

        self.patience = patience
        self.closing = threading.Event()
        self._first_limit = limit or Limit(requests_per_minute=requests_per_minute)
        self.reset(clock)
        self._server = _Server((host, port), self)
        self._thread: threading.Thread | None = None

    def reset(self, clock: Callable[[], datetime] = utcnow) -> None:
        """Start over, as after a restart with this clock: no calls, failures, latency or revoked tokens."""

        def now() -> int:
            return milliseconds(clock())

        self.now = now
        self.controls = Controls(
            CallLog(),
            Keyring(),
            RateLimiter(self._first_limit, now),
            FailurePlan({entry.visitor_id: entry.failure for entry in DOCUMENTED if entry.failure is not None}),
        )
        self.api = Api(population(start_of_day(now())), self.controls.keyring, self.controls.limiter, now)

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self._server.server_address[1])

    @property
    def origin(self) -> str:
        """Scheme, host and port, as in `http://127.0.0.1:8001`."""
        host = str(self._server.server_address[0])
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The address for a client in place of `https://datafa.st/api/v1`."""
        return self.origin + api.PREFIX

    @property
    def calls(self) -> CallLog:
        """The log of API calls."""
        return self.controls.calls

    def fail_next(
        self, *, status: int | None = None, mode: str | None = None, times: int = 1, visitor_id: str | None = None
    ) -> None:
        """Make the next `times` calls (for this visitor, if given) fail with a status or a `Mode`."""
        self.controls.failures.fail_next(failure(status, mode), times=times, visitor_id=visitor_id)

    def answer_with(self, visitor_id: str, *, status: int | None = None, mode: str | None = None) -> None:
        """Make every call for this visitor fail with a status or a `Mode`; with neither, undo that."""
        healthy = status is None and mode is None
        self.controls.failures.answer_with(visitor_id, None if healthy else failure(status, mode))

    def revoke(self, token: str) -> None:
        """Revoke a token: its requests get 401."""
        self.controls.keyring.revoke(token)

    def restore(self, token: str) -> None:
        """Make a revoked token valid again."""
        self.controls.keyring.restore(token)

    def set_latency(self, seconds: float) -> None:
        """Delay every API answer by so many seconds, 0 to 60."""
        if not 0 <= seconds <= MAX_LATENCY_SECONDS:
            raise ValueError(f"A latency lies between 0 and {MAX_LATENCY_SECONDS:.0f} seconds.")
        self.controls.latency = seconds

    def set_limit(self, limit: Limit) -> None:
        """Change the rate limit and how it is announced. Windows that have begun continue."""
        self.controls.limiter.limit = limit

    def start(self) -> Self:
        """Start serving in a thread."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """End all responses, including hangs, and free the port."""
        self.closing.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.end_connections()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Server(ThreadingMixIn, HTTPServer):
    """Serves each connection in a thread. Connections over the limit wait."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._free_connections = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._connections: set[socket.socket] = set()
        self._changed = threading.Condition()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own method looks up this machine's name, which can take seconds.
        super(HTTPServer, self).server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        while not self._free_connections.acquire(timeout=0.1):
            if self.sandbox.closing.is_set():
                self.shutdown_request(request)
                return
        with self._changed:
            self._connections.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._connections.discard(request)
                self._changed.notify_all()
            self._free_connections.release()

    def end_connections(self) -> None:
        """Close the open connections, and wait until their threads have noticed."""
        with self._changed:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._connections, timeout=5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that has gone away is normal; anything else is a bug of the sandbox and must be visible.
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._began = time.perf_counter()

    def parse_request(self) -> bool:
        self._began = time.perf_counter()
        return super().parse_request()

    def _handle(self) -> None:
        body = self._body()
        if body is None:
            return
        try:
            target = urlsplit(self.path)
        except ValueError:
            self._send(ApiError(400, "The address cannot be read").answer())
            return
        path = unquote(target.path)
        if path.startswith(controls.PREFIX + "/"):
            self._send(self.server.sandbox.controls.answer(self.command, path, body))
            return
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        self._answer(Request(self.command, path, query, self.headers["Authorization"]))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle  # noqa: N815

    def _answer(self, request: Request) -> None:
        sandbox, calls = self.server.sandbox, self.server.sandbox.controls.calls
        in_api = request.path.startswith(api.PREFIX + "/")
        failing = sandbox.controls.failures.take(request.visitor_id) if in_api and request.method == "GET" else None
        answer: Answer | None
        if failing is None:
            answer = sandbox.api.answer(request)
        else:
            answer = failing_answer(
                failing,
                lambda: sandbox.api.answer(request),
                limit=sandbox.controls.limiter.limit,
                now=sandbox.now(),
                # This server under another host name: a client that follows the redirect appears in the call log.
                redirect_to=f"http://localhost:{sandbox.port}{api.PREFIX}/visitors/{RETURNING_LEAD.visitor_id}",
            )
        if in_api:
            token = masked(request.token) if request.token else ""
            calls.add(Call(request.method, request.path, request.visitor_id, token, answer.status if answer else None))
        mode = None if failing is None else failing.mode
        sandbox.closing.wait(sandbox.controls.latency + (SLOW_SECONDS if mode is Mode.SLOW else 0))
        if answer is None:
            self._send_nothing(reset=mode is Mode.RESET)
        elif mode is Mode.DRIP:
            self._drip(answer)
        elif mode is Mode.CUT_OFF:
            self.close_connection = True
            self.wfile.write(self._head(answer) + answer.body[: len(answer.body) // 2])
        else:
            self._send(answer)

    def _body(self) -> bytes | None:
        """Return the request's body; None if it was refused and the connection ends, because its body is unread."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(ApiError(413, "The body is too long, or its length is not said").answer())
            return None
        return self.rfile.read(int(length))

    def _head(self, answer: Answer) -> bytes:
        """Return status line and headers. `Server-Timing` has the sandbox's own time in milliseconds."""
        took = (time.perf_counter() - self._began) * 1000
        lines = [
            f"HTTP/1.1 {answer.status} {_phrase(answer.status)}",
            f"Server: {self.server_version}",
            f"Date: {self.date_time_string()}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {len(answer.body)}",
            f"Server-Timing: app;dur={took:.3f}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
        ]
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _send(self, answer: Answer) -> None:
        self.wfile.write(self._head(answer) + (b"" if self.command == "HEAD" else answer.body))

    def _drip(self, answer: Answer) -> None:
        """Send the answer in pieces, each soon enough to prevent a read timeout."""
        self.wfile.write(self._head(answer))
        size = max(1, -(-len(answer.body) // DRIP_PIECES))
        for begin in range(0, len(answer.body), size):
            if self.server.sandbox.closing.wait(self.server.sandbox.patience / DRIP_PIECES):
                break
            self.wfile.write(answer.body[begin : begin + size])

    def _send_nothing(self, *, reset: bool) -> None:
        self.close_connection = True
        if not reset:
            self.server.sandbox.closing.wait(self.server.sandbox.patience)
            return
        # With a linger time of 0, closing sends RST. The buffered reader must be closed, too: it holds the socket.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 (http.server's signature)
        """Send http.server's own errors in the envelope instead of an HTML page."""
        self.close_connection = True
        status = 405 if code == HTTPStatus.NOT_IMPLEMENTED else int(code)
        self._send(ApiError(status, message or _phrase(status)).answer())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (http.server's name)
        """Print nothing: the call log has every call."""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
