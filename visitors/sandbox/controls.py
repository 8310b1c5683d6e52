"""What can be observed and changed in a running sandbox, from this process or over HTTP under `/sandbox`.

`GET /sandbox/calls` returns the numbers of calls, and `DELETE /sandbox/calls` resets them. `POST /sandbox/settings`
takes a JSON object with the fields of `Settings`; an invalid one changes nothing.
"""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec

from visitors.sandbox.answers import Answer, ApiError, encoded
from visitors.sandbox.failures import Failure, FailurePlan, failure
from visitors.sandbox.limits import Limit, RateLimiter
from visitors.sandbox.tokens import Keyring

PREFIX = "/sandbox"
MAX_LATENCY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the API. `visitor_id` is in lower case; `status` is None where none was sent (hang, reset)."""

    method: str
    path: str
    visitor_id: str | None
    token: str
    status: int | None


class CallLog:
    """Counts calls and keeps the latest. A call is logged before its answer is sent. Thread-safe."""

    def __init__(self, keep: int = 10_000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self._total = 0
        self._by_visitor: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        """Log a call."""
        with self._lock:
            self._calls.append(call)
            self._total += 1
            if call.visitor_id is not None:
                self._by_visitor[call.visitor_id] += 1

    def clear(self) -> None:
        """Remove all calls."""
        with self._lock:
            self._calls.clear()
            self._by_visitor.clear()
            self._total = 0

    def count(self, visitor_id: str) -> int:
        """Return the number of calls for this visitor."""
        with self._lock:
            return self._by_visitor[visitor_id.lower()]

    def by_visitor(self) -> dict[str, int]:
        """Return the number of calls for each visitor id."""
        with self._lock:
            return dict(self._by_visitor)

    def __len__(self) -> int:
        with self._lock:
            return self._total

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            return iter(list(self._calls))


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /sandbox/settings`; every field is optional.

    `latency_seconds` delays every answer. `limit` replaces the rate limit; what it omits gets `Limit`'s defaults.
    `failures` maps a visitor id to a status, a mode, or null for none. `revoke` and `restore` list tokens.
    """

    latency_seconds: Annotated[float, msgspec.Meta(ge=0, le=MAX_LATENCY_SECONDS)] | None = None
    limit: Limit | None = None
    failures: dict[str, int | str | None] = {}
    revoke: list[str] = []
    restore: list[str] = []


@dataclass(slots=True)
class Controls:
    """The changeable parts of a running sandbox. `latency` is in seconds."""

    calls: CallLog
    keyring: Keyring
    limiter: RateLimiter
    failures: FailurePlan
    latency: float = 0.0

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Return the answer to a request under `/sandbox`."""
        match (path, method):
            case ("/sandbox/calls", "GET"):
                return _ok(total=len(self.calls), visitors=self.calls.by_visitor())
            case ("/sandbox/calls", "DELETE"):
                self.calls.clear()
                return _ok()
            case ("/sandbox/settings", "POST"):
                return self._change(body)
            case ("/sandbox/calls", _):
                return ApiError(405, "Method not allowed", headers={"Allow": "GET, DELETE"}).answer()
            case ("/sandbox/settings", _):
                return ApiError(405, "Method not allowed", headers={"Allow": "POST"}).answer()
            case _:
                return ApiError(404, "Not found").answer()

    def _change(self, body: bytes) -> Answer:
        try:
            settings = msgspec.json.decode(body, type=Settings)
            failures = {visitor_id: _failure(how) for visitor_id, how in settings.failures.items()}
            for token in (*settings.revoke, *settings.restore):
                self.keyring.check_known(token)
        except ValueError as error:
            return ApiError(400, f"Nothing was changed. {error}").answer()
        if settings.latency_seconds is not None:
            self.latency = settings.latency_seconds
        if settings.limit is not None:
            self.limiter.limit = settings.limit
        for visitor_id, how in failures.items():
            self.failures.answer_with(visitor_id, how)
        for token in settings.revoke:
            self.keyring.revoke(token)
        for token in settings.restore:
            self.keyring.restore(token)
        return _ok()


def _failure(how: int | str | None) -> Failure | None:
    if how is None:
        return None
    return failure(how, None) if isinstance(how, int) else failure(None, how)


def _ok(**content: object) -> Answer:
    return Answer(200, encoded({"status": "success", **content}))
