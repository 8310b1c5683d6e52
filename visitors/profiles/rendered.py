"""Text made from a snapshot, kept ready: in this process for the next reader here, in the cache for all processes.

A page of a journey takes longer to render than everything else about it, and says the same to every reader until the
answer changes or the clock moves on. The names hold everything that the text depends on, so nothing is ever stale and
nothing needs to be thrown out by hand, but when a visitor is forgotten; see `keys`. Nothing stays for longer than it
was made for, and never for longer than LONGEST_SECONDS.

What comes out of the cache goes to a browser as HTML, so it is sealed: text that somebody else put there is not ours.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from visitors import metrics
from visitors.profiles import cached, entries, keys

# Room for some hundred journeys' first screens in each process.
MOST_CHARACTERS = 16_000_000
SEAL_BYTES = 32
# Forgetting a visitor reaches this process and the cache, but not what other processes hold: that is over soon.
LONGEST_SECONDS = 120
# How often a process looks for what is over; until then it holds it without showing it.
_SWEPT_EVERY_SECONDS = 10

# Texts, each with the moment (monotonic) at which it is over; last asked for last.
_kept: OrderedDict[str, tuple[float, str]] = OrderedDict()
_size = 0
_swept_at = 0.0
_lock = threading.Lock()


def rendered(
    website_id: int, visitor_id: UUID, version: str, name: str, *, seconds: int, make: Callable[[], str]
) -> str:
    """Return the text of this name, made by `make` where nobody has made it yet, kept for so many seconds at the most.

    `name` holds everything besides the version that the text depends on, such as its zone and its minute.
    """
    key, seconds = keys.html(website_id, visitor_id, version, name), min(seconds, LONGEST_SECONDS)
    text = _held(key)
    if text is not None:
        metrics.page_from("process")
        return text
    text = _opened(key, cached.read(key))
    if text is not None:
        metrics.page_from("cache")
    else:
        text = make()
        metrics.page_from("made")
        if not entries.write(website_id, visitor_id, key, _sealed(key, text.encode()), seconds):
            return text
    _keep(key, text, seconds)
    return text


def forget(website_id: int, visitor_id: UUID) -> None:
    """Keep nothing about a visitor in this process."""
    about = keys.about(website_id, visitor_id)
    with _lock:
        _drop([key for key in _kept if key.startswith(about)])


def clear() -> None:
    """Keep nothing in this process."""
    with _lock:
        _drop(list(_kept))


def _sealed(key: str, text: bytes) -> bytes:
    """The text behind a seal that only this deployment can make, and for this name only."""
    return salted_hmac(key, text, algorithm="sha256").digest() + text


def _opened(key: str, stored: bytes | None) -> str | None:
    """The text of what `_sealed` made for this name; None for anything else."""
    if stored is None or not constant_time_compare(_sealed(key, stored[SEAL_BYTES:]), stored):
        return None
    return stored[SEAL_BYTES:].decode()


def _held(key: str) -> str | None:
    """The text of this name that this process holds, if it is not over."""
    with _lock:
        until, text = _kept.get(key, (0.0, None))
        if text is None or until <= time.monotonic():
            return None
        _kept.move_to_end(key)
    return text


def _keep(key: str, text: str, seconds: float) -> None:
    global _size, _swept_at  # noqa: PLW0603 one store per process
    now = time.monotonic()
    with _lock:
        if now - _swept_at >= _SWEPT_EVERY_SECONDS:
            _swept_at = now
            _drop([name for name, (until, _) in _kept.items() if until <= now])
        _drop([key])
        _kept[key] = (now + seconds, text)
        _size += len(text)
        while _size > MOST_CHARACTERS and len(_kept) > 1:
            _drop([next(iter(_kept))])


def _drop(names: Iterable[str]) -> None:
    """Let go of these. To be called with the lock."""
    global _size  # noqa: PLW0603
    for name in names:
        _, text = _kept.pop(name, (0.0, ""))
        _size -= len(text)
