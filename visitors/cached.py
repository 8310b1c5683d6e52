"""The cache, as something that may fail: a cache that is down, slow, full or full of garbage counts as an empty one.

After a failure this process leaves the cache alone for a moment, so that a reader does not wait for the same time-out
again and again. Every failure is one line in the log.
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

PAUSE_SECONDS = 5.0

_paused_until = 0.0


def read(key: str) -> bytes | None:
    """Return the bytes under a name; None where there are none, or nothing that we wrote."""
    value = _try(lambda: cache.get(key), None)
    return value if isinstance(value, bytes) else None


def write(key: str, value: bytes, seconds: float) -> None:
    """Store bytes for so many seconds."""
    _try(lambda: cache.set(key, value, max(1, int(seconds))), None)


def delete(key: str) -> None:
    """Remove what stands under a name."""
    _try(lambda: cache.delete(key), None)


def delete_matching(pattern: str) -> bool:
    """Remove all entries whose names match a pattern with `*` for anything. False when the cache failed.

    It reads all names, so this is for what is rare.
    """

    def delete() -> bool:
        cache.delete_matching(pattern)  # type: ignore[attr-defined]  # both of `dashboard.caches` have it
        return True

    return _try(delete, otherwise=False)


def claim(key: str, seconds: float) -> bool:
    """Whether the caller is the first to claim a name within so many seconds; everybody is while the cache fails."""
    return _try(lambda: cache.add(key, b"", max(1, int(seconds))), otherwise=True)


def _try(call: Callable[[], Value], otherwise: Value) -> Value:
    global _paused_until  # noqa: PLW0603 one process, one cache, one pause
    if time.monotonic() < _paused_until:
        return otherwise
    try:
        return call()
    # Back ends raise whatever their libraries raise (sqlite3, redis, OSError, ValueError for foreign bytes), and a
    # reader must get the journey in any case.
    except Exception as error:  # noqa: BLE001
        if not isinstance(error, ValueError):  # bytes that can't be read say nothing about the next ones
            _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("The cache failed and is passed over: %s", type(error).__name__)
        return otherwise


def resume() -> None:
    """Ask the cache again at once."""
    global _paused_until  # noqa: PLW0603
    _paused_until = 0.0
