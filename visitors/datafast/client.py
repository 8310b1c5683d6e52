"""The questions that Journeydesk asks DataFast: who is this visitor, and which websites does this account have?

All policy (deadline, sizes, retries, redirects, whom to trust) is fixed when the client is made; a caller can shorten a
call's deadline and change nothing else. Make one client per process and share it between threads; it opens its
connections in the process that first asks, so that it may be made before a server forks its workers.
"""

import http.client
import ipaddress
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import requests
import urllib3
from requests.auth import AuthBase
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies

from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.errors import InvalidVisitorId, MalformedAnswer, NoJourney, Reason, Unavailable, UpstreamError
from visitors.datafast.lenient import Note
from visitors.datafast.limits import RateLimit
from visitors.datafast.parsing import parse_error, parse_rate_limit, parse_visitor, parse_websites
from visitors.datafast.payload import Visitor, WebsiteListing
from visitors.datafast.transport import Call, open_session, running, tls_context

logger = logging.getLogger("visitors.datafast")

_VISITOR_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CHUNK: Final = 64 * 1024
# An error's envelope takes 200 bytes. Of anything much longer, a proxy's page, we want nothing but the status.
_LONGEST_ERROR_BODY: Final = 64 * 1024


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class VisitorAnswer:
    """A visitor, what of the answer could not be used, the JSON as received, the token's rate limit if it came, and how
    many requests it took, retries included."""

    visitor: Visitor
    notes: tuple[Note, ...]
    body: bytes
    rate: RateLimit | None
    attempts: int


@dataclass(frozen=True, slots=True)
class WebsitesAnswer:
    """The websites that an account token opens, what of the answer could not be used, the token's rate limit if it
    came, and how many requests it took."""

    websites: tuple[WebsiteListing, ...]
    notes: tuple[Note, ...]
    rate: RateLimit | None
    attempts: int


class Client:
    """Asks one upstream, such as `https://datafa.st/api/v1`. Safe for threads.

    `deadline_seconds` bounds a whole call with its retries, `connect_seconds` one attempt to connect, `max_body_bytes`
    an answer after decompression, `pool_size` the connections kept open (more may be opened).

    `ca_bundle` (a file or folder) is all that is trusted; None means what REQUESTS_CA_BUNDLE or else SSL_CERT_FILE
    names, else certifi's list. `proxies` is requests' mapping; None means HTTPS_PROXY and NO_PROXY of the environment,
    as of now. An upstream on this machine is never asked through the environment's proxies.

    Raises ValueError with a sentence for an address that is not https (unless it is this machine's own), or a bundle
    that cannot be read.
    """

    def __init__(
        self,
        base_url: str,
        *,
        deadline_seconds: float = 10.0,
        connect_seconds: float = 3.0,
        max_body_bytes: int = 8 * 2**20,
        ca_bundle: str | None = None,
        proxies: Mapping[str, str] | None = None,
        user_agent: str = "Journeydesk",
        pool_size: int = 10,
    ) -> None:
        self._base_url, self._origin, is_local = _checked(base_url)
        self._deadline_seconds = deadline_seconds
        self._connect_seconds = connect_seconds
        self._max_body_bytes = max_body_bytes
        self._pool_size = pool_size
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": user_agent}
        if proxies is None:
            proxies = {} if is_local else get_environ_proxies(self._base_url)
        self._proxies = proxies
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
        may_retry: Callable[[], bool] = _always,
    ) -> VisitorAnswer:
        """Ask for one visitor (a UUID v4 in any case). Raises UpstreamError: every branch of `errors` but none else.

        `deadline`, an instant of `time.monotonic()`, can end the call earlier than `deadline_seconds`, never later;
        `may_retry` is asked before each retry and can leave it out, never add some.
        """
        asked = visitor_id.lower()
        if not _VISITOR_ID.fullmatch(asked):
            # DataFast would say the same; and nothing but an id may become part of an address.
            raise InvalidVisitorId
        call = self._call(deadline, may_retry)
        with _failures_told("Get visitor", call):
            body, rate = self._ask(call, f"visitors/{asked}", credential.token, credential.query)
            parsed = parse_visitor(body)
            answered = parsed.visitor.visitor_id
            if answered is not None and answered.lower() != asked:
                raise MalformedAnswer("it is about another visitor")
            return VisitorAnswer(parsed.visitor, parsed.notes, body, rate, call.attempts)

    def list_websites(
        self, account: AccountToken, *, deadline: float | None = None, may_retry: Callable[[], bool] = _always
    ) -> WebsitesAnswer:
        """Ask which websites an account's token opens. Raises UpstreamError, but never NoJourney. See `get_visitor`."""
        call = self._call(deadline, may_retry)
        with _failures_told("List websites", call):
            try:
                body, rate = self._ask(call, "admin/websites", account.token, {})
            except NoJourney as exc:  # 400 or 404, which have no meaning here
                raise Unavailable(Reason.REFUSED, upstream_message=exc.upstream_message) from exc
            parsed = parse_websites(body)
            return WebsitesAnswer(parsed.websites, parsed.notes, rate, call.attempts)

    def reach(self) -> tuple[int, datetime | None]:
        """Ask for nothing and without a token: return the HTTP status and the time that it is over there (UTC; None
        where it does not say). Raises Unavailable or MalformedAnswer. Costs nothing of any budget."""
        with running(self._call(None, lambda: False)):
            try:
                with self._session().get(
                    self._base_url, timeout=(self._connect_seconds, self._deadline_seconds), stream=True
                ) as response:
                    return response.status_code, _date(response.headers.get("Date"))
            except (requests.RequestException, urllib3.exceptions.HTTPError) as exc:
                raise _why(exc, Reason.CONNECTION) from exc

    def close(self) -> None:
        """Close the connections. The client opens new ones when it is asked again."""
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None

    def _session(self) -> requests.Session:
        """Return this process's session. A forked worker must not speak on connections that its parent has opened."""
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            # Two threads may both come here at the start: one session is then used once and dropped, which costs less
            # than a lock that a fork could copy in its locked state.
            session = open_session(
                self._origin,
                context=self._context,
                proxies=self._proxies,
                headers=self._headers,
                pool_size=self._pool_size,
            )
            self._opened = opened = (os.getpid(), session)
        return opened[1]

    def _call(self, deadline: float | None, may_retry: Callable[[], bool]) -> Call:
        ends_at = time.monotonic() + self._deadline_seconds
        return Call(ends_at if deadline is None else min(ends_at, deadline), may_retry)

    def _ask(self, call: Call, path: str, token: str, query: Mapping[str, str]) -> tuple[bytes, RateLimit | None]:
        """GET: return the decompressed body of the 200 and the token's rate limit. Raises UpstreamError."""
        if call.ends_at <= time.monotonic():
            raise Unavailable(Reason.TIMEOUT)
        with running(call):
            try:
                session = self._session()
                # Prepared here: the session would merge settings of its own into it, of which it has none but headers.
                question = requests.Request(
                    "GET", f"{self._base_url}/{path}", headers=session.headers, params=query, auth=_Bearer(token)
                )
                response = session.send(
                    question.prepare(), timeout=(self._connect_seconds, self._deadline_seconds), stream=True
                )
            except (requests.RequestException, urllib3.exceptions.HTTPError) as exc:
                raise _why(exc, Reason.CONNECTION) from exc
            with response:
                now = datetime.now(UTC)
                rate = parse_rate_limit(response.headers, now)
                if response.status_code != requests.codes.ok:
                    error = parse_error(response.status_code, response.headers, self._error_body(response), now)
                    error.rate = rate
                    raise error
                try:
                    body = _read(response, self._max_body_bytes)
                except (requests.RequestException, urllib3.exceptions.HTTPError) as exc:
                    raise _why(exc, Reason.CUT_OFF) from exc
                if body is None:
                    raise MalformedAnswer(f"it is larger than {self._max_body_bytes:,} bytes")
                return body, rate

    @staticmethod
    def _error_body(response: requests.Response) -> bytes:
        """Return an error's body if it comes in time and whole; the status says enough without it."""
        try:
            return _read(response, _LONGEST_ERROR_BODY) or b""
        except (requests.RequestException, urllib3.exceptions.HTTPError):
            return b""


class _Bearer(AuthBase):
    """Puts the token into the one header that it may stand in."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _checked(base_url: str) -> tuple[str, str, bool]:
    """Return the address without a slash at its end, its origin, and whether it is this machine. Raises ValueError."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        host.encode("idna")
        is_plain = host and host.isascii() and parts.port != 0
        is_plain = is_plain and not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:  # no number as port, a lone bracket, a host name that cannot exist
        is_plain = False
    if not is_plain or parts.scheme not in {"http", "https"}:
        raise ValueError(
            "DataFast's address must read like https://datafa.st/api/v1, without a user name, a ? or a # in it."
        )
    is_local = _is_loopback(host)
    if parts.scheme == "http" and not is_local:
        raise ValueError("DataFast's address must begin with https://: tokens and personal data travel to it.")
    return base_url.rstrip("/"), f"{parts.scheme}://{parts.netloc}", is_local


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


def _read(response: requests.Response, most: int) -> bytes | None:
    """Return the decompressed body; None, having read little more than `most` bytes, when there is more than that."""
    chunks = []
    size = 0
    # Decompression stops at each chunk's size, so that a small body that unpacks to gigabytes ends here as well.
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


# The first that matches counts: each is a kind of the ones below it, as far as they are related.
_MEANINGS: tuple[tuple[type[Exception], Reason], ...] = (
    (urllib3.exceptions.NameResolutionError, Reason.DNS),
    (urllib3.exceptions.NewConnectionError, Reason.CONNECTION),
    (urllib3.exceptions.TimeoutError, Reason.TIMEOUT),
    (urllib3.exceptions.SSLError, Reason.TLS),
    (http.client.RemoteDisconnected, Reason.CONNECTION),
    (http.client.IncompleteRead, Reason.CUT_OFF),
)


def _why(exc: BaseException, otherwise: Reason) -> UpstreamError:
    """Return what an error of requests means, by the most telling of the errors underneath it."""
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
def _failures_told(question: str, call: Call) -> Iterator[None]:
    """Write the call's attempts into the error that it ends with; log one line when that is a failure, not an answer:
    no token, no visitor id, no text that others wrote."""
    started = time.monotonic()
    try:
        yield
    except UpstreamError as exc:
        exc.attempts = call.attempts
        if isinstance(exc, NoJourney):
            raise
        milliseconds = (time.monotonic() - started) * 1000
        cause = type(exc.__cause__).__name__ if exc.__cause__ else "answer"
        logger.warning("%s failed after %.0f ms: %r (%s)", question, milliseconds, exc, cause)
        raise
