"""Text made from a snapshot, kept ready: in this process for the next reader here, in the cache for all processes.

A page of a journey takes longer to render than everything else about it, and says the same to every reader until the
answer changes or the clock moves on. The names hold everything that the text depends on, so nothing is ever stale and
nothing needs to be thrown out by hand; see `keys`.

What comes out of the cache goes to a browser as HTML, so it is sealed: text that somebody else put there is not ours.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from visitors import metrics
from visitors.profiles import cached, keys

# Room for some hundred journeys' first screens in each process.
MOST_CHARACTERS = 16_000_000
SEAL_BYTES = 32

_kept: OrderedDict[str, str] = OrderedDict()
_size = 0
_lock = threading.Lock()


def rendered(
    website_id: int, visitor_id: UUID, version: str, name: str, *, seconds: int, make: Callable[[], str]
) -> str:
    """Return the text of this name, made by `make` where nobody has made it yet, kept for so many seconds at the most.

    `name` holds everything besides the version that the text depends on, such as its zone and its minute. With no
    `seconds` it is for this process alone, as suits what few would share.
    """
    key = keys.html(website_id, visitor_id, version, name)
    with _lock:
        text = _kept.get(key)
        if text is not None:
            _kept.move_to_end(key)
    if text is not None:
        metrics.page_from("process")
        return text
    text = _opened(key, cached.read(key)) if seconds else None
    # Text for this process alone is put together from text for all, which counts itself.
    if text is not None:
        metrics.page_from("cache")
    else:
        text = make()
        if seconds:
            metrics.page_from("made")
            cached.write(key, _sealed(key, text.encode()), seconds)
    _keep(key, text)
    return text


def clear() -> None:
    """Keep nothing in this process."""
    global _size  # noqa: PLW0603 one store per process
    with _lock:
        _kept.clear()
        _size = 0


def _sealed(key: str, text: bytes) -> bytes:
    """The text behind a seal that only this deployment can make, and for this name only."""
    return salted_hmac(key, text, algorithm="sha256").digest() + text


def _opened(key: str, stored: bytes | None) -> str | None:
    """The text of what `_sealed` made for this name; None for anything else."""
    if stored is None or not constant_time_compare(_sealed(key, stored[SEAL_BYTES:]), stored):
        return None
    return stored[SEAL_BYTES:].decode()


def _keep(key: str, text: str) -> None:
    global _size  # noqa: PLW0603
    with _lock:
        if key in _kept:
            return
        _kept[key] = text
        _size += len(text)
        while _size > MOST_CHARACTERS and len(_kept) > 1:
            _, dropped = _kept.popitem(last=False)
            _size -= len(dropped)
