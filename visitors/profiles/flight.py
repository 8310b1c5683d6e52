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
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
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
# A call ends at its deadline by itself; this much later nobody waits for that any longer.
GRACE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Leader:
    """The right to ask the upstream for one visitor. `is_first` says that nobody has ever asked before."""

    website_id: int
    visitor_id: UUID
    token: UUID
    is_first: bool

    def wait_for(self, call: Future[Value], deadline: float) -> Value:
        """Return what the call brings, or raise its error; meanwhile the lease is renewed. Raises Unavailable when it
        has not ended soon after its deadline (monotonic)."""
        given_up_at = deadline + GRACE_SECONDS
        while True:
            wait([call], timeout=min(RENEW_EVERY_SECONDS, given_up_at - time.monotonic()))
            if call.done():
                return call.result()
            if time.monotonic() >= given_up_at:
                raise Unavailable(Reason.TIMEOUT)
            self._row().update(lease_until=datetime.now(UTC) + LEASE)

    def land(self, failure: UpstreamError | None = None) -> bool:
        """Tell those who wait that the call is over. False when somebody else has taken over: then it means nothing."""
        stored = failures.encode(failure) if failure else b""
        return self._row().update(landed_at=datetime.now(UTC), failure=stored) > 0

    def _row(self) -> QuerySet[Flight]:
        return _flights(self.website_id, self.visitor_id).filter(token=self.token)


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody else is asking already."""

    website_id: int
    visitor_id: UUID
    token: UUID

    def wait(self, deadline: float) -> None:
        """Return when the flight is over, when it needs a new leader, or when `deadline` (monotonic) passes."""
        pause = FIRST_LOOK_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, SLOWEST_LOOK_SECONDS)
            flight = latest(self.website_id, self.visitor_id)
            if flight is None or flight.token != self.token or flight.landed_at:
                return
            if flight.lease_until < datetime.now(UTC):
                logger.warning("A process that was asking DataFast is gone; another one takes over.")
                return


def latest(website_id: int, visitor_id: UUID) -> Flight | None:
    """Return the flight that is in the air, or else the last one that has landed."""
    # There is one row at the most: `first()` would sort, which costs as much again as the query.
    return next(iter(_flights(website_id, visitor_id)), None)


def join(website_id: int, visitor_id: UUID, last: Flight | None) -> Leader | Follower:
    """Become the leader of a new flight, or follow the one that is in the air. `last` is what `latest` has just said.

    Each statement is atomic by itself: of several simultaneous callers one inserts the row, or one changes it. Those
    who follow only read.
    """
    now = datetime.now(UTC)
    if last and not last.landed_at and last.lease_until >= now:
        return Follower(website_id, visitor_id, last.token)
    token = uuid.uuid4()
    mine = {"token": token, "lease_until": now + LEASE, "landed_at": None, "failure": b""}
    if last:
        over = Q(landed_at__isnull=False) | Q(lease_until__lt=now)
        if _flights(website_id, visitor_id).filter(over, token=last.token).update(**mine):
            return Leader(website_id, visitor_id, token, is_first=False)
    else:
        with suppress(IntegrityError), transaction.atomic():
            Flight.objects.create(website_id=website_id, visitor_id=visitor_id, **mine)
            return Leader(website_id, visitor_id, token, is_first=True)
    flying = latest(website_id, visitor_id)
    return Follower(website_id, visitor_id, flying.token if flying else token)


# The calls themselves run beside the threads that wait for them, which have the lease to renew.
callers = ThreadPoolExecutor(max_workers=32, thread_name_prefix="upstream")


def call(function: Callable[[], Value]) -> Future[Value]:
    """Start a call."""
    return callers.submit(function)


def _flights(website_id: int, visitor_id: UUID) -> QuerySet[Flight]:
    return Flight.objects.filter(website_id=website_id, visitor_id=visitor_id)
