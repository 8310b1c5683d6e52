"""Single flight: one process calls DataFast for a visitor, and every other reader waits for its result.

The process that calls holds the visitor's `FetchLease` row for longer than a call may take, and for less than the
readers wait. So if it dies, the lease expires, and one of the waiting readers takes over before their deadline. The row
is in the database, which every deployment has and which decides atomically. The clocks of the web machines must agree
to about a second.
"""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F, Q

from dashboard.clock import CLOCK_SKEW
from visitors.datafast.errors import UpstreamError
from visitors.models import FetchLease
from visitors.profiles import errors

logger = logging.getLogger(__name__)

# Shares of UPSTREAM_DEADLINE_SECONDS, which is how long a reader waits: what one call may take, and how long its lease
# lasts, which includes storing the answer. What is left is for the reader who takes over.
CALL_SHARE, LEASE_SHARE = 0.5, 0.6
# How often waiting readers poll: often at first, since most answers come quickly.
MIN_POLL_SECONDS, MAX_POLL_SECONDS = 0.01, 0.1


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to call DataFast for one visitor, until it expires. `is_first` says that there was no call before."""

    website_id: int
    visitor_id: UUID
    token: UUID
    is_first: bool

    def begin(self) -> bool:
        """Let the lease last from now on, when the call begins. Return False if the lease was lost while waiting."""
        return self._update(expires_at=_expiry())

    def finish(self, error: UpstreamError | None = None) -> bool:
        """Release the waiting readers, with the call's error if it failed. Return False if the lease was lost: then the
        call's result must not be stored."""
        return self._update(finished_at=datetime.now(UTC), error=errors.encode(error) if error else b"")

    def _update(self, **values: object) -> bool:
        row = FetchLease.objects.filter(website_id=self.website_id, visitor_id=self.visitor_id, token=self.token)
        return row.update(**values) > 0


def find(website_id: int, visitor_id: UUID) -> FetchLease | None:
    """Return the lease of the running call, or else of the last one; None if there was no call, or it was erased."""
    return FetchLease.objects.filter(website_id=website_id, visitor_id=visitor_id).first()


def acquire_first(website_id: int, visitor_id: UUID) -> Lease | None:
    """Acquire the lease of a visitor's first call. Return None if there was a call before, or no such website."""
    token = uuid4()
    try:
        _, is_first = FetchLease.objects.get_or_create(
            website_id=website_id, visitor_id=visitor_id, defaults={"token": token, "expires_at": _expiry()}
        )
    except IntegrityError:
        return None
    return Lease(website_id, visitor_id, token, is_first=True) if is_first else None


def is_running(last: FetchLease) -> bool:
    """Whether the call has not finished and its lease has not expired."""
    return last.finished_at is None and datetime.now(UTC) <= last.expires_at <= _latest_expiry()


def take_over(last: FetchLease) -> Lease | None:
    """Acquire the lease of the call after `last`, which is not running. Return None if another reader was faster."""
    token = uuid4()
    is_expired = Q(expires_at__lt=datetime.now(UTC)) | Q(expires_at__gt=_latest_expiry())
    is_over = Q(finished_at__isnull=False) | is_expired
    taken = FetchLease.objects.filter(is_over, pk=last.pk, token=last.token).update(
        token=token,
        expires_at=_expiry(),
        finished_at=None,
        error=b"",
        previous_token=F("token"),
        previous_error=F("error"),
    )
    if taken and last.finished_at is None:
        logger.warning("A call to DataFast is made again: its process is gone, or the key was replaced.")
    return Lease(last.website_id, last.visitor_id, token, is_first=False) if taken else None


def wait(last: FetchLease, deadline: float) -> None:
    """Return when the running call finishes, when its lease expires or is lost, or at `deadline` (monotonic)."""
    pause = MIN_POLL_SECONDS
    current: FetchLease | None = last
    while current and current.token == last.token and is_running(current):
        left = deadline - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, MAX_POLL_SECONDS)
        current = find(last.website_id, last.visitor_id)


def _expiry() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=settings.UPSTREAM_DEADLINE_SECONDS * LEASE_SHARE)


def _latest_expiry() -> datetime:
    """Return the latest time at which a lease can expire. A later one was written by a clock that was wrong."""
    return _expiry() + CLOCK_SKEW
