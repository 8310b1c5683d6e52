"""The audit entries of lists that name visitors; `visitors.audit.log` has the others."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from visitors.models import AuditAction, AuditEntry, AuditResult, AuditSource


def add_listed(
    user: User,
    visitors: Iterable[tuple[int, UUID]],
    action: AuditAction,
    source: AuditSource = AuditSource.WEB,
) -> None:
    """Record that a user sees the names of visitors, pairs of website and id, in a list.

    Raises DatabaseError; then they must not be shown.
    """
    now = datetime.now(UTC)
    entries = [
        AuditEntry(
            website_id=website_id,
            visitor_id=visitor_id,
            user=user,
            user_name=user.get_username(),
            at=now,
            action=action,
            result=AuditResult.DONE,
            source=source,
        )
        for website_id, visitor_id in visitors
    ]
    if entries:
        with transaction.atomic():
            AuditEntry.objects.bulk_create(entries)
