"""Forgetting a visitor: everything that Journeydesk keeps about them on one website goes, at once.

DataFast's own copy is not touched: whoever looks the visitor up again has it fetched anew.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from visitors import profiles
from visitors.audit import log
from visitors.models import AuditEntry, LastSeen, Website
from visitors.web import change_log


@dataclass(frozen=True, slots=True)
class Traces:
    """What is kept of a visitor on a website: when DataFast's answer came last (None without one), how many points of
    the history, how many people's last look, and in how many lines of the look-up log the id stands."""

    answered_at: datetime | None
    sightings: int
    looks: int
    look_ups: int

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to forget."""
        return self.answered_at is None and not (self.sightings or self.looks or self.look_ups)


def traces(website: Website, visitor_id: UUID) -> Traces:
    """What there is to forget."""
    stored = profiles.get_stored_data(website.pk, visitor_id)
    which = {"website": website, "visitor_id": visitor_id}
    looks, lines = LastSeen.objects.filter(**which).count(), AuditEntry.objects.filter(**which).count()
    return Traces(stored.answered_at, stored.metrics_points, looks, lines)


def forget(website: Website, visitor_id: UUID, *, by: User | None) -> Traces:
    """Forget a visitor on a website, and return what was removed. `by` is None for a management command.

    The profile with its history and everybody's looks are removed; of the look-up log the lines stay, without the id.
    """
    with transaction.atomic():
        stored = profiles.erase_profile(website.pk, visitor_id)
        looks, _ = LastSeen.objects.filter(website=website, visitor_id=visitor_id).delete()
        lines = log.erase(by, website, visitor_id)
    change_log.record(by, "forgot a visitor", website=website)
    return Traces(stored.answered_at, stored.metrics_points, looks, lines)
