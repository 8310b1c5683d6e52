"""How many calls to the upstream a process makes at once.

Each call holds a thread of the server until it ends. While the upstream is quick a caller waits for its turn; while it
hangs there is no point in that, and the threads that are left belong to those who read what is kept.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from visitors.profiles.errors import Busy

# Half of the threads that a process has, see `dashboard.server`.
CALLS_AT_ONCE = 8
# Beyond this a call counts as slow: nobody waits for its seat any longer.
QUICK_SECONDS = 1.0
COME_BACK_IN = timedelta(seconds=3)


class Seats:
    """So many seats. Whoever has one may call."""

    def __init__(self, number: int) -> None:
        self._free = threading.BoundedSemaphore(number)
        # When each of those that are taken was (monotonic).
        self._taken: dict[object, float] = {}

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a seat for the block. Raises Busy where none is likely to be free soon."""
        oldest = min(self._taken.copy().values(), default=time.monotonic())
        patience = max(0.0, QUICK_SECONDS - (time.monotonic() - oldest))
        if not self._free.acquire(timeout=patience):
            raise Busy(datetime.now(UTC) + COME_BACK_IN)
        seat = object()
        self._taken[seat] = time.monotonic()
        try:
            yield
        finally:
            del self._taken[seat]
            self._free.release()


seats = Seats(CALLS_AT_ONCE)
