"""How calls can fail, which calls do, and what a failing call answers."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from visitors.sandbox.answers import Answer, ApiError, encoded
from visitors.sandbox.clock import SECOND
from visitors.sandbox.limits import Limit

RATE_LIMITED_FOR = 34 * SECOND
OVERSIZED_BYTES = 9 * 1024 * 1024

_MESSAGES = {
    401: "Invalid or missing API key",
    403: "The token may not read this website",
    404: "No pageviews found for this visitor",
    500: "Internal server error",
    503: "Service unavailable",
}
_HTML = "text/html; charset=utf-8"


class Mode(StrEnum):
    """A way to fail other than by a status; the descriptions in `documented` say what each does."""

    HANG = "hang"
    SLOW = "slow"
    DRIP = "drip"
    CUT_OFF = "cut-off"
    TRUNCATED = "truncated"
    NOT_JSON = "not-json"
    EMPTY = "empty"
    RESET = "reset"
    REDIRECT = "redirect"
    OVERSIZED = "oversized"
    WEB_PAGE = "web-page"
    WRONG_SHAPE = "wrong-shape"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Failure:
    """Either an HTTP error status (400 to 599) or a mode."""

    status: int | None = None
    mode: Mode | None = None

    def __post_init__(self) -> None:
        if (self.status is None) == (self.mode is None):
            raise ValueError("A failure is either a status or a mode.")
        if self.status is not None and not 400 <= self.status <= 599:
            raise ValueError(f"A failing status lies between 400 and 599, not {self.status}.")


def failure(status: int | None, mode: str | None) -> Failure:
    """Return the failure with this status or mode. Raises ValueError unless exactly one of them is given and known."""
    return Failure(status, None if mode is None else Mode(mode))


class FailurePlan:
    """Decides whether and how the next call fails. Thread-safe.

    `fail_next` comes first, then `answer_with`, then the documented failures.
    """

    def __init__(self, documented: Mapping[str, Failure]) -> None:
        self._documented = documented
        self._by_visitor: dict[str, Failure] = {}
        self._next: deque[tuple[str | None, Failure]] = deque()
        self._lock = threading.Lock()

    def fail_next(self, failure: Failure, *, times: int = 1, visitor_id: str | None = None) -> None:
        """Make the next `times` calls fail, or the next calls for this visitor."""
        wanted = visitor_id.lower() if visitor_id else None
        with self._lock:
            self._next.extend([(wanted, failure)] * times)

    def answer_with(self, visitor_id: str, failure: Failure | None) -> None:
        """Make every call for this visitor fail, until it is called with None."""
        with self._lock:
            if failure is None:
                self._by_visitor.pop(visitor_id.lower(), None)
            else:
                self._by_visitor[visitor_id.lower()] = failure

    def take(self, visitor_id: str | None) -> Failure | None:
        """Return how this call fails, or None. Uses up one `fail_next`."""
        wanted = visitor_id.lower() if visitor_id else None
        with self._lock:
            for position, (ordered_for, ordered) in enumerate(self._next):
                if ordered_for is None or ordered_for == wanted:
                    del self._next[position]
                    return ordered
            if wanted is None:
                return None
            return self._by_visitor.get(wanted) or self._documented.get(wanted)


def failing_answer(
    failure: Failure, true_answer: Callable[[], Answer], *, limit: Limit, now: int, redirect_to: str
) -> Answer | None:
    """Return the answer of a failing call, or None where none is sent (hang, reset).

    `true_answer` is called only by the modes that need it: the others need no valid token and use up no rate limit.
    `now` is in milliseconds.
    """
    if failure.status is not None:
        return _status(failure.status, limit, now)
    if failure.mode is Mode.SUSPENDED:
        return ApiError(403, "Tracking is suspended for this website").answer()
    if failure.mode in {Mode.HANG, Mode.RESET}:
        return None
    if failure.mode in {Mode.SLOW, Mode.DRIP, Mode.CUT_OFF}:
        return true_answer()
    if failure.mode is Mode.TRUNCATED:
        answer = true_answer()
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    return _answer_instead(failure.mode, redirect_to)


def _answer_instead(mode: Mode | None, redirect_to: str) -> Answer:
    match mode:
        case Mode.NOT_JSON:
            return Answer(200, b"Everything is fine here, thank you.")
        case Mode.REDIRECT:
            return Answer(302, b"", headers={"Location": redirect_to})
        case Mode.OVERSIZED:
            return Answer(200, encoded({"status": "success", "data": {"padding": "x" * OVERSIZED_BYTES}}))
        case Mode.WEB_PAGE:
            return Answer(200, b"<!doctype html><title>Sign in to the Wi-Fi</title><p>Welcome!</p>", _HTML)
        case Mode.WRONG_SHAPE:
            return Answer(200, encoded(["neither a status", "nor data"]))
        case _:  # Mode.EMPTY
            return Answer(200, b"")


def _status(status: int, limit: Limit, now: int) -> Answer:
    if status == 429:
        return limit.error(now, now + RATE_LIMITED_FOR).answer()
    if status in {502, 504}:
        page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>proxy</body></html>"
        return Answer(status, page.encode(), _HTML)
    return ApiError(status, _MESSAGES.get(status, "Error")).answer()
