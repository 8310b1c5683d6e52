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
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar
from uuid import UUID

from django.db import IntegrityError

from visitors import sql
from visitors.datafast.errors import Reason, Unavailable, UpstreamError
from visitors.models import FetchLease
from visitors.profiles import errors

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

LEASE = timedelta(seconds=3)
RENEW_EVERY_SECONDS = 1.0
# How often those who wait look: at first often, since most answers are quick.
FIRST_LOOK_SECONDS = 0.01
SLOWEST_LOOK_SECONDS = 0.1
# A call ends at its deadline by itself; this much later nobody waits for that any longer.
GRACE_SECONDS = 0.2

# There is one row at the most.
_ONE = "website_id = %(website)s AND visitor_id = %(visitor)s"
_FIELDS = ("token", "lease_until", "finished_at", "failure", "earlier", "previous_error")


# The calls themselves run beside the threads that wait for them, which have the lease to renew.
callers = ThreadPoolExecutor(max_workers=32, thread_name_prefix="upstream")


class Call(Generic[Value]):
    """A question to the upstream in a thread of its own, which leaves the database to the thread that waits for it.

    `question` is given a function that says whether there may be a retry: the waiting thread calls `may_retry` for it.
    """

    def __init__(self, question: Callable[[Callable[[], bool]], Value], may_retry: Callable[[], bool]) -> None:
        self._may_retry = may_retry
        self._wishes: SimpleQueue[Future[bool] | None] = SimpleQueue()
        # What it logs is still part of the request that wants it.
        self._answer = callers.submit(copy_context().run, question, self._wish)
        self._answer.add_done_callback(lambda _: self._wishes.put(None))

    def is_over_within(self, seconds: float) -> bool:
        """Wait so long for the end, and grant or refuse a retry meanwhile."""
        try:
            wish = self._wishes.get(timeout=seconds)
        except Empty:
            return False
        if wish is None:
            return True
        is_granted = False
        try:
            is_granted = self._may_retry()
        finally:
            wish.set_result(is_granted)
        return False

    def result(self) -> Value:
        """Return what it has brought, or raise its error."""
        return self._answer.result()

    def _wish(self) -> bool:
        """In the call's thread: whether there may be a retry. There may not when nobody waits any longer."""
        wish: Future[bool] = Future()
        self._wishes.put(wish)
        try:
            return wish.result(timeout=LEASE.total_seconds())
        except TimeoutError:
            return False


@dataclass(frozen=True, slots=True)
class Leader:
    """The right to ask the upstream for one visitor. `is_first` says that nobody has ever asked before."""

    website_id: int
    visitor_id: UUID
    token: UUID
    is_first: bool

    def wait_for(self, call: Call[Value], deadline: float) -> Value:
        """Return what the call brings, or raise its error; meanwhile the lease is renewed. Raises Unavailable when it
        has not ended soon after its deadline (monotonic)."""
        given_up_at = deadline + GRACE_SECONDS
        while not call.is_over_within(max(0.0, min(RENEW_EVERY_SECONDS, given_up_at - time.monotonic()))):
            if time.monotonic() >= given_up_at:
                raise Unavailable(Reason.TIMEOUT)
            self._write("lease_until = %(until)s", until=datetime.now(UTC) + LEASE)
        return call.result()

    def land(self, failure: UpstreamError | None = None) -> bool:
        """Tell those who wait that the call is over. False when somebody else has taken over: then it means nothing."""
        stored = errors.encode(failure) if failure else b""
        return self._write("finished_at = %(now)s, failure = %(failure)s", now=datetime.now(UTC), failure=stored)

    def _write(self, what: str, **values: object) -> bool:
        """Change the flight's row; False when it is no longer this leader's."""
        statement = f"UPDATE {{table}} SET {what} WHERE {_ONE} AND token = %(token)s"  # noqa: S608 our own words
        values |= {"website": self.website_id, "visitor": self.visitor_id, "token": self.token}
        return sql.change(FetchLease, statement, **values) > 0


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
            if flight is None or flight.token != self.token or flight.finished_at:
                return
            if flight.lease_until < datetime.now(UTC):
                logger.warning("A process that was asking DataFast is gone; another one takes over.")
                return


def latest(website_id: int, visitor_id: UUID) -> FetchLease | None:
    """Return the flight that is in the air, or else the last one that has landed."""
    return sql.one(FetchLease, _FIELDS, _ONE, website=website_id, visitor=visitor_id)


def first(website_id: int, visitor_id: UUID) -> Leader | None:
    """Become the leader of the first flight that there ever was for this visitor. None when there was one."""
    token = uuid.uuid4()
    inserted = 0
    with suppress(IntegrityError):  # the website is gone meanwhile
        inserted = sql.change(
            FetchLease,
            """
            INSERT INTO {table} (website_id, visitor_id, token, lease_until, failure)
            VALUES (%(website)s, %(visitor)s, %(token)s, %(until)s, %(failure)s)
            ON CONFLICT (website_id, visitor_id) DO NOTHING
            """,
            website=website_id,
            visitor=visitor_id,
            token=token,
            until=datetime.now(UTC) + LEASE,
            failure=b"",
        )
    return Leader(website_id, visitor_id, token, is_first=True) if inserted else None


def join(website_id: int, visitor_id: UUID, last: FetchLease | None) -> Leader | Follower:
    """Become the leader of a new lease, or follow the one that is in the air. `last` is what `latest` has just said.

    Each statement is atomic by itself: of several simultaneous callers one inserts the row, or one changes it. Those
    who follow only read.
    """
    now = datetime.now(UTC)
    if last and not last.finished_at and last.lease_until >= now:
        return Follower(website_id, visitor_id, last.token)
    leader = _next(website_id, visitor_id, last.token, now) if last else first(website_id, visitor_id)
    if leader:
        return leader
    flying = latest(website_id, visitor_id)
    return Follower(website_id, visitor_id, flying.token if flying else uuid.uuid4())


def _next(website_id: int, visitor_id: UUID, before: UUID, now: datetime) -> Leader | None:
    """Become the leader after the flight `before`, if that has landed or lost its leader, and nobody else is."""
    token = uuid.uuid4()
    taken = sql.change(
        FetchLease,
        f"""
        UPDATE {{table}} SET token = %(token)s, lease_until = %(until)s, finished_at = NULL, failure = %(failure)s,
            earlier = token, previous_error = failure
        WHERE {_ONE} AND token = %(before)s AND (finished_at IS NOT NULL OR lease_until < %(now)s)
        """,  # noqa: S608 our own words
        website=website_id,
        visitor=visitor_id,
        token=token,
        until=now + LEASE,
        failure=b"",
        before=before,
        now=now,
    )
    return Leader(website_id, visitor_id, token, is_first=False) if taken else None
