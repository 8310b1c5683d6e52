"""Text made from a snapshot, kept ready: in this process for the next reader here, in the cache for all processes.

A page of a journey takes longer to render than everything else about it, and says the same to every reader until the
answer changes or the clock moves on. The names hold everything that the text depends on, so nothing is ever stale and
nothing needs to be thrown out by hand; see `keys`.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from visitors.profiles import cached, keys

# Room for some hundred journeys' first screens in each process.
MOST_CHARACTERS = 16_000_000

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
            return text
    stored = cached.read(key) if seconds else None
    if stored is not None:
        text = stored.decode()
    else:
        text = make()
        if seconds:
            cached.write(key, text.encode(), seconds)
    _keep(key, text)
    return text


def clear() -> None:
    """Keep nothing in this process."""
    global _size  # noqa: PLW0603 one store per process
    with _lock:
        _kept.clear()
        _size = 0


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
