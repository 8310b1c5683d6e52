"""What is kept too long goes, by itself: once an hour, by one process, beside the readers and never in their way.

- answers, histories and flights: RETENTION_DAYS after they came;
- what a person has seen of a visitor: RETENTION_DAYS after their last look;
- lines of the look-up log: AUDIT_DAYS after the look-up;
- invitations: three days after somebody took them, RETENTION_DAYS after they were made where nobody has;
- failed sign-ins after a day, and expired sessions.

The cache's entries end by themselves, PROFILE_KEEP_SECONDS after they were written at the latest.
"""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connections, transaction
from django.db.models import Manager, Q

from visitors import cached
from visitors.accounts import throttling
from visitors.accounts.invitations import VALID_FOR
from visitors.formatting import format_count, join_list
from visitors.models import AuditEntry, FetchLease, Invitation, LastSeen, MetricsPoint, Snapshot

logger = logging.getLogger(__name__)

EVERY_SECONDS = 3600
# How long after its start a process first looks whether it is time, and how often from then on.
FIRST_LOOK_SECONDS = 5
LOOK_EVERY_SECONDS = 600
# So many rows go in one transaction, with a moment for others between two: SQLite has one writer at a time.
BATCH = 500
BREATH_SECONDS = 0.02

_CLAIM = "retention:purge"


def purge() -> dict[str, int]:
    """Remove what is kept too long. Return how many of what: {"answer": 3, …}."""
    removed = {name: _remove(rows, old) for name, rows, old in _kept_too_long(datetime.now(UTC))}
    throttling.delete_old_failures()
    SessionStore.clear_expired()
    return removed


def purge_if_due() -> bool:
    """Purge, unless this or another process has within the hour; a failure is one line in the log."""
    if not cached.claim(_CLAIM, EVERY_SECONDS):
        return False
    try:
        removed = purge()
    # Whatever it was, it must not end the thread that tries again in an hour.
    except Exception as error:  # noqa: BLE001
        logger.error("What is kept too long could not be removed: %s", type(error).__name__)  # noqa: TRY400
    else:
        if any(removed.values()):
            logger.info("Removed what was kept too long: %s.", said(removed))
    return True


def said(removed: dict[str, int]) -> str:
    """What was removed, in words: "3 answers and 1 look"."""
    return join_list([format_count(count, name) for name, count in removed.items()])


def make_due() -> None:
    """Let the next process that looks purge, however short ago the last time was."""
    cached.delete(_CLAIM)
    _let_go_of_cache()  # the process that says so is about to fork


def begin() -> threading.Event:
    """Purge now and then in a thread of this process, for as long as that lives or until the event is set."""
    end = threading.Event()
    threading.Thread(target=_now_and_then, args=[end], name="retention", daemon=True).start()
    return end


def _now_and_then(end: threading.Event) -> None:
    pause = FIRST_LOOK_SECONDS
    while not end.wait(pause):
        pause = LOOK_EVERY_SECONDS
        try:
            purge_if_due()
        finally:
            connections.close_all()
            _let_go_of_cache()


def _let_go_of_cache() -> None:
    """Close this thread's connection, where the cache has one."""
    if hasattr(cache, "disconnect"):
        cache.disconnect()


def _kept_too_long(now: datetime) -> Iterator[tuple[str, "Manager[Any]", Q]]:
    """Of what, in which table, and which rows."""
    before = now - timedelta(days=settings.RETENTION_DAYS)
    yield "answer", Snapshot.objects, Q(fetched_at__lt=before)
    yield "sighting", MetricsPoint.objects, Q(at__lt=before)
    yield "flight", FetchLease.objects, Q(lease_until__lt=before)
    yield "look", LastSeen.objects, Q(looked_at__lt=before)
    yield "look-up", AuditEntry.unrestricted, Q(at__lt=now - timedelta(days=settings.AUDIT_DAYS))
    yield "invitation", Invitation.objects, Q(used_at__lt=now - VALID_FOR) | Q(used_at=None, created_at__lt=before)


def _remove(rows: "Manager[Any]", old: Q) -> int:
    removed = 0
    numbers = list(rows.filter(old).values_list("pk", flat=True))
    for begin in range(0, len(numbers), BATCH):
        if begin:
            time.sleep(BREATH_SECONDS)
        with transaction.atomic():
            # By age again: a row may have been renewed since. Locked, so that nothing is added to it meanwhile.
            batch = rows.select_for_update().filter(old, pk__in=numbers[begin : begin + BATCH])
            found = list(batch.values_list("pk", flat=True))
            rows.filter(pk__in=found).only("pk").delete()
        removed += len(found)
    return removed
