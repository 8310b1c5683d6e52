"""Text made from a snapshot, kept ready in this process for the next reader, encoded as it travels.

Making a journey's page takes longer than everything else about it, and says the same to every reader until the answer
changes or the clock moves on. The names hold everything that the text depends on, so nothing is ever stale and nothing
needs to be thrown out by hand, but when a visitor is forgotten. Nothing stays for longer than it was made for, and
never for longer than LONGEST_SECONDS.

Not in the cache as well: a page changes with the minute, so another process would seldom find one there that it can
use, and every look-up would wait until it was written.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from uuid import UUID

from visitors import metrics

# Room for some hundred journeys' first screens in each process.
MOST_BYTES = 16_000_000
# Forgetting a visitor reaches this process, but not what other processes hold: that is over soon.
LONGEST_SECONDS = 120
# How often a process looks for what is over; until then it holds it without showing it.
_SWEPT_EVERY_SECONDS = 10

Name = tuple[int, UUID, str, Hashable]

# Texts, each with the moment (monotonic) at which it is over; last asked for last.
_kept: OrderedDict[Name, tuple[float, bytes]] = OrderedDict()
# Of whom nothing is kept, each until when (monotonic).
_forgotten: dict[tuple[int, UUID], float] = {}
_size = 0
_swept_at = 0.0
_lock = threading.Lock()


def rendered(
    website_id: int, visitor_id: UUID, version: str, depends_on: Hashable, *, seconds: int, make: Callable[[], bytes]
) -> bytes:
    """Return the text of this version, made by `make` where it is not at hand, kept for so many seconds at the most.

    `depends_on` is everything besides the version that tells one text from another, such as its zone and its minute.
    """
    name = (website_id, visitor_id, version, depends_on)
    text = _held(name)
    if text is not None:
        metrics.page_from("process")
        return text
    text = make()
    metrics.page_from("made")
    _keep(name, text, min(seconds, LONGEST_SECONDS))
    return text


def forget(website_id: int, visitor_id: UUID) -> None:
    """Keep nothing about a visitor in this process, nor what those make who have read before."""
    with _lock:
        _forgotten[website_id, visitor_id] = time.monotonic() + LONGEST_SECONDS
        _drop([name for name in _kept if name[:2] == (website_id, visitor_id)])


def clear() -> None:
    """Keep nothing in this process, and begin anew."""
    with _lock:
        _drop(list(_kept))
        _forgotten.clear()


def _held(name: Name) -> bytes | None:
    """The text of this name that this process holds, if it is not over."""
    with _lock:
        until, text = _kept.get(name, (0.0, None))
        if text is None or until <= time.monotonic():
            return None
        _kept.move_to_end(name)
    return text


def _keep(name: Name, text: bytes, seconds: float) -> None:
    global _size, _swept_at  # noqa: PLW0603 one store per process
    now = time.monotonic()
    with _lock:
        if now - _swept_at >= _SWEPT_EVERY_SECONDS:
            _swept_at = now
            _drop([other for other, (until, _) in _kept.items() if until <= now])
            for visitor in [visitor for visitor, until in _forgotten.items() if until <= now]:
                del _forgotten[visitor]
        if _forgotten.get(name[:2], now) > now:
            return
        _drop([name])
        _kept[name] = (now + seconds, text)
        _size += len(text)
        while _size > MOST_BYTES and len(_kept) > 1:
            _drop([next(iter(_kept))])


def _drop(names: Iterable[Name]) -> None:
    """Let go of these. To be called with the lock."""
    global _size  # noqa: PLW0603
    for name in names:
        _, text = _kept.pop(name, (0.0, b""))
        _size -= len(text)
