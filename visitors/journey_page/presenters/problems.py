"""Why a journey cannot be shown or refreshed, and what to do about it: one plain sentence each."""

import math
from dataclasses import dataclass
from datetime import datetime

from dashboard.database import RETRY_AFTER_SECONDS
from visitors.datafast.errors import (
    BotVisitor,
    Forbidden,
    InvalidVisitorId,
    KeyRejected,
    MalformedAnswer,
    RateLimited,
    RequestRefused,
    TrackingSuspended,
    UpstreamError,
    VisitorNotFound,
)
from visitors.formatting import format_age, format_count
from visitors.profiles.errors import CircuitOpen, StoreUnavailable, WebsitePaused

# The length of DataFast's rate limit window, for answers that do not name its end.
_WINDOW_SECONDS = 60
_NOTHING_STORED = "Nothing is stored about this visitor yet, so there is nothing to show."


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no journey. `sentence` is what is wrong, `advice` what the user can do, "" for nothing.

    `retry_after` is the number of seconds after which the page tries again by itself, None for never. `can_retry` shows
    a button to try again. `fix` is what managers of the website can do about it: replace the "key", end the "pause", ""
    for nothing. `is_elsewhere` means that another website may know the visitor. `upstream_message` is DataFast's own
    sentence, "" for none.
    """

    title: str
    sentence: str
    advice: str = ""
    retry_after: int | None = None
    can_retry: bool = True
    fix: str = ""
    is_elsewhere: bool = False
    upstream_message: str = ""

    @property
    def wait(self) -> str:
        """Return how long until the page tries again: "34 seconds"."""
        return "" if self.retry_after is None else format_count(self.retry_after, "second")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice above a stored journey that could not be refreshed.

    `reason` leads to its `age` ("3 hours ago"), which is `seconds` old. `text` is what is wrong. `can_retry` shows a
    button to try again.
    """

    reason: str
    age: str
    seconds: int
    text: str
    can_retry: bool

    @property
    def headline(self) -> str:
        """Return the part in bold."""
        return f"{self.reason} {self.age}."

    def __str__(self) -> str:
        return f"{self.headline} {self.text}"


def present_problem(error: UpstreamError, *, domain: str, now: datetime) -> Problem:
    """Return why there is no journey, where none is stored."""
    sentence, message, retry_after = _describe(error), error.upstream_message or "", seconds_until_retry(error, now)
    match error:
        case VisitorNotFound():
            found = Problem(
                f"Visitor not found on {domain}",
                "DataFast has no page views of this visitor.",
                "A visitor of the last minute may take a moment to appear. Otherwise, check the website.",
                is_elsewhere=True,
            )
        case BotVisitor():
            sentence = "DataFast flagged this visitor as a bot. It shows no journeys of bots."
            found = Problem("This visitor is a bot", sentence, can_retry=False, upstream_message=message)
        case InvalidVisitorId():
            found = Problem("DataFast rejected this visitor id", sentence, can_retry=False, upstream_message=message)
        case KeyRejected():
            advice = f"New look-ups on {domain} are blocked until then."
            title = "DataFast rejected the API key"
            found = Problem(title, sentence, advice, fix="key", upstream_message=message)
        case TrackingSuspended() | RequestRefused():
            is_suspended = isinstance(error, TrackingSuspended)
            title = "Tracking is suspended" if is_suspended else "DataFast rejected the request"
            found = Problem(title, sentence, _NOTHING_STORED, upstream_message=message)
        case WebsitePaused():
            found = Problem("This website is paused", sentence, _NOTHING_STORED, can_retry=False, fix="pause")
        case RateLimited():
            found = Problem("Rate limit reached", sentence, retry_after=retry_after)
        case CircuitOpen() | StoreUnavailable():
            title = "DataFast is unavailable" if isinstance(error, CircuitOpen) else "Temporarily unavailable"
            found = Problem(title, sentence, retry_after=retry_after)
        case MalformedAnswer():
            found = Problem("DataFast’s answer can’t be read", sentence, _NOTHING_STORED)
        case _:
            found = Problem("DataFast is not responding", sentence, _NOTHING_STORED, upstream_message=message)
    return found


def present_notice(error: UpstreamError, *, fetched_at: datetime, now: datetime) -> Notice:
    """Return why the stored journey could not be refreshed."""
    age, age_seconds = format_age(fetched_at, now), int((now - fetched_at).total_seconds())
    if isinstance(error, WebsitePaused):
        reason = "This website is paused. What you see is from"
        return Notice(reason, age, age_seconds, "DataFast is not called until a manager resumes it.", can_retry=False)
    wait = seconds_until_retry(error, now)
    again = "" if wait is None else f" Try again in {format_count(wait, 'second')}."
    reason = "The journey could not be refreshed. What you see is from"
    can_retry = not isinstance(error, KeyRejected)
    return Notice(reason, age, age_seconds, f"{_describe_in_notice(error)}{again}", can_retry=can_retry)


def seconds_until_retry(error: UpstreamError, now: datetime) -> int | None:
    """Return after how many seconds DataFast can be called again, at least 1; None where that is unknown."""
    match error:
        case RateLimited(reset_at=None):
            return _WINDOW_SECONDS
        case StoreUnavailable():
            return RETRY_AFTER_SECONDS
        case RateLimited(reset_at=datetime() as at) | CircuitOpen(retry_at=at):
            return max(1, math.ceil((at - now).total_seconds()))
        case _:
            return None


def _describe_in_notice(error: UpstreamError) -> str:
    """Return the error's sentence, and DataFast's own one where only that says what to do."""
    if isinstance(error, TrackingSuspended | RequestRefused | Forbidden) and error.upstream_message:
        return f"{_describe(error)} DataFast’s reason: “{error.upstream_message.rstrip('.')}”."
    return _describe(error)


def _describe(error: UpstreamError) -> str:
    if not isinstance(error, RateLimited):
        return str(error)
    if error.limit is None:
        return "DataFast’s limit for this website’s key is reached."
    return f"The limit of {format_count(error.limit, 'request')} a minute for this website’s key is reached."
