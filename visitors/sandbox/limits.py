"""The rate limit: so many requests per minute and token, and the forms in which DataFast announces it."""

import math
import threading
from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from visitors.sandbox.answers import ApiError
from visitors.sandbox.clock import MINUTE, SECOND


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limit and how it is announced. `requests_per_minute` None means no limit.

    The live API has resets in Unix milliseconds, its documentation in seconds (`reset_in`). A 429 can have X-RateLimit
    headers (`headers`), `limit`, `remaining` and `reset` in its body (`in_body`) and Retry-After (`retry_after`). Other
    answers can have the X-RateLimit headers, too (`headers_on_success`).
    """

    requests_per_minute: Annotated[int, msgspec.Meta(ge=0)] | None = 60
    reset_in: Literal["milliseconds", "seconds"] = "milliseconds"
    headers: bool = True
    in_body: bool = True
    retry_after: bool = False
    headers_on_success: bool = False

    def headers_for(self, remaining: int, reset: int) -> dict[str, str]:
        """Return the X-RateLimit headers; `reset` in milliseconds since 1970."""
        return {f"X-RateLimit-{name.title()}": str(value) for name, value in self._facts(remaining, reset).items()}

    def error(self, now: int, reset: int) -> ApiError:
        """Return the 429 at `now`; both times in milliseconds since 1970."""
        headers = self.headers_for(0, reset) if self.headers else {}
        if self.retry_after:
            headers["Retry-After"] = str(math.ceil((reset - now) / SECOND))
        extra = self._facts(0, reset) if self.in_body else {}
        return ApiError(429, "Rate limit exceeded", headers=headers, extra=extra)

    def _facts(self, remaining: int, reset: int) -> dict[str, int]:
        limit = 60 if self.requests_per_minute is None else self.requests_per_minute
        written = reset if self.reset_in == "milliseconds" else math.ceil(reset / SECOND)
        return {"limit": limit, "remaining": remaining, "reset": written}


class RateLimiter:
    """Counts requests per token in windows of a minute, which begin with the token's first request. Thread-safe."""

    def __init__(self, limit: Limit, clock: Callable[[], int]) -> None:
        self.limit = limit
        self._clock = clock
        self._windows: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def spend(self, token: str) -> dict[str, str]:
        """Count a request and return the headers of its answer. Raises ApiError over the limit."""
        limit = self.limit
        if limit.requests_per_minute is None:
            return {}
        now = self._clock()
        with self._lock:
            began, spent = self._windows.get(token, (now, 0))
            if now - began >= MINUTE:
                began, spent = now, 0
            if spent >= limit.requests_per_minute:
                raise limit.error(now, began + MINUTE)
            self._windows[token] = (began, spent + 1)
        if not limit.headers_on_success:
            return {}
        return limit.headers_for(limit.requests_per_minute - spent - 1, began + MINUTE)
