"""What was asked of the sandbox's API, for tests and benches that count upstream calls."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API. `visitor_id` is in lower case; `status` is None where no status was sent (hang, reset)."""

    method: str
    path: str
    visitor_id: str | None
    token: str
    status: int | None


class CallLog:
    """Counts every call and keeps the latest. A call is in it before its answer is sent. Thread-safe."""

    def __init__(self, keep: int = 10_000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self._total = 0
        self._by_visitor: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        """Notes a call."""
        with self._lock:
            self._calls.append(call)
            self._total += 1
            if call.visitor_id is not None:
                self._by_visitor[call.visitor_id] += 1

    def clear(self) -> None:
        """Forgets all calls."""
        with self._lock:
            self._calls.clear()
            self._by_visitor.clear()
            self._total = 0

    def count(self, visitor_id: str) -> int:
        """How many calls asked for this visitor."""
        with self._lock:
            return self._by_visitor[visitor_id.lower()]

    def by_visitor(self) -> dict[str, int]:
        """How many calls asked for each visitor."""
        with self._lock:
            return dict(self._by_visitor)

    def __len__(self) -> int:
        with self._lock:
            return self._total

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            return iter(list(self._calls))
