"""Retention: data past its time is deleted once an hour by one process, in small batches beside the running requests.

- who was on a website, once no page has shown it for an hour;
- profiles, what people are found by, metrics and fetch leases: RETENTION_DAYS after they were fetched;
- what a user saw of a visitor: RETENTION_DAYS after they last looked;
- notes and tags of visitors without a profile, an owner and a pin: RETENTION_DAYS after they were written;
- alerts: after RETENTION_DAYS; what was sent to webhooks: after three days;
- entries of the audit log: after AUDIT_DAYS;
- invitations: three days after they were accepted, or RETENTION_DAYS after they were made;
- the latest requests for cards: after RETENTION_DAYS;
- access tokens: RETENTION_DAYS after they expired;
- failed sign-ins after a day, rejected tokens after an hour, and expired sessions.
"""

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet

from visitors import profiles
from visitors.accounts import throttling
from visitors.accounts.invitations import VALID_FOR
from visitors.formatting import format_count, join_list
from visitors.models import (
    AccessToken,
    Alert,
    AuditEntry,
    Claim,
    FetchLease,
    IntegrationRequest,
    Invitation,
    LastSeen,
    LiveList,
    MetricsPoint,
    Note,
    Ownership,
    PanelPairing,
    Pin,
    RejectedTokens,
    Snapshot,
    VisitorTag,
    WebhookDelivery,
    Website,
)
from visitors.models.batches import delete_in_batches

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 3600
LIVE_LIST_KEPT_FOR = timedelta(hours=1)
DELIVERIES_KEPT_FOR = timedelta(days=3)
# How long after its start a process first checks whether a purge is due, and how often from then on.
FIRST_CHECK_SECONDS = 5
CHECK_INTERVAL_SECONDS = 600
# Per kind of data and run. The rest is deleted by the next run.
MAX_ROWS_PER_RUN = 200_000

_CLAIM = "retention"
_PLURALS = {"audit entry": "audit entries"}


def purge() -> dict[str, int]:
    """Delete what is past its time, up to MAX_ROWS_PER_RUN of each kind. Return how many: {"answer": 3, …}."""
    now = datetime.now(UTC)
    deleted: Counter[str] = Counter()
    for name, rows, expired in _list_expired(now):
        deleted[name] += delete_in_batches(rows, expired, MAX_ROWS_PER_RUN - deleted[name])
    if deleted["answer"]:
        profiles.remove_deleted()
    minute = int(now.timestamp()) // 60
    for rows, expired in (
        (Claim.objects.order_by("pk"), Q(expires_at__lt=now)),
        (LiveList.objects.order_by("pk"), Q(called_at__lt=now - LIVE_LIST_KEPT_FOR)),
        (WebhookDelivery.objects.order_by("pk"), Q(created_at__lt=now - DELIVERIES_KEPT_FOR)),
        (Session.objects.order_by("pk"), Q(expire_date__lt=now)),
        (PanelPairing.objects.order_by("pk"), Q(expires_at__lt=now)),
        (RejectedTokens.objects.order_by("pk"), ~Q(minute__range=(minute - 60, minute + 1))),
        (IntegrationRequest.objects.order_by("pk"), Q(at__lt=now - timedelta(days=settings.RETENTION_DAYS))),
        *throttling.list_old_failures(),
    ):
        delete_in_batches(rows, expired, MAX_ROWS_PER_RUN)
    return dict(deleted)


def purge_all() -> dict[str, int]:
    """Purge until nothing is left that is past its time."""
    deleted: Counter[str] = Counter()
    while any((run := purge()).values()):
        deleted.update(run)
    return {name: deleted[name] for name in run}


def purge_if_due() -> bool:
    """Purge unless this or another process did so within the hour. A failure is logged, not raised."""
    try:
        if not Claim.acquire(_CLAIM, INTERVAL_SECONDS):
            return False
        deleted = purge()
    # No error may end the thread that tries again in an hour.
    except Exception as error:  # noqa: BLE001
        logger.error("Expired data could not be deleted: %s", type(error).__name__)  # noqa: TRY400
    else:
        if any(deleted.values()):
            logger.info("Deleted expired data: %s.", describe(deleted))
    return True


def describe(deleted: dict[str, int]) -> str:
    """Return the result of `purge` in words: "3 answers and 1 look"."""
    return join_list([format_count(count, name, _PLURALS.get(name)) for name, count in deleted.items()])


def make_due() -> None:
    """Make the next check of any process purge, whenever the last purge was."""
    Claim.objects.filter(name=_CLAIM).delete()


def start() -> threading.Event:
    """Purge every hour in a thread of this process, until the process ends or the returned event is set."""
    stop = threading.Event()
    threading.Thread(target=_run, args=[stop], name="retention", daemon=True).start()
    return stop


def _run(stop: threading.Event) -> None:
    pause = FIRST_CHECK_SECONDS
    while not stop.wait(pause):
        pause = CHECK_INTERVAL_SECONDS
        try:
            purge_if_due()
        finally:
            connections.close_all()


def _list_expired(now: datetime) -> "Iterator[tuple[str, QuerySet[Any], Q]]":
    """Yield each kind of data, its rows in an order in which expired ones are found quickly, and which have expired."""
    limit = now - timedelta(days=settings.RETENTION_DAYS)
    yield "answer", Snapshot.objects.order_by("pk"), Q(fetched_at__lt=limit)
    yield "metrics point", MetricsPoint.objects.order_by("pk"), Q(at__lt=limit)
    yield "fetch lease", FetchLease.objects.order_by("pk"), Q(expires_at__lt=limit)
    yield "look", LastSeen.objects.order_by("pk"), Q(looked_at__lt=limit)
    for name, model, written in (("note", Note, "written_at"), ("tag", VisitorTag, "tagged_at")):
        yield name, model.objects.order_by("pk"), Q(**{f"{written}__lt": limit}) & _is_abandoned()
    yield "alert", Alert.objects.order_by("pk"), Q(at__lt=limit)
    audit_expired = Q(at__lt=now - timedelta(days=settings.AUDIT_DAYS))
    for website in Website.objects.order_by("pk"):
        # By an index, as the log is by far the largest table.
        yield "audit entry", AuditEntry.unrestricted.filter(website=website).order_by("at", "pk"), audit_expired
    used_or_old = Q(used_at__lt=now - VALID_FOR) | Q(used_at=None, created_at__lt=limit)
    yield "access token", AccessToken.objects.order_by("pk"), Q(expires_at__lt=limit)
    yield "invitation", Invitation.objects.order_by("pk"), used_or_old


def _is_abandoned() -> Q:
    """Return the condition that a visitor has neither a profile nor an owner nor a pin."""
    about = {"website": OuterRef("website"), "visitor_id": OuterRef("visitor_id")}
    return Q(*(~Q(Exists(model.objects.filter(**about))) for model in (Snapshot, Ownership, Pin)))
