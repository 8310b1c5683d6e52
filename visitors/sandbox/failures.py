"""The ways in which the sandbox can fail, and which call fails in which of them."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """A way of failing that is not just a status code. `documented` says in a line what each does."""

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
    """The failure with this status or this mode's name; anything else is a `ValueError`."""
    return Failure(status, None if mode is None else Mode(mode))


class FailurePlan:
    """Decides how the next call fails, if it does. Safe to use from several threads.

    The order: what `fail_next` ordered, then what `answer_with` set for the visitor, then the documented failures.
    """

    def __init__(self, documented: Mapping[str, Failure]) -> None:
        self._documented = documented
        self._by_visitor: dict[str, Failure] = {}
        self._next: deque[tuple[str | None, Failure]] = deque()
        self._lock = threading.Lock()

    def fail_next(self, failure: Failure, *, times: int = 1, visitor_id: str | None = None) -> None:
        """The next `times` calls, or calls for this visitor, fail so."""
        wanted = visitor_id.lower() if visitor_id else None
        with self._lock:
            self._next.extend([(wanted, failure)] * times)

    def answer_with(self, visitor_id: str, failure: Failure | None) -> None:
        """Every call for this visitor fails so, until it is set to None again."""
        with self._lock:
            if failure is None:
                self._by_visitor.pop(visitor_id.lower(), None)
            else:
                self._by_visitor[visitor_id.lower()] = failure

    def take(self, visitor_id: str | None) -> Failure | None:
        """How this call fails, or None when it does not. Uses up one `fail_next`."""
        wanted = visitor_id.lower() if visitor_id else None
        with self._lock:
            for position, (ordered_for, ordered) in enumerate(self._next):
                if ordered_for is None or ordered_for == wanted:
                    del self._next[position]
                    return ordered
            if wanted is None:
                return None
            return self._by_visitor.get(wanted) or self._documented.get(wanted)
