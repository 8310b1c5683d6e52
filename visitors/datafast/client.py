"""Call DataFast's API: Get visitor, List visitors, the realtime map, metadata, and List websites.

The constructor fixes everything about a call: deadline, sizes, retries, redirects, and which servers are trusted. A
caller can only shorten one call's deadline. Make one client per process and share it between threads. It opens its
connections in the process that first uses it, so it may be made before a server forks its workers.
"""

import http.client
import ipaddress
import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import requests
import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy

from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.errors import (
    Forbidden,
    InvalidVisitorId,
    MalformedAnswer,
    NoJourney,
    Reason,
    RequestRefused,
    Unavailable,
    UpstreamError,
)
from visitors.datafast.lenient import Note
from visitors.datafast.parsing import (
    parse_error,
    parse_metadata,
    parse_rate_limit,
    parse_realtime_map,
    parse_visitor,
    parse_visitors,
    parse_websites,
)
from visitors.datafast.payload import ListedVisitor, RateLimit, RealtimeMap, Visitor, WebsiteListing, WebsiteMetadata
from visitors.datafast.transport import Call, open_session, running, tls_context

logger = logging.getLogger("visitors.datafast")

_VISITOR_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CHUNK_BYTES: Final = 64 * 1024
# DataFast's error envelope takes 200 bytes. Anything much longer is a proxy's page, of which only the status counts.
_MAX_ERROR_BYTES: Final = 64 * 1024
_RETRIED_STATUSES = {502, 503, 504}
# A TIMEOUT while the call has time left is one of connecting.
_RETRIED_REASONS = {Reason.CONNECTION, Reason.DNS, Reason.TIMEOUT}


def _do_nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class VisitorAnswer:
    """A visitor; `notes` on what could not be read; the JSON `body` as received; the token's rate limit if DataFast
    sent it."""

    visitor: Visitor
    notes: tuple[Note, ...]
    body: bytes
    rate: RateLimit | None


@dataclass(frozen=True, slots=True)
class VisitorsAnswer:
    """A page of a list of visitors; whether there are more, and how many in all if DataFast said so; the token's rate
    limit if DataFast sent it."""

    visitors: tuple[ListedVisitor, ...]
    has_more: bool
    total: int | None
    rate: RateLimit | None


@dataclass(frozen=True, slots=True)
class WebsitesAnswer:
    """The websites that an account token opens, and the token's rate limit if DataFast sent it."""

    websites: tuple[WebsiteListing, ...]
    rate: RateLimit | None


@dataclass(frozen=True, slots=True)
class RealtimeAnswer:
    """Who is on a website, the JSON `body` as received, and the token's rate limit if DataFast sent it."""

    realtime_map: RealtimeMap
    body: bytes
    rate: RateLimit | None


@dataclass(frozen=True, slots=True)
class MetadataAnswer:
    """The website that a token opens, and the token's rate limit if DataFast sent it."""

    metadata: WebsiteMetadata
    rate: RateLimit | None


class Client:
    """Calls one API, such as `https://datafa.st/api/v1`. Safe for threads.

    `deadline_seconds` limits a whole call with its retries, `connect_seconds` one attempt to connect, `max_body_bytes`
    an answer after decompression, `pool_size` the connections kept open (more may be opened).

    A call is tried at most three times: again after a connection error and after 502, 503 and 504, never after another
    answer. `Retry-After` is not waited for.

    Only the certificates in `ca_bundle` (a file or folder) are trusted; the default is what REQUESTS_CA_BUNDLE or
    SSL_CERT_FILE names, or else certifi's list. HTTPS_PROXY and NO_PROXY are read once, now; an API on this machine is
    never called through a proxy.

    Raises ValueError with a sentence if the address is not https (unless it is this machine's own), or if the bundle
    can't be read.
    """

    def __init__(
        self,
        base_url: str,
        *,
        deadline_seconds: float = 10.0,
        connect_seconds: float = 3.0,
        max_body_bytes: int = 8 * 2**20,
        ca_bundle: str | None = None,
        user_agent: str = "Journeydesk",
        pool_size: int = 10,
    ) -> None:
        self._base_url, is_local = _checked(base_url)
        self._deadline_seconds = deadline_seconds
        self._timeout = (connect_seconds, deadline_seconds)
        self._max_body_bytes = max_body_bytes
        self._pool_size = pool_size
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": user_agent}
        self._proxy = None if is_local else select_proxy(self._base_url, get_environ_proxies(self._base_url))
        bundle = (
            ca_bundle
            or os.environ.get("REQUESTS_CA_BUNDLE")
            or os.environ.get("SSL_CERT_FILE")
            or DEFAULT_CA_BUNDLE_PATH
        )
        try:
            self._context = tls_context(bundle)
        except OSError as exc:
            raise ValueError(f"The certificates in {bundle} cannot be read: {exc.strerror or exc}.") from exc
        self._opened: tuple[int, requests.Session] | None = None

    def get_visitor(
        self,
        credential: Credential,
        visitor_id: str,
        *,
        deadline: float | None = None,
        charge: Callable[[], None] = _do_nothing,
    ) -> VisitorAnswer:
        """Get one visitor (a UUID v4 in any case). Raises UpstreamError, any kind in `errors`.

        `deadline`, an instant of `time.monotonic()`, can end the call before `deadline_seconds`, never later.
        `charge` is called before each HTTP request is sent; if it raises an UpstreamError, the request is not sent.
        """
        wanted = visitor_id.lower()
        if not _VISITOR_ID.fullmatch(wanted):
            # DataFast would answer the same; and nothing but an id may become part of an address.
            raise InvalidVisitorId
        call = self._call(deadline, charge)
        with _logged("Get visitor", call):
            body, rate = self._get(call, f"visitors/{wanted}", credential.token, credential.query)
            parsed = parse_visitor(body)
            answered = parsed.visitor.visitor_id
            is_unreadable = any(note.path == "visitorId" for note in parsed.notes)
            if is_unreadable or (answered is not None and answered.strip().lower() != wanted):
                raise MalformedAnswer("it is about another visitor")
            if parsed.is_empty:
                raise MalformedAnswer("it is empty")
            return VisitorAnswer(parsed.visitor, parsed.notes, body, rate)

    def list_visitors(
        self,
        credential: Credential,
        query: dict[str, str],
        *,
        deadline: float | None = None,
        charge: Callable[[], None] = _do_nothing,
    ) -> VisitorsAnswer:
        """List visitors; `query` has DataFast's names. Raises UpstreamError, never NoJourney. See `get_visitor`.

        RequestRefused has DataFast's sentence about filters that it does not accept.
        """
        call = self._call(deadline, charge)
        with _logged("List visitors", call):
            try:
                body, rate = self._get(call, "visitors", credential.token, query | credential.query)
            except NoJourney as exc:  # 400 or 404, which are about the filters here
                raise RequestRefused(400, upstream_message=exc.upstream_message) from exc
            visitors, pagination = parse_visitors(body)
            return VisitorsAnswer(visitors, bool(pagination.has_more), pagination.total, rate)

    def list_websites(
        self, account: AccountToken, *, deadline: float | None = None, charge: Callable[[], None] = _do_nothing
    ) -> WebsitesAnswer:
        """List the websites that an account token opens. Raises UpstreamError, never NoJourney. See `get_visitor`."""
        call = self._call(deadline, charge)
        with _logged("List websites", call):
            try:
                body, rate = self._get(call, "admin/websites", account.token)
            except NoJourney as exc:  # 400 or 404, which mean nothing here
                raise RequestRefused(upstream_message=exc.upstream_message) from exc
            return WebsitesAnswer(parse_websites(body), rate)

    def get_realtime_map(
        self, credential: Credential, *, deadline: float | None = None, charge: Callable[[], None] = _do_nothing
    ) -> RealtimeAnswer:
        """Get who is on a website now. Raises UpstreamError, never NoJourney; RequestRefused if the token may not read
        this. See `get_visitor`."""
        call = self._call(deadline, charge)
        with _logged("Realtime map", call):
            body, rate = self._get_analytics(call, "realtime/map", credential)
            return RealtimeAnswer(parse_realtime_map(body), body, rate)

    def get_metadata(
        self, credential: Credential, *, deadline: float | None = None, charge: Callable[[], None] = _do_nothing
    ) -> MetadataAnswer:
        """Get which website a token opens. Raises what `get_realtime_map` does."""
        call = self._call(deadline, charge)
        with _logged("Metadata", call):
            body, rate = self._get_analytics(call, "metadata", credential)
            return MetadataAnswer(parse_metadata(body), rate)

    def reach(self) -> tuple[int, datetime | None]:
        """Send one request without a token. Return the HTTP status and the server's time (UTC; None if it sent none).

        Raises Unavailable or MalformedAnswer. Charged to no budget.
        """
        call = self._call(None)
        with running(call), self._send(self._base_url) as response:
            return response.status_code, _date(response.headers.get("Date"))

    def close(self) -> None:
        """Close the connections. The next call opens new ones."""
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None

    def _call(
        self,
        deadline: float | None,
        charge: Callable[[], None] = _do_nothing,
    ) -> Call:
        ends_at = time.monotonic() + self._deadline_seconds
        if deadline is not None:
            ends_at = min(ends_at, deadline)
        return Call(ends_at, charge)

    def _get(
        self, call: Call, path: str, token: str, query: dict[str, str] | None = None
    ) -> tuple[bytes, RateLimit | None]:
        """Return the decompressed body of a 200, and the token's rate limit. Raises UpstreamError."""
        if call.ends_at <= time.monotonic():
            raise Unavailable(Reason.TIMEOUT)
        with running(call), self._send_with_retries(call, f"{self._base_url}/{path}", token, query) as response:
            now = datetime.now(UTC)
            rate = parse_rate_limit(response.headers, now)
            if response.status_code != http.client.OK:
                error = parse_error(response.status_code, response.headers, _read_error(response), now)
                error.rate = rate
                raise error
            try:
                body = _read(response, self._max_body_bytes)
            except urllib3.exceptions.HTTPError as exc:
                raise _meaning(exc, Reason.CUT_OFF) from exc
            if body is None:
                raise MalformedAnswer(f"it is larger than {self._max_body_bytes:,} bytes")
            return body, rate

    def _get_analytics(self, call: Call, path: str, credential: Credential) -> tuple[bytes, RateLimit | None]:
        """Return what `_get` does. What is about a visitor or the whole key elsewhere is a refusal of this call."""
        try:
            return self._get(call, f"analytics/{path}", credential.token, credential.query)
        except (NoJourney, Forbidden) as exc:
            refusal = RequestRefused(403 if isinstance(exc, Forbidden) else None, upstream_message=exc.upstream_message)
            refusal.rate = exc.rate
            raise refusal from exc

    def _send_with_retries(self, call: Call, url: str, token: str, query: dict[str, str] | None) -> requests.Response:
        """Return the last response, with its body unread. Raises UpstreamError if there is none."""
        call.begin()
        while True:
            try:
                response = self._send(url, {"Authorization": f"Bearer {token}"}, query)
            except Unavailable as error:
                if error.reason not in _RETRIED_REASONS or not call.begin_retry():
                    raise
            else:
                if response.status_code not in _RETRIED_STATUSES or not call.begin_retry():
                    return response
                # Not read to its end, which may never come.
                response.close()

    def _send(
        self, url: str, headers: dict[str, str] | None = None, query: dict[str, str] | None = None
    ) -> requests.Response:
        """Return the response to one GET, with its body unread. Raises Unavailable or MalformedAnswer."""
        try:
            return self._session().get(
                url, params=query, headers=headers, timeout=self._timeout, stream=True, allow_redirects=False
            )
        except requests.RequestException as exc:
            raise _meaning(exc, Reason.CONNECTION) from exc

    def _session(self) -> requests.Session:
        """Return this process's connections. A forked worker must not use connections that its parent opened."""
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            # Two threads may both get here at the start. One session is then used once and dropped, which costs less
            # than a lock that a fork could copy while it is held.
            session = open_session(self._context, proxy=self._proxy, headers=self._headers, pool_size=self._pool_size)
            self._opened = opened = (os.getpid(), session)
        return opened[1]


def _checked(base_url: str) -> tuple[str, bool]:
    """Return the address without a slash at its end, and whether it is this machine's. Raises ValueError."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        host.encode("idna")
        is_plain = host and host.isascii() and parts.port != 0
        is_plain = is_plain and not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:  # a port that is no number, a lone bracket, a host name that cannot exist
        is_plain = False
    if not is_plain or parts.scheme not in {"http", "https"}:
        raise ValueError(
            "DataFast's address must read like https://datafa.st/api/v1, without a user name, a ? or a # in it."
        )
    is_local = _is_loopback(host)
    if parts.scheme == "http" and not is_local:
        raise ValueError("DataFast's address must begin with https://: tokens and personal data travel to it.")
    return base_url.rstrip("/"), is_local


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(response: requests.Response, max_bytes: int) -> bytes | None:
    """Return the decompressed body; None, having read little more than `max_bytes`, if it is longer."""
    chunks = []
    size = 0
    # Decompression stops at each chunk's size, so a small body that unpacks to gigabytes ends here as well.
    for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=True):
        size += len(chunk)
        if size > max_bytes:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _read_error(response: requests.Response) -> bytes:
    """Return an error's body if it comes in time and whole, else b"": the status is enough."""
    try:
        return _read(response, _MAX_ERROR_BYTES) or b""
    except urllib3.exceptions.HTTPError:
        return b""


# The first match counts, so a class comes before its base classes.
_MEANINGS: tuple[tuple[type[Exception], Reason], ...] = (
    (urllib3.exceptions.NameResolutionError, Reason.DNS),
    (urllib3.exceptions.NewConnectionError, Reason.CONNECTION),
    (urllib3.exceptions.TimeoutError, Reason.TIMEOUT),
    (urllib3.exceptions.SSLError, Reason.TLS),
    (http.client.RemoteDisconnected, Reason.CONNECTION),
    (http.client.IncompleteRead, Reason.CUT_OFF),
)


def _meaning(exc: BaseException, otherwise: Reason) -> UpstreamError:
    """Return our error for one of requests' or urllib3's, by the most specific error that caused it."""
    cause: BaseException | None = exc
    while cause is not None:
        for kind, reason in _MEANINGS:
            if isinstance(cause, kind):
                return Unavailable(reason)
        if isinstance(cause, urllib3.exceptions.DecodeError):
            return MalformedAnswer("it cannot be decompressed")
        if isinstance(cause, http.client.HTTPException):
            return MalformedAnswer("it is not HTTP")
        cause = cause.__cause__ or cause.__context__ or next((a for a in cause.args if isinstance(a, Exception)), None)
    return Unavailable(otherwise)


@contextmanager
def _logged(endpoint: str, call: Call) -> Iterator[None]:
    """Log the call's error in one line, unless it is an answer or nothing was sent. The line contains no token, no
    visitor id, and no text that others wrote."""
    started = time.monotonic()
    try:
        yield
    except UpstreamError as exc:
        if isinstance(exc, NoJourney) or not call.attempts:
            raise
        milliseconds = (time.monotonic() - started) * 1000
        cause = type(exc.__cause__).__name__ if exc.__cause__ else "answer"
        logger.warning("%s failed after %.0f ms: %r (%s)", endpoint, milliseconds, exc, cause)
        raise
