"""Erase a visitor: delete everything that Journeydesk stores about them on one website.

DataFast's own copy stays: the next lookup fetches it again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from visitors import profiles
from visitors.audit import log
from visitors.lookup.people import search
from visitors.models import AuditEntry, LastSeen, Website
from visitors.web import change_log


@dataclass(frozen=True, slots=True)
class Traces:
    """What is stored about a visitor on a website.

    `fetched_at` is the time of the profile, None without one; then the numbers of points of its history, of users who
    have looked at the visitor, and of audit entries with their id.
    """

    fetched_at: datetime | None
    metrics_points: int
    users: int
    audit_entries: int

    def __bool__(self) -> bool:
        """Whether anything is stored."""
        return bool(self.fetched_at or self.metrics_points or self.users or self.audit_entries)


def find_traces(website: Website, visitor_id: UUID) -> Traces:
    """Return what is stored about a visitor."""
    stored = profiles.get_stored_data(website.pk, visitor_id)
    seen = LastSeen.objects.filter(website=website, visitor_id=visitor_id)
    entries = AuditEntry.objects.filter(website=website, visitor_id=visitor_id)
    return Traces(stored.answered_at, stored.metrics_points, seen.count(), entries.count())


def erase(website: Website, visitor_id: UUID, *, by: User | None) -> Traces:
    """Erase a visitor, and return what was erased. `by` is None for a command of `manage.py`.

    Audit entries stay, without the id.
    """
    with transaction.atomic():
        stored = profiles.erase_profile(website.pk, visitor_id)
        search.remove_deleted()
        users, _ = LastSeen.objects.filter(website=website, visitor_id=visitor_id).delete()
        entries = log.erase(by, website, visitor_id)
    change_log.record(by, "erased a visitor", website=website)
    return Traces(stored.answered_at, stored.metrics_points, users, entries)
