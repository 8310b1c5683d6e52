"""The rate limit: so many requests a minute for each token, and the ways in which the service tells of it."""

import math
import threading
from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from visitors.sandbox.answers import Refusal
from visitors.sandbox.moments import MINUTE, SECOND


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limit and how it is told. `requests_per_minute` None means no limit.

    `reset_in`: the live service tells the reset in Unix milliseconds, its documentation in seconds. The rest is whether
    a 429 carries the X-RateLimit headers (`headers`), `limit`, `remaining` and `reset` in its body (`in_body`) and
    Retry-After (`retry_after`), and whether other answers carry the X-RateLimit headers too (`headers_on_success`).
    """

    requests_per_minute: Annotated[int, msgspec.Meta(ge=0)] | None = 60
    reset_in: Literal["milliseconds", "seconds"] = "milliseconds"
    headers: bool = True
    in_body: bool = True
    retry_after: bool = False
    headers_on_success: bool = False

    def told(self, remaining: int, reset: int) -> dict[str, str]:
        """The X-RateLimit headers; `reset` in milliseconds since 1970."""
        limit = 60 if self.requests_per_minute is None else self.requests_per_minute
        numbers = (("Limit", limit), ("Remaining", remaining), ("Reset", self._written(reset)))
        return {f"X-RateLimit-{name}": str(number) for name, number in numbers}

    def refusal(self, now: int, reset: int) -> Refusal:
        """The 429 answer at `now`, with its reset; both in milliseconds since 1970."""
        headers = self.told(0, reset) if self.headers else {}
        if self.retry_after:
            headers["Retry-After"] = str(math.ceil((reset - now) / SECOND))
        limit = 60 if self.requests_per_minute is None else self.requests_per_minute
        extra = {"limit": limit, "remaining": 0, "reset": self._written(reset)} if self.in_body else {}
        return Refusal(429, "Rate limit exceeded", headers=headers, extra=extra)

    def _written(self, reset: int) -> int:
        return reset if self.reset_in == "milliseconds" else math.ceil(reset / SECOND)


class RateLimiter:
    """Counts requests by token, in windows of a minute that begin with a token's first request. Thread-safe."""

    def __init__(self, limit: Limit, clock: Callable[[], int]) -> None:
        self.limit = limit
        self._clock = clock
        self._windows: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def spend(self, token: str) -> dict[str, str]:
        """Takes one request from the token's window: the headers for the answer. Over the limit raises `Refusal`."""
        limit = self.limit
        if limit.requests_per_minute is None:
            return {}
        now = self._clock()
        with self._lock:
            began, spent = self._windows.get(token, (now, 0))
            if now - began >= MINUTE:
                began, spent = now, 0
            if spent >= limit.requests_per_minute:
                raise limit.refusal(now, began + MINUTE)
            self._windows[token] = (began, spent + 1)
        return limit.told(limit.requests_per_minute - spent - 1, began + MINUTE) if limit.headers_on_success else {}
