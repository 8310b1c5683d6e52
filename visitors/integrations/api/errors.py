"""Errors as the API answers them: in DataFast's JSON, and with the status that DataFast would have sent."""

from datetime import UTC, datetime
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from dashboard.database import RETRY_AFTER_SECONDS
from visitors.audit.log import LogUnavailable
from visitors.datafast.errors import (
    BotVisitor,
    Forbidden,
    InvalidVisitorId,
    RateLimited,
    RequestRefused,
    TrackingSuspended,
    UpstreamError,
    VisitorNotFound,
)
from visitors.integrations.tokens.access import TokenError, TooManyRequests
from visitors.journey_page.presenters import seconds_until_retry
from visitors.profiles import VisitorErased
from visitors.web.json_errors import json_error

# What DataFast itself says, where programs may look for it.
_MESSAGES: tuple[tuple[type[UpstreamError], int, str], ...] = (
    (InvalidVisitorId, 400, "Invalid visitor ID"),
    (BotVisitor, 400, "Visitor is a bot"),
    (VisitorNotFound, 404, "Visitor not found"),
    (VisitorErased, 404, "Visitor not found"),
)


class ApiError(Exception):
    """A request that can't be answered, with its status and a sentence for the caller."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status: int = status


def register(api: NinjaAPI) -> None:
    """Let an API answer all errors in this form. Those of the database, and our own mistakes, are for Django."""
    for kind in (ApiError, Http404, LogUnavailable, TokenError, UpstreamError, ValidationError):
        api.add_exception_handler(kind, _respond)


def _respond(_: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    match error:
        case TooManyRequests():
            headers = {"Retry-After": str(error.retry_after)}
            return _limited(str(error), headers, error.rate.limit, error.rate.resets_at)
        case ApiError() | TokenError():
            headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, TokenError) else {}
            return json_error(error.status, str(error), headers=headers)
        case ValidationError():
            return json_error(400, _describe(error))
        case UpstreamError():
            return upstream_error(error)
        case LogUnavailable():
            retry_after = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return json_error(503, "The audit log can't be written, so nothing is shown", headers=retry_after)
    return json_error(404, "Not found")


def upstream_error(error: UpstreamError) -> HttpResponse:
    """Return the response to a request for which there is no answer, neither stored nor DataFast's.

    What is wrong with the website's key is not the caller's fault, so it is no 401: their token is valid.
    """
    for kind, status, message in _MESSAGES:
        if isinstance(error, kind):
            return json_error(status, message)
    message = error.upstream_message or str(error)
    wait = seconds_until_retry(error, datetime.now(UTC))
    headers = {} if wait is None else {"Retry-After": str(wait)}
    match error:
        case RateLimited():
            return _limited(str(error), headers, error.limit, error.reset_at)
        case Forbidden() | TrackingSuspended():
            return json_error(403, message)
        case RequestRefused(status=int() as status) if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return json_error(status, message)
    # 503 for whatever is wrong with DataFast: proxies like to replace a 502 or 504 by a page of their own.
    return json_error(503, str(error), headers=headers)


def milliseconds(at: datetime) -> int:
    """Return a time as DataFast's rate limit headers have it: Unix time in milliseconds."""
    return int(at.timestamp() * 1000)


def _limited(message: str, headers: dict[str, str], limit: int | None, reset_at: datetime | None) -> HttpResponse:
    beside = {"remaining": 0} | ({"limit": limit} if limit else {})
    if reset_at:
        beside["reset"] = milliseconds(reset_at)
    named = {f"X-RateLimit-{name.capitalize()}": str(value) for name, value in beside.items()}
    return json_error(429, message, headers=headers | named, **beside)


def _describe(error: ValidationError) -> str:
    """Name the parameters that are wrong, without their values."""
    names = dict.fromkeys(str(problem["loc"][-1]) for problem in error.errors)
    return f"Invalid {', '.join(names)}"
