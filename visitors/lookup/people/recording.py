"""Record in the audit log that a user was shown people in the results of a search.

An entry says which website's people were shown, not who was searched for: what a user types is often the name or the
email address of a person, who may not even be a visitor. It covers the user's searches on that website for
ENTRY_VALID_FOR, so that results while typing are logged without an entry per key. Opening a person is an entry of its
own, as always.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from visitors.models import AuditAction, AuditEntry, AuditResult, AuditSource

ENTRY_VALID_FOR = timedelta(minutes=10)


def record_search(user: User, website_ids: Iterable[int], *, source: AuditSource = AuditSource.WEB) -> None:
    """Record that the user is shown people of these websites. Raises DatabaseError; then they must not be shown.

    An entry covers searches by the same way only.
    """
    now = datetime.now(UTC)
    recent = AuditEntry.objects.filter(
        user=user, action=AuditAction.SEARCH, source=source, at__range=(now - ENTRY_VALID_FOR, now)
    )
    covered = set(recent.values_list("website_id", flat=True))
    entries = [
        AuditEntry(
            website_id=website_id,
            user=user,
            user_name=user.get_username(),
            at=now,
            action=AuditAction.SEARCH,
            result=AuditResult.DONE,
            source=source,
        )
        for website_id in sorted(set(website_ids) - covered)
    ]
    if entries:
        with transaction.atomic():
            AuditEntry.objects.bulk_create(entries)
