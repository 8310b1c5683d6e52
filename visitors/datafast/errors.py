"""What can go wrong with DataFast. An error has facts; `str(error)` is one sentence for the user.

    UpstreamError
    ├── NoJourney           DataFast answered that there is no journey: an answer, which may be stored for a while
    │   ├── InvalidVisitorId    400: not a UUID v4
    │   ├── BotVisitor          400: flagged as a bot
    │   └── VisitorNotFound     404: no page views on this website
    ├── KeyRejected         the website's key or id is wrong: its administrator can fix it
    │   ├── InvalidWebsite      400: `websiteId` is missing or unknown
    │   ├── Unauthorized        401: the token is malformed or revoked
    │   └── Forbidden           403: the token may not read this website's visitors
    ├── TrackingSuspended   403: DataFast does not track the website at present, mostly because of billing
    ├── RequestRefused      any other 4xx, such as 410 or 451: the reason is DataFast's own
    ├── RateLimited         429: too many calls; possible again at `reset_at`
    ├── Unavailable         no answer: not reached, not in time, or DataFast is in trouble
    └── MalformedAnswer     a response that is not DataFast's answer

Everything but NoJourney is a failure: it tells nothing about the visitor and must never be stored as an answer. No
error's text contains a token, an address or a visitor id. `upstream_message` is DataFast's own sentence, shortened and
without control characters and tokens; it is for details, and never HTML.
"""

from datetime import UTC, datetime
from enum import Enum
from typing import ClassVar

from visitors.datafast.payload import RateLimit


class UpstreamError(Exception):
    """A call to DataFast without a journey as its result.

    The client sets `rate`, the token's rate limit, if DataFast sent it.
    """

    rate: RateLimit | None = None
    sentence: ClassVar[str] = "DataFast could not be asked."

    def __init__(self, *facts: object, upstream_message: str | None = None) -> None:
        super().__init__(*facts)
        self.upstream_message = upstream_message

    def __str__(self) -> str:
        return self.sentence


class NoJourney(UpstreamError):
    """DataFast answered that it has no journey for this id."""


class InvalidVisitorId(NoJourney):
    """The id is not a visitor id of DataFast (a UUID v4)."""

    sentence = "DataFast does not accept this as a visitor id: copy it again from where you found it."


class BotVisitor(NoJourney):
    """DataFast has flagged the visitor as a bot."""

    sentence = "DataFast flagged this visitor as a bot, so it shows no journey."


class VisitorNotFound(NoJourney):
    """DataFast has no page view of this visitor on this website."""

    sentence = "DataFast has no page views of this visitor on this website: check that the id belongs to this website."


class KeyRejected(UpstreamError):
    """DataFast does not accept the key or the id that is stored for this website."""


class InvalidWebsite(KeyRejected):
    """DataFast does not accept the `websiteId` that is stored beside the account token."""

    sentence = "DataFast does not accept this website’s id: a manager of the website can correct it."


class Unauthorized(KeyRejected):
    """The token is malformed or was revoked."""

    sentence = "DataFast does not accept this website’s key: a manager of the website can replace it."


class Forbidden(KeyRejected):
    """The token is valid, but has no permission (`analytics:read`, `websites:read`) or not for this website."""

    sentence = "DataFast does not let this key read this website: a manager of the website can widen its permissions."


class TrackingSuspended(UpstreamError):
    """DataFast has suspended the website, mostly because of billing. Its key is fine."""

    sentence = "DataFast has suspended tracking for this website: its owner can resume it in DataFast."


class RequestRefused(UpstreamError):
    """DataFast rejected the request with another `status` than those above. `upstream_message` may contain why."""

    def __init__(self, status: int | None = None, *, upstream_message: str | None = None) -> None:
        super().__init__(status, upstream_message=upstream_message)
        self.status = status

    def __str__(self) -> str:
        code = "" if self.status is None else f" (HTTP {self.status})"
        if self.upstream_message:
            return f"DataFast rejected the request{code}, and gave a reason."
        return f"DataFast rejected the request{code} without a reason: ask an administrator to check the server’s log."


class RateLimited(UpstreamError):
    """The token has used up its calls. `reset_at` (UTC) is when it may call again; None if unknown."""

    def __init__(
        self,
        reset_at: datetime | None = None,
        limit: int | None = None,
        remaining: int | None = None,
        *,
        upstream_message: str | None = None,
    ) -> None:
        super().__init__(reset_at, limit, remaining, upstream_message=upstream_message)
        self.reset_at = reset_at
        self.limit = limit
        self.remaining = remaining

    def __str__(self) -> str:
        limit = "DataFast’s limit" if self.limit is None else f"The limit of {self.limit} requests a minute"
        if self.reset_at is None:
            return f"{limit} is reached: try again in a minute."
        return f"{limit} is reached: try again after {self.reset_at.astimezone(UTC):%H:%M:%S} UTC."


class Reason(Enum):
    """Why there is no answer. The value is a stable name for logs and stored errors."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    CUT_OFF = "cut_off"
    DNS = "dns"
    TLS = "tls"
    SERVER = "server"
    REDIRECT = "redirect"


_UNAVAILABLE_SENTENCES = {
    Reason.TIMEOUT: "DataFast did not answer in time: try again in a moment.",
    Reason.CONNECTION: (
        "DataFast could not be reached: try again in a moment, and if that keeps failing,"
        " ask an administrator to check the network."
    ),
    Reason.CUT_OFF: "DataFast’s answer broke off in the middle: try again in a moment.",
    Reason.DNS: (
        "DataFast’s address could not be looked up: an administrator can check the network and DATAFAST_API_URL."
    ),
    Reason.TLS: (
        "No secure connection to DataFast could be made, so nothing was sent:"
        " an administrator can check the network and the certificates."
    ),
    Reason.SERVER: "DataFast is having trouble on its side: try again in a few minutes.",
    Reason.REDIRECT: "DataFast’s address redirects elsewhere: an administrator can check DATAFAST_API_URL.",
}


class Unavailable(UpstreamError):
    """There is no answer. `status` is the HTTP status if there was a response (502, 301, …)."""

    def __init__(self, reason: Reason, status: int | None = None, *, upstream_message: str | None = None) -> None:
        super().__init__(reason, status, upstream_message=upstream_message)
        self.reason = reason
        self.status = status

    def __str__(self) -> str:
        return _UNAVAILABLE_SENTENCES[self.reason]


class MalformedAnswer(UpstreamError):
    """The response is not DataFast's answer. `detail` describes it in our own words ("the body is HTML")."""

    def __init__(self, detail: str, *, upstream_message: str | None = None) -> None:
        super().__init__(detail, upstream_message=upstream_message)
        self.detail = detail

    def __str__(self) -> str:
        return f"DataFast’s answer can’t be read ({self.detail}): if this keeps happening, ask an administrator."
