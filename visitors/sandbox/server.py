"""The sandbox as an HTTP server: `with Sandbox() as sandbox: requests.get(f"{sandbox.base_url}/visitors/…")`.

http.server and a thread for each connection: it needs nothing installed, and the failures need the raw socket.
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
from visitors.sandbox.answers import Answer, Refusal
from visitors.sandbox.api import Api, Request
from visitors.sandbox.calls import Call, CallLog
from visitors.sandbox.controls import MOST_LATENCY, Controls
from visitors.sandbox.documented import DOCUMENTED
from visitors.sandbox.failures import FailurePlan, Mode, failure
from visitors.sandbox.limits import Limit, RateLimiter
from visitors.sandbox.moments import milliseconds, start_of_day, utcnow
from visitors.sandbox.population import population
from visitors.sandbox.tokens import Keyring, masked
from visitors.sandbox.troubles import troubled

MOST_CONNECTIONS = 256
MOST_BODY_BYTES = 64 * 1024
IDLE_SECONDS = 30.0
SLOW_SECONDS = 2.0
DRIP_PIECES = 60


class Sandbox:
    """A stand-in for DataFast on `host`:`port` (0 = any free port), serving from `start()` to `close()` in a thread.

    `clock` tells the time to everything: stories, rate limit, answers. The stories are told from the UTC midnight
    before the start, so that the past holds still while the sandbox runs and over restarts on the same day. `patience`
    is how many seconds a hang lasts, and a slow drip takes. Only loopback is served unless `allow_remote` is set.
    A port that is taken raises `OSError`; another host than loopback, `ValueError`.
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
        """The port that is served."""
        return int(self._server.server_address[1])

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:8001`, in front of `/api/v1` and `/sandbox`."""
        host = str(self._server.server_address[0])
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """What a client takes for `https://datafa.st/api/v1`."""
        return self.origin + api.PREFIX

    @property
    def calls(self) -> CallLog:
        """Every call of the API so far."""
        return self.controls.calls

    def fail_next(
        self, *, status: int | None = None, mode: str | None = None, times: int = 1, visitor_id: str | None = None
    ) -> None:
        """The next `times` API calls (for this visitor, if given) answer with a status or fail in a `Mode`."""
        self.controls.failures.fail_next(failure(status, mode), times=times, visitor_id=visitor_id)

    def answer_with(self, visitor_id: str, *, status: int | None = None, mode: str | None = None) -> None:
        """Every call for this visitor answers with a status or fails in a `Mode`; with neither, as it was at first."""
        healthy = status is None and mode is None
        self.controls.failures.answer_with(visitor_id, None if healthy else failure(status, mode))

    def revoke(self, token: str) -> None:
        """From now on the token answers 401."""
        self.controls.keyring.revoke(token)

    def restore(self, token: str) -> None:
        """The token is in force again."""
        self.controls.keyring.restore(token)

    def set_latency(self, seconds: float) -> None:
        """Holds every API answer back for so many seconds, 0 to 60."""
        if not 0 <= seconds <= MOST_LATENCY:
            raise ValueError(f"A latency lies between 0 and {MOST_LATENCY:.0f} seconds.")
        self.controls.latency = seconds

    def set_limit(self, limit: Limit) -> None:
        """Changes the rate limit and how it is told; windows that have begun go on."""
        self.controls.limiter.limit = limit

    def start(self) -> Self:
        """Begins to serve, in a thread of its own."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Ends all that is being answered, hangs included, and frees the port."""
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
    """Serves each connection in a thread, so many at once; further ones wait until one ends."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._connections: set[socket.socket] = set()
        self._changed = threading.Condition()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # Not HTTPServer's own: it asks the name service who this machine is, which can take seconds.
        super(HTTPServer, self).server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        while not self._places.acquire(timeout=0.1):
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
            self._places.release()

    def end_connections(self) -> None:
        """Ends what is still open, and waits until the threads are through with it."""
        with self._changed:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._connections, timeout=5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that went away is none of our business; anything else is a mistake of the sandbox and must be seen.
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
            self._send(Refusal(400, "The address cannot be read").answer())
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
            answer = troubled(
                failing,
                lambda: sandbox.api.answer(request),
                limit=sandbox.controls.limiter.limit,
                now=sandbox.now(),
                port=sandbox.port,
            )
        if in_api:
            token = masked(request.token) if request.token else ""
            calls.add(Call(request.method, request.path, request.visitor_id, token, answer.status if answer else None))
        mode = None if failing is None else failing.mode
        sandbox.closing.wait(sandbox.controls.latency + (SLOW_SECONDS if mode is Mode.SLOW else 0))
        if answer is None:
            self._say_nothing(reset=mode is Mode.RESET)
        elif mode is Mode.DRIP:
            self._drip(answer)
        elif mode is Mode.CUT_OFF:
            self.close_connection = True
            self.wfile.write(self._head(answer) + answer.body[: len(answer.body) // 2])
        else:
            self._send(answer)

    def _body(self) -> bytes | None:
        """The request's body; None when it was refused, since a connection with an unread body is of no more use."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > MOST_BODY_BYTES:
            self.close_connection = True
            self._send(Refusal(413, "The body is too long, or its length is not said").answer())
            return None
        return self.rfile.read(int(length))

    def _head(self, answer: Answer) -> bytes:
        """Status line and headers, with the time that the sandbox itself took in `Server-Timing` (milliseconds)."""
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
        """The whole answer in so many pieces, each soon enough that no read timeout strikes."""
        self.wfile.write(self._head(answer))
        size = max(1, -(-len(answer.body) // DRIP_PIECES))
        for begin in range(0, len(answer.body), size):
            if self.server.sandbox.closing.wait(self.server.sandbox.patience / DRIP_PIECES):
                break
            self.wfile.write(answer.body[begin : begin + size])

    def _say_nothing(self, *, reset: bool) -> None:
        self.close_connection = True
        if not reset:
            self.server.sandbox.closing.wait(self.server.sandbox.patience)
            return
        # With a linger time of 0 the close sends RST; the buffered reader would hold the socket open beyond it.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 (http.server's signature)
        """http.server's own complaints about a request, in the envelope instead of a page."""
        self.close_connection = True
        status = 405 if code == HTTPStatus.NOT_IMPLEMENTED else int(code)
        self._send(Refusal(status, message or _phrase(status)).answer())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (http.server's name)
        """Stays quiet: the call log has it all."""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
