"""HTTP connections on which everything ends at one deadline: name look-up, connecting, TLS, waiting, and every byte.

A read timeout limits the silence between two bytes, not the whole answer: a server that sends a byte a second would
hold its reader for hours. So the sockets here check before each read how much time the call has left. (A watchdog
thread that shuts the socket down would work too, at the price of a thread and of races over which call owns it.) The
system's name look-up knows no timeout, so connecting runs in a thread of its own, which is abandoned at the deadline.

Everything else is requests: pool, keep-alive, TLS, proxies.
"""

import logging
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from threading import Thread
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError

from visitors.datafast.errors import UpstreamError

# A request and its retries.
MAX_ATTEMPTS = 3
# The pause before the second retry. The first one comes at once: it usually replaces a kept connection that the other
# side has closed.
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.2, 0.4


@dataclass(slots=True)
class Call:
    """One call with its retries. It ends at `ends_at`, an instant of `time.monotonic()`.

    `charge` is called before each HTTP request is sent, and may raise UpstreamError to prevent it. `attempts` counts
    the requests sent.
    """

    ends_at: float
    charge: Callable[[], None]
    attempts: int = 0

    def seconds_left(self) -> float:
        """Return how long the call may still take. Raises TimeoutError once its time is over."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call's time is over")
        return left

    def begin(self) -> None:
        """Charge the next request."""
        self.charge()
        self.attempts += 1

    def begin_retry(self) -> bool:
        """Pause and charge the next request. Return False if no attempt, time or budget is left for it."""
        pause = random.uniform(MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS) if self.attempts > 1 else 0.0  # noqa: S311 no secret
        if self.attempts >= MAX_ATTEMPTS or time.monotonic() + pause >= self.ends_at:
            return False
        time.sleep(pause)
        try:
            self.begin()
        except UpstreamError:
            return False
        return True


# A connection serves one call at a time, in that call's thread, so its sockets find their call here.
_running: ContextVar[Call] = ContextVar("running")


@contextmanager
def running(call: Call) -> Iterator[None]:
    """Make every connection of an `open_session` that is used inside obey this call's deadline."""
    token = _running.set(call)
    try:
        yield
    finally:
        _running.reset(token)


class _Socket(socket.socket):
    """A socket that reads no longer than the running call lasts."""

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        self.settimeout(_running.get().seconds_left())
        return super().recv(*args, **kwargs)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_running.get().seconds_left())
        return super().recv_into(*args, **kwargs)


class _TlsSocket(_Socket, ssl.SSLSocket):
    """The same over TLS. Python applies one timeout to a whole handshake, and to a whole record."""

    def do_handshake(self, *args: Any, **kwargs: Any) -> None:
        left = _running.get().seconds_left()
        self.settimeout(min(self.gettimeout() or left, left))
        super().do_handshake(*args, **kwargs)


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        connected: Future[socket.socket] = Future()
        connect = super()._new_conn

        def run() -> None:
            try:
                connected.set_result(connect())
            except Exception as exc:  # noqa: BLE001 raised where the result is awaited
                connected.set_exception(exc)

        Thread(target=run, name="datafast-connect", daemon=True).start()
        try:
            plain = connected.result(timeout=_running.get().seconds_left())
        except TimeoutError as exc:
            connected.add_done_callback(_close_late)
            raise ConnectTimeoutError(self, f"Connecting to {self.host} took too long") from exc
        timeout = plain.gettimeout()
        sock = _Socket(plain.family, plain.type, plain.proto, fileno=plain.detach())
        sock.settimeout(timeout)
        return sock


def _close_late(connected: Future[socket.socket]) -> None:
    if connected.exception() is None:
        connected.result().close()


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


@cache
def tls_context(ca_bundle: str) -> ssl.SSLContext:
    """Return a context that trusts the certificates in that file or folder, and no others. Raises OSError.

    Cached: parsing the usual bundle takes 50 ms.
    """
    is_folder = Path(ca_bundle).is_dir()
    context = ssl.create_default_context(
        cafile=None if is_folder else ca_bundle, capath=ca_bundle if is_folder else None
    )
    context.sslsocket_class = _TlsSocket
    return context


class _Session(requests.Session):
    def resolve_redirects(self, *args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ARG002 requests' signature
        """Follow no redirect, and leave its body unread: requests would read all of it to look for the next one."""
        return iter(())


class _Adapter(HTTPAdapter):
    """requests' adapter with the connections of this module and one TLS context."""

    def __init__(self, context: ssl.SSLContext, pool_size: int) -> None:
        self._context = context
        super().__init__(pool_maxsize=pool_size, max_retries=Retry(0, read=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, proxy_ssl_context=self._context, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002 requests' signature
        """Leave trust to the context: requests would add its own bundle to the given one."""
        conn.cert_reqs = "CERT_REQUIRED"


def open_session(
    context: ssl.SSLContext, *, proxy: str | None, headers: Mapping[str, str], pool_size: int
) -> requests.Session:
    """Return a session for any number of threads, to be used inside `running`. It keeps no cookies, follows no
    redirects, retries nothing, and reads nothing from the environment. `proxy` is an address such as
    `http://user:secret@proxy:3128`."""
    session = _Session()
    session.trust_env = False
    if proxy:
        proxy = proxy if "://" in proxy else f"http://{proxy}"
        session.proxies = {"http": proxy, "https": proxy}
    session.headers.update(headers)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for prefix in ("http://", "https://"):
        session.mount(prefix, _Adapter(context, pool_size))
    return session


def open_pool(address: str, port: int, host: str, context: ssl.SSLContext) -> HTTPSConnectionPool:
    """Return connections to one address, whose certificate must be for `host`, to be used inside `running`."""
    return _TlsPool(address, port, ssl_context=context, cert_reqs="CERT_REQUIRED", server_hostname=host)


# urllib3 logs addresses, and ours contain visitor ids. The client logs one line of its own for a failed call, so
# urllib3's lines are dropped during our calls.
for _name in ("urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(lambda _record: _running.get(None) is None)
