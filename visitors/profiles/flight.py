"""Single flight: however many readers want one visitor at once, one of them asks the upstream and all get what it
brings.

The leader holds a row in the database under a short lease and renews it while it waits for the upstream, so the others
notice within seconds when its process dies, and one of them takes over. Why the database and not the cache: it is there
in every deployment, it decides atomically, and an emptied cache does not let a second caller off. The web machines'
clocks must agree to about a second.
"""

import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillFlying
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from visitors.datafast.errors import Reason, Unavailable, UpstreamError
from visitors.models import Flight
from visitors.profiles import failures

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

LEASE = timedelta(seconds=3)
RENEW_EVERY_SECONDS = 1.0
# How often those who wait look: at first often, since most answers are quick.
FIRST_LOOK_SECONDS = 0.01
SLOWEST_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Leader:
    """The right to ask the upstream for one visitor."""

    website_id: int
    visitor_id: UUID
    token: UUID

    def wait_for(self, future: Future[Value]) -> Value:
        """Return what the call brings, or raise its error; meanwhile the lease is renewed."""
        while True:
            try:
                return future.result(timeout=RENEW_EVERY_SECONDS)
            except StillFlying:
                if future.done():
                    raise  # the call's own time-out error, not ours
                self._row().update(lease_until=datetime.now(UTC) + LEASE)

    def land(self, failure: UpstreamError | None = None) -> None:
        """Tell those who wait that the call is over. After a takeover this changes nothing."""
        self._row().update(landed_at=datetime.now(UTC), failure=failures.encode(failure) if failure else b"")

    def _row(self) -> QuerySet[Flight]:
        return Flight.objects.filter(website_id=self.website_id, visitor_id=self.visitor_id, token=self.token)


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody else is asking already."""

    website_id: int
    visitor_id: UUID
    token: UUID

    def wait(self, deadline: float) -> None:
        """Return when the flight is over and has brought an answer, or when it needs a new leader: ask the store, then
        join again. Raises the error that the flight brought, or Unavailable when `deadline` (monotonic) passes."""
        pause = FIRST_LOOK_SECONDS
        while True:
            if time.monotonic() + pause > deadline:
                raise Unavailable(Reason.TIMEOUT)
            time.sleep(pause)
            pause = min(pause * 1.5, SLOWEST_LOOK_SECONDS)
            row = Flight.objects.filter(website_id=self.website_id, visitor_id=self.visitor_id).first()
            if row is None or row.token != self.token:
                return
            if row.landed_at:
                if row.failure:
                    raise failures.decode(bytes(row.failure))
                return
            if row.lease_until < datetime.now(UTC):
                logger.warning("A process that was asking DataFast is gone; another one takes over.")
                return


def join(website_id: int, visitor_id: UUID) -> Leader | Follower:
    """Become the leader of a new flight, or follow the one that is in the air."""
    token, now = uuid.uuid4(), datetime.now(UTC)
    mine = {"token": token, "lease_until": now + LEASE, "landed_at": None, "failure": b""}
    rows = Flight.objects.filter(website_id=website_id, visitor_id=visitor_id)
    # Each statement is atomic by itself: of several simultaneous callers one changes the row, or one inserts it.
    if rows.filter(Q(landed_at__isnull=False) | Q(lease_until__lt=now)).update(**mine):
        return Leader(website_id, visitor_id, token)
    Flight.objects.bulk_create([Flight(website_id=website_id, visitor_id=visitor_id, **mine)], ignore_conflicts=True)
    flying = rows.values_list("token", flat=True).first()
    if flying == token:
        return Leader(website_id, visitor_id, token)
    return Follower(website_id, visitor_id, flying or token)


# The calls themselves run beside the threads that wait for them, which have the lease to renew.
callers = ThreadPoolExecutor(max_workers=32, thread_name_prefix="upstream")


def call(function: Callable[[], Value]) -> Future[Value]:
    """Start a call."""
    return callers.submit(function)
