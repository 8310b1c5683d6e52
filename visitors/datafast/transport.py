"""HTTP in which everything ends at one deadline: name look-up, connecting, TLS, waiting, every byte, every retry.

A read timeout bounds the silence between two bytes, never the whole: a server that sends a byte a second keeps its
reader for hours. So the sockets here ask before each read how much time the call has left. (A watchdog thread that
shuts the socket down would do as well, at the price of a thread and of races over whose socket it is.) The one thing
that no timeout reaches is the system's name look-up: it runs in a thread of its own, left behind when time is over.

All else is requests and urllib3 as they come: pool, keep-alive, TLS, proxies, retries.
"""

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from threading import Thread
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ResponseError,
)
from urllib3.util import Retry

# A request and its retries.
MOST_ATTEMPTS = 3


@dataclass(slots=True)
class Call:
    """One call: it must be over at `ends_at`, an instant of `time.monotonic()`, and asks `may_retry` before each retry.

    `attempts` counts the requests that it has begun.
    """

    ends_at: float
    may_retry: Callable[[], bool]
    attempts: int = 0


# A connection serves one call at a time and in that call's thread, so that all of the below finds the right one.
_running: ContextVar[Call] = ContextVar("running")


@contextmanager
def running(call: Call) -> Iterator[None]:
    """Hold everything that a session of `open_session` does inside to this call's time and number of attempts."""
    token = _running.set(call)
    call.attempts += 1
    try:
        yield
    finally:
        _running.reset(token)


def _time_left() -> float:
    """Return the seconds left to the running call, more than zero. Raises TimeoutError when there are none."""
    left = _running.get().ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("the call's time is over")
    return left


class _Socket(socket.socket):
    """A socket of which no read outlasts the running call."""

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        self.settimeout(_time_left())
        return super().recv(*args, **kwargs)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_time_left())
        return super().recv_into(*args, **kwargs)


class _TlsSocket(_Socket, ssl.SSLSocket):
    """The same over TLS. Python bounds a handshake and the reading of a whole record by one timeout, drips included."""

    def do_handshake(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(min(self.gettimeout() or float("inf"), _time_left()))
        super().do_handshake(*args, **kwargs)


class _Connection(HTTPConnection):
    """Connects within the running call's time. (`_new_conn` is the seam that urllib3's own SOCKS support uses.)"""

    def _new_conn(self) -> socket.socket:
        try:
            return self._connect(_look_up(self.host, self.port))
        except socket.gaierror as exc:
            raise NameResolutionError(self.host, self, exc) from exc
        except TimeoutError as exc:
            raise ConnectTimeoutError(self, f"Connecting to {self.host} took too long") from exc
        except OSError as exc:
            raise NewConnectionError(self, f"No connection: {exc}") from exc

    def _connect(self, addresses: Iterable[tuple[Any, ...]]) -> socket.socket:
        """Connect to the first address that lets us, each within the connect timeout."""
        failure = OSError("the name has no address")
        for family, kind, protocol, _, address in addresses:
            sock = _Socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(min(self.timeout or float("inf"), _time_left()))
                sock.connect(address)
            except OSError as exc:
                sock.close()
                failure = exc
            else:
                return sock
        raise failure


class _TlsConnection(_Connection, HTTPSConnection):
    pass


def _look_up(host: str, port: int | None) -> list[tuple[Any, ...]]:
    """Return what `getaddrinfo` finds. Raises its errors, and TimeoutError when the running call has no more time."""
    found: Future[list[tuple[Any, ...]]] = Future()

    def look_up() -> None:
        try:
            found.set_result(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except Exception as exc:  # noqa: BLE001 (raised where the result is awaited)
            found.set_exception(exc)

    Thread(target=look_up, name="datafast-look-up", daemon=True).start()
    return found.result(timeout=_time_left())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Retry(Retry):
    """urllib3's retries, as long as the running call outlasts the pause before the next one and may make it."""

    pause = 0.0

    def increment(self, *args: Any, **kwargs: Any) -> Self:
        following = super().increment(*args, **kwargs)
        following.pause = Retry.get_backoff_time(following)
        call = _running.get()
        if following.pause >= call.ends_at - time.monotonic() or not call.may_retry():
            cause = kwargs.get("error") or ResponseError(ResponseError.GENERIC_ERROR)
            raise MaxRetryError(kwargs["_pool"], None, cause) from cause
        if response := kwargs.get("response"):
            # urllib3 would read a failed answer to its end, to keep the connection; that end may never come.
            response.close()
        call.attempts += 1
        return following

    def get_backoff_time(self) -> float:
        """Return the pause that was drawn, with its jitter, when this attempt was counted."""
        return self.pause


# Retried: connection errors (no connection, or one that broke before an answer), and what a proxy says of an absent
# service. Not retried: a certificate that is not trusted ("other"), a 429. An answer's `Retry-After` is not waited for,
# since urllib3 would sleep for hours. The first retry comes at once, for the usual reason is a kept connection that the
# other side has closed; the second after 0.2 to 0.4 s.
_RETRIES = _Retry(
    total=MOST_ATTEMPTS - 1,
    other=0,
    allowed_methods={"GET"},
    status_forcelist={502, 503, 504},
    backoff_factor=0.1,
    backoff_jitter=0.2,
    raise_on_status=False,
    respect_retry_after_header=False,
)


class _Session(requests.Session):
    def resolve_redirects(self, *args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ARG002 (requests' signature)
        """Follow no redirect, and don't look at it either: requests would read the whole of its body."""
        return iter(())


class _Adapter(HTTPAdapter):
    """requests' adapter with the connections and retries of this module, and one TLS context for all connections."""

    def __init__(self, context: ssl.SSLContext, pool_size: int) -> None:
        self._context = context
        super().__init__(pool_maxsize=pool_size, max_retries=_RETRIES)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, proxy_ssl_context=self._context, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002 (requests' signature)
        """Leave trust to the context: requests would add its own bundle to whatever we were told to trust."""
        conn.cert_reqs = "CERT_REQUIRED"


def tls_context(ca_bundle: str) -> ssl.SSLContext:
    """Return a context that trusts the certificates in that file or folder, and no others. Raises OSError."""
    is_folder = Path(ca_bundle).is_dir()
    context = ssl.create_default_context(
        cafile=None if is_folder else ca_bundle, capath=ca_bundle if is_folder else None
    )
    context.sslsocket_class = _TlsSocket
    return context


def open_session(
    origin: str, *, context: ssl.SSLContext, proxies: Mapping[str, str], headers: Mapping[str, str], pool_size: int
) -> requests.Session:
    """Return a session for that origin (`https://datafa.st`) and no other, for any number of threads.

    It keeps no cookies and reads nothing from the environment (proxies, .netrc, certificates): what it is to use, it is
    given. Use it inside `running`.
    """
    session = _Session()
    session.trust_env = False
    session.proxies.update(proxies)
    session.headers.update(headers)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.adapters.clear()
    session.mount(f"{origin}/", _Adapter(context, pool_size))
    return session


# urllib3 logs the whole address of what it retries, and our addresses hold the ids of visitors. The client logs a line
# of its own for a failed call, so urllib3's are left out, during our calls only.
for _name in ("urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(lambda _record: _running.get(None) is None)
