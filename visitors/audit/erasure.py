"""Forgetting a visitor: everything that Journeydesk keeps about them on one website goes, at once.

DataFast's own copy is not touched: whoever looks the visitor up again has it fetched anew.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

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


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """What was removed. `is_complete` is false when the cache could not be reached: what it holds is shown to nobody,
    and ends by itself, at the latest with PROFILE_KEEP_SECONDS."""

    traces: Traces
    is_complete: bool


def traces(website: Website, visitor_id: UUID) -> Traces:
    """What there is to forget."""
    held = profiles.holdings(website.pk, visitor_id)
    which = {"website": website, "visitor_id": visitor_id}
    looks, lines = LastSeen.objects.filter(**which).count(), AuditEntry.objects.filter(**which).count()
    return Traces(held.answered_at, held.sightings, looks, lines)


def forget(website: Website, visitor_id: UUID, *, by: User | None) -> ErasureResult:
    """Forget a visitor on a website. `by` is who wanted that; None for whoever runs the server.

    The profile with its history and everybody's looks are removed; of the look-up log the lines stay, without the id.
    """
    with profiles.removing(website.pk, visitor_id) as removal:
        looks, _ = LastSeen.objects.filter(website=website, visitor_id=visitor_id).delete()
        lines = log.erase(by, website, visitor_id)
    held = removal.holdings
    change_log.note(by, "forgot a visitor", website=website)
    return ErasureResult(Traces(held.answered_at, held.sightings, looks, lines), removal.is_cache_clear)
