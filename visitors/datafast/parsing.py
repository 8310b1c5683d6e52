"""Parse DataFast's responses: visitors, websites, the realtime map, metadata, errors, and rate limit headers.

The fast path decodes the envelope straight into the structs. Everything that it can't decode, or must not (see
`_decode_strictly`), takes the slow path in `lenient`, which drops single fields and notes them.
"""

import email.utils
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import chain
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from visitors.datafast.credentials import mask
from visitors.datafast.errors import (
    BotVisitor,
    Forbidden,
    InvalidVisitorId,
    InvalidWebsite,
    MalformedAnswer,
    RateLimited,
    Reason,
    RequestRefused,
    TrackingSuspended,
    Unauthorized,
    Unavailable,
    UpstreamError,
    VisitorNotFound,
)
from visitors.datafast.lenient import Builder, Note, is_reasonable, load
from visitors.datafast.payload import (
    ListedVisitor,
    Pagination,
    RateLimit,
    RealtimeMap,
    Visitor,
    WebsiteListing,
    WebsiteMetadata,
)


class ParsedVisitor(Struct, frozen=True):
    """A visitor, and notes on what could not be read."""

    visitor: Visitor
    notes: tuple[Note, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the answer is about no visitor: it has no activity, and no id beside anything else."""
        visitor = self.visitor
        others = (visitor.identity, visitor.profile, visitor.prediction)
        return not _has_content(visitor.activity) and not (visitor.visitor_id and any(map(_has_content, others)))


class _VisitorEnvelope(Struct):
    status: Literal["success"]
    data: Visitor


class _WebsitesEnvelope(Struct):
    status: Literal["success"]
    data: tuple[WebsiteListing, ...]


class _VisitorsEnvelope(Struct):
    status: Literal["success"]
    data: tuple[ListedVisitor, ...]
    pagination: Pagination | None = None


_VISITOR_ANSWER = msgspec.json.Decoder(_VisitorEnvelope)
_VISITORS_ANSWER = msgspec.json.Decoder(_VisitorsEnvelope)
_WEBSITES_ANSWER = msgspec.json.Decoder(_WebsitesEnvelope)

_Envelope = TypeVar("_Envelope")


def parse_visitor(body: bytes) -> ParsedVisitor:
    """Parse a Get visitor answer. Raises MalformedAnswer if it is not `{"status": "success", "data": {…}}`."""
    envelope = _decode_strictly(_VISITOR_ANSWER, body)
    if envelope is not None and _has_reasonable_amounts(envelope.data):
        return ParsedVisitor(envelope.data)
    data, builder = _open_leniently(body, dict)
    return ParsedVisitor(builder.build(Visitor, data), builder.notes)


def parse_websites(body: bytes) -> tuple[WebsiteListing, ...]:
    """Parse a List websites answer. Raises MalformedAnswer if it is not `{"status": "success", "data": […]}`."""
    envelope = _decode_strictly(_WEBSITES_ANSWER, body)
    if envelope is not None:
        return envelope.data
    data, builder = _open_leniently(body, list)
    websites: tuple[WebsiteListing, ...] = builder.build(tuple[WebsiteListing, ...], data)
    return websites


def parse_visitors(body: bytes) -> tuple[tuple[ListedVisitor, ...], Pagination]:
    """Parse a List visitors answer. Raises MalformedAnswer if it is not `{"status": "success", "data": […]}`."""
    envelope = _decode_strictly(_VISITORS_ANSWER, body)
    if envelope is not None:
        return envelope.data, envelope.pagination or Pagination()
    data, builder = _open_leniently(body, list)
    pagination = load(body)[0].get("pagination")
    visitors: tuple[ListedVisitor, ...] = builder.build(tuple[ListedVisitor, ...], data)
    return visitors, builder.build(Pagination, pagination) or Pagination()


def parse_realtime_map(body: bytes) -> RealtimeMap:
    """Parse an answer of the realtime map. Raises MalformedAnswer if it is not `{"status": "success", "data": {…}}`.

    What does not fit is left out. Always the slow path: the answer has no more than a few hundred entries.
    """
    data, builder = _open_leniently(body, dict)
    found: RealtimeMap = builder.build(RealtimeMap, data)
    return found


def parse_metadata(body: bytes) -> WebsiteMetadata:
    """Parse a metadata answer. Raises MalformedAnswer if it is not `{"status": "success", "data": [{…}]}`."""
    data, builder = _open_leniently(body, list)
    if not data or not isinstance(data[0], dict):
        raise MalformedAnswer("it describes no website")
    found: WebsiteMetadata = builder.build(WebsiteMetadata, data[0])
    return found


def _decode_strictly(decoder: msgspec.json.Decoder[_Envelope], body: bytes) -> _Envelope | None:
    """Decode in one go. Return None if anything does not fit, or contains NUL, which PostgreSQL can't store as text."""
    if b"\\u0000" in body:
        return None
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _has_content(value: object) -> bool:
    """Whether there is anything but null, zero and blank text in a field."""
    if isinstance(value, Struct):
        return any(_has_content(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, dict):
        return any(map(_has_content, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_content, value))
    return bool(value.strip() if isinstance(value, str) else value)


def _has_reasonable_amounts(visitor: Visitor) -> bool:
    """Whether no goal's amount is NaN, infinite or absurdly large. Decimal accepts all of these."""
    activity = visitor.activity
    if activity is None:
        return True
    goals = chain(activity.completed_goals or (), activity.completed_custom_goals or ())
    return all(goal.amount is None or is_reasonable(goal.amount) for goal in goals)


def _open_leniently(body: bytes, shape: type) -> tuple[Any, Builder]:
    """Return the `data` of a successful answer, which is of the given type, and a builder for its structs."""
    answer, notes = load(body)
    match answer:
        case {"status": "success", "data": data} if isinstance(data, shape):
            return data, Builder(notes)
    raise MalformedAnswer("the JSON is not DataFast's envelope")


def parse_error(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> UpstreamError:
    """Return the error for a response other than 200. `now` (aware) is used to ignore absurd reset times.

    400, 403 and 404 are about the visitor or the key only if DataFast itself answers, in its envelope. The page of a
    proxy or gateway with the same status (or of a wrong base URL) is a malformed answer, never "no such visitor", even
    if it is JSON. 401, 429 and 5xx mean the same from every server. DataFast documents no other status.
    """
    answer = _json_object(body)
    message = _message(answer)
    error: UpstreamError
    match status:
        case HTTPStatus.UNAUTHORIZED:
            error = Unauthorized()
        case HTTPStatus.TOO_MANY_REQUESTS:
            rate = _rate_limit(headers, answer, now)
            error = RateLimited(rate.reset_at, rate.limit, rate.remaining)
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            error = Unavailable(Reason.SERVER, status)
        case _ if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            error = Unavailable(Reason.REDIRECT, status)
        case HTTPStatus.BAD_REQUEST | HTTPStatus.FORBIDDEN | HTTPStatus.NOT_FOUND if not _has_envelope(answer, status):
            error = MalformedAnswer(f"status {status} without DataFast's envelope")
        case HTTPStatus.BAD_REQUEST:
            error = _bad_request(message or "")
        case HTTPStatus.FORBIDDEN:
            error = _forbidden(message or "")
        case HTTPStatus.NOT_FOUND:
            error = VisitorNotFound()
        case _ if status < HTTPStatus.MULTIPLE_CHOICES:
            error = MalformedAnswer(f"status {status} where 200 was expected")
        case _:
            # A proxy that gave up waiting gives no reason.
            is_timeout = status == HTTPStatus.REQUEST_TIMEOUT and message is None
            error = Unavailable(Reason.TIMEOUT, status) if is_timeout else RequestRefused(status)
    error.upstream_message = message
    return error


def _has_envelope(answer: dict[str, Any], status: int) -> bool:
    """Whether an error response is DataFast's envelope. Its code is the status, also as text, or a name in words; some
    answers have a sentence in place of code and message."""
    match answer:
        case {"status": "error", "error": {"code": int() | str() as code}}:
            return str(code).strip() == str(int(status)) or bool(re.fullmatch(r"[A-Za-z][A-Za-z _-]*", str(code)))
        case {"status": "error", "error": str(sentence)}:
            return bool(sentence.strip())
    return False


def _forbidden(message: str) -> UpstreamError:
    """Return which of two errors a 403 is. DataFast's sentence is about billing, else the token may not read this."""
    billing = r"suspend|billing|unpaid|overdue|past due|payment|subscription|trial|paused"
    is_suspended = re.search(billing, message, re.IGNORECASE)
    # Some permissions are called payments:… as well.
    is_permission = re.search(r"permission|scope|:read\b", message, re.IGNORECASE)
    return TrackingSuspended() if is_suspended and not is_permission else Forbidden()


def _bad_request(message: str) -> UpstreamError:
    """Return which of three errors a 400 is. DataFast's sentence names the bot or the website, else it is the id."""
    if re.search(r"\b(ro)?bots?\b", message, re.IGNORECASE):
        return BotVisitor()
    if re.search(r"website[ _-]?id", message, re.IGNORECASE):
        return InvalidWebsite()
    return InvalidVisitorId()


def _json_object(body: bytes) -> dict[str, Any]:
    """Return the body's JSON object; an empty one if it is anything else, since the status is enough."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


_MAX_MESSAGE_LENGTH = 200


def _message(answer: dict[str, Any]) -> str | None:
    """Return DataFast's own sentence as one short line without control characters and tokens, or None."""
    match answer:
        case {"error": {"message": str(message)}} | {"error": str(message)} | {"message": str(message)}:
            line = "".join(c for c in " ".join(message.split()) if c.isprintable())
            return re.sub(r"\bdft?_[\x21-\x7e]+", lambda token: mask(token[0]), line)[:_MAX_MESSAGE_LENGTH] or None
    return None


def parse_rate_limit(headers: Mapping[str, str], now: datetime) -> RateLimit | None:
    """Parse a response's rate limit headers. Return None if there are none, as in most successful answers."""
    rate = _rate_limit(headers, {}, now)
    return None if rate == RateLimit(None, None, None) else rate


def _rate_limit(headers: Mapping[str, str], answer: dict[str, Any], now: datetime) -> RateLimit:
    """Parse `X-RateLimit-*`, or else the body's `limit`, `remaining` and `reset`, or else `Retry-After`."""
    header = {name.lower(): value for name, value in headers.items()}
    limit = _count(header.get("x-ratelimit-limit"))
    remaining = _count(header.get("x-ratelimit-remaining"))
    return RateLimit(
        limit=_count(answer.get("limit")) if limit is None else limit,
        remaining=_count(answer.get("remaining")) if remaining is None else remaining,
        reset_at=_reset(header.get("x-ratelimit-reset"), now)
        or _reset(answer.get("reset"), now)
        or _retry_after(header.get("retry-after"), now),
    )


_MAX_COUNT = 10**9


def _count(value: object) -> int | None:
    number = _plain_number(value)
    return int(number) if number is not None and number <= _MAX_COUNT else None


# Unix time in seconds has ten digits until the year 2286, in milliseconds thirteen since 2001.
_FIRST_MILLISECONDS = 10**11
# DataFast counts by the minute. A reset much further away, or in the past, comes from a wrong clock or unit.
_MAX_WAIT = timedelta(hours=1)


def _reset(value: object, now: datetime) -> datetime | None:
    """Parse a Unix time in seconds (as documented) or milliseconds (as served). Return None for an absurd one."""
    number = _plain_number(value)
    if number is None:
        return None
    return _sensible(number / 1000 if number >= _FIRST_MILLISECONDS else number, now)


def _retry_after(value: str | None, now: datetime) -> datetime | None:
    """Parse `Retry-After`: seconds from now, or an HTTP date."""
    if value is None:
        return None
    seconds = _plain_number(value)
    if seconds is not None:
        return _sensible(now.timestamp() + seconds, now)
    date = email.utils.parsedate_tz(value)
    try:
        return _sensible(email.utils.mktime_tz(date), now) if date else None
    except (ValueError, OverflowError):
        return None


def _sensible(timestamp: float, now: datetime) -> datetime | None:
    wait = timestamp - now.timestamp()
    return datetime.fromtimestamp(timestamp, UTC) if 0 <= wait <= _MAX_WAIT.total_seconds() else None


def _plain_number(value: object) -> float | None:
    """Parse a number of a header or a JSON body: digits, with or without a fraction, as long as a time may be."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        text = str(value).strip()
    except ValueError:  # more digits than Python writes
        return None
    return float(text) if re.fullmatch(r"[0-9]{1,16}(\.[0-9]{1,9})?", text) else None
