"""A real HTTP(S) server on loopback with scripted answers, good and bad, for tests that need a DataFast.

    with FaultyUpstream(answer(503), answer(200, VISITOR)) as upstream:
        Client(upstream.url) …
    assert len(upstream.requests) == 2

Each request takes the next behavior; the last one repeats. `upstream.behaviors = […]` changes them while it runs.
"""

import json
import socket
import ssl
import struct
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self

Behavior = Callable[["Exchange"], None]


@dataclass(frozen=True)
class Request:
    """One request as it came: when (monotonic), what, and with which headers (names in lower case) and body."""

    at: float
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


class FaultyUpstream:
    """Serves from `__enter__` to `__exit__`, each connection in a thread of its own, all of them ended at the exit."""

    def __init__(self, *behaviors: Behavior, tls: ssl.SSLContext | None = None) -> None:
        self.behaviors: list[Behavior] = list(behaviors)
        self.requests: list[Request] = []
        self.connections = 0
        self.stopping = Event()
        self._tls = tls
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._surprises: list[BaseException] = []

    @property
    def url(self) -> str:
        """The base URL to give to a client, without a slash at its end."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.server_port}/api/v1"

    @property
    def port(self) -> int:
        return self._server.server_port

    def __enter__(self) -> Self:
        self._server = _Server(self, self._tls)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side has gone already
        self._server.server_close()
        self._thread.join()
        if self._surprises:
            raise self._surprises[0]

    def _next_behavior(self, request: Request) -> Behavior:
        with self._lock:
            self.requests.append(request)
            return self.behaviors.pop(0) if len(self.behaviors) > 1 else self.behaviors[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, upstream: FaultyUpstream, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.upstream = upstream
        self._tls = tls

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 (socketserver's signature)
        exc = sys.exception()
        if exc is not None and not isinstance(exc, OSError):  # OSError: the client has gone, which is what we test
            self.upstream._surprises.append(exc)


class Exchange(BaseHTTPRequestHandler):
    """One connection. Behaviors write to `wfile` (unbuffered) and may wait with `pause`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        upstream = self.server.upstream
        with upstream._lock:
            upstream.connections += 1
            upstream._open.add(self.request)
        if isinstance(self.request, ssl.SSLSocket):
            self.request.do_handshake()
        super().setup()

    def finish(self) -> None:
        with self.server.upstream._lock:
            self.server.upstream._open.discard(self.request)
        super().finish()

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(time.monotonic(), self.command, self.path, headers, body)
        behavior = self.server.upstream._next_behavior(request)
        behavior(self)

    def do_POST(self) -> None:
        self.do_GET()

    def do_CONNECT(self) -> None:
        self.do_GET()

    def pause(self, seconds: float) -> bool:
        """Wait; False when the server is about to stop."""
        return not self.server.upstream.stopping.wait(seconds)

    def start(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the status line and exactly these headers."""
        lines = [
            f"HTTP/1.1 {status} {responses.get(status, 'Odd')}",
            *(f"{k}: {v}" for k, v in headers.items()),
            "",
            "",
        ]
        self.wfile.write("\r\n".join(lines).encode())

    def log_message(self, *args: object) -> None:
        """Stay silent."""


def answer(
    status: int = 200,
    body: object = b"",
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json; charset=utf-8",
) -> Behavior:
    """Answer in full; a body that is not bytes is sent as JSON. The connection stays open."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def behave(exchange: Exchange) -> None:
        exchange.start(
            status, {"Content-Type": content_type, "Content-Length": str(len(content))} | dict(headers or {})
        )
        exchange.wfile.write(content)

    return behave


def error(status: int, message: str = "…", headers: Mapping[str, str] | None = None, **beside: object) -> Behavior:
    """Answer with DataFast's error envelope; `beside` are fields beside it (`reset=…`)."""
    return answer(status, {"status": "error", "error": {"code": status, "message": message}, **beside}, headers)


def after(event: Event, behavior: Behavior) -> Behavior:
    """Behave so once the event is set."""

    def behave(exchange: Exchange) -> None:
        event.wait(60)
        behavior(exchange)

    return behave


def hang(exchange: Exchange) -> None:
    """Never answer."""
    exchange.pause(60)
    exchange.close_connection = True


def hang_up(exchange: Exchange) -> None:
    """Close the connection without an answer."""
    exchange.close_connection = True


def reset(exchange: Exchange) -> None:
    """Break the connection off with a TCP reset."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.connection.close()
    exchange.close_connection = True


def raw(content: bytes) -> Behavior:
    """Send these bytes in place of an HTTP answer, and close."""

    def behave(exchange: Exchange) -> None:
        exchange.wfile.write(content)
        exchange.close_connection = True

    return behave


def drip(content: bytes, seconds: float = 0.05) -> Behavior:
    """Send these bytes one by one, with a pause after each, and then the last one over and over."""

    def behave(exchange: Exchange) -> None:
        exchange.close_connection = True
        for byte in content:
            exchange.wfile.write(bytes([byte]))
            if not exchange.pause(seconds):
                return
        while exchange.pause(seconds):
            exchange.wfile.write(content[-1:])

    return behave


def drip_headers(seconds: float = 0.05) -> Behavior:
    """Send headers without end, a byte at a time."""
    return drip(b"HTTP/1.1 200 OK\r\nX-Slow: a", seconds)


def drip_body(seconds: float = 0.05) -> Behavior:
    """Send the headers at once, and then a body of a megabyte, a byte at a time."""

    def behave(exchange: Exchange) -> None:
        exchange.start(200, {"Content-Type": "application/json", "Content-Length": "1000000"})
        drip(b'{"status": ', seconds)(exchange)

    return behave


def cut_off(body: bytes) -> Behavior:
    """Announce one byte more than comes, and close."""

    def behave(exchange: Exchange) -> None:
        exchange.start(200, {"Content-Type": "application/json", "Content-Length": str(len(body) + 1)})
        exchange.wfile.write(body)
        exchange.close_connection = True

    return behave


def endless(status: int = 200) -> Behavior:
    """Send a body without length or end, as fast as it is taken."""

    def behave(exchange: Exchange) -> None:
        exchange.close_connection = True
        exchange.start(status, {"Content-Type": "application/json", "Connection": "close"})
        while not exchange.server.upstream.stopping.is_set():
            exchange.wfile.write(b" " * 65536)

    return behave


def gzip_bomb(megabytes: int) -> Behavior:
    """Send a small body that unpacks to that many megabytes of spaces."""
    squeeze = zlib.compressobj(level=1, wbits=31)
    body = b"".join(squeeze.compress(b" " * 2**20) for _ in range(megabytes)) + squeeze.flush()
    return answer(200, body, {"Content-Encoding": "gzip"})


def redirect(location: str, status: int = 302) -> Behavior:
    """Send the client elsewhere."""
    return answer(status, b"", {"Location": location})


def refused_url() -> str:
    """Return the base URL of a port that refuses connections."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/api/v1"
