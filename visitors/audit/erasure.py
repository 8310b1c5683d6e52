"""Erase a visitor: delete everything that Journeydesk stores about them on one website.

DataFast's own copy stays: the next lookup fetches it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from visitors import profiles
from visitors.audit import log
from visitors.models import TEAM_MODELS, AuditEntry, LastSeen, WebhookDelivery, Website
from visitors.web import change_log


@dataclass(frozen=True, slots=True)
class Traces:
    """What is stored about a visitor on a website.

    `fetched_at` is the time of the profile, None without one; then the numbers of points of its history, of users who
    have looked at the visitor, of notes, tags, owners, pins and webhook deliveries, and of audit entries with their id.
    """

    fetched_at: datetime | None
    metrics_points: int
    users: int
    team_rows: int
    audit_entries: int

    def __bool__(self) -> bool:
        """Whether anything is stored."""
        return bool(self.fetched_at or self.metrics_points or self.users or self.team_rows or self.audit_entries)


def find_traces(website: Website, visitor_id: UUID) -> Traces:
    """Return what is stored about a visitor."""
    stored = profiles.get_stored_data(website.pk, visitor_id)
    seen = LastSeen.objects.filter(website=website, visitor_id=visitor_id)
    entries = AuditEntry.objects.filter(website=website, visitor_id=visitor_id)
    team_rows = sum(rows.count() for rows in _team_rows(website, visitor_id))
    return Traces(stored.answered_at, stored.metrics_points, seen.count(), team_rows, entries.count())


def erase(website: Website, visitor_id: UUID, *, by: User | None) -> Traces:
    """Erase a visitor, and return what was erased. `by` is None for a command of `manage.py`.

    Audit entries stay, without the id.
    """
    with transaction.atomic():
        stored = profiles.erase_profile(website.pk, visitor_id)
        profiles.remove_deleted()
        users, _ = LastSeen.objects.filter(website=website, visitor_id=visitor_id).delete()
        team_rows = sum(rows.delete()[0] for rows in _team_rows(website, visitor_id))
        entries = log.erase(by, website, visitor_id)
    change_log.record(by, "erased a visitor", website=website)
    return Traces(stored.answered_at, stored.metrics_points, users, team_rows, entries)


def _team_rows(website: Website, visitor_id: UUID) -> Iterator[QuerySet[Any]]:
    """Yield the notes, tags, owner and pins of a visitor, and what webhooks got or wait for."""
    for model in TEAM_MODELS:
        yield model.objects.filter(website=website, visitor_id=visitor_id)
    yield WebhookDelivery.objects.filter(webhook__website=website, visitor_id=visitor_id)
