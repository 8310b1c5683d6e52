"""Removes all that is kept of a visitor, also against those who read it or fetch it at the same moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from visitors.models import FetchLease, MetricsPoint, Snapshot
from visitors.profiles import entries


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the database keeps of a visitor: when DataFast's answer came last (None without one), and how many points of
    its history."""

    answered_at: datetime | None
    sightings: int


@dataclass(slots=True)
class Removal:
    """What is being removed. `is_cache_clear` is known when it is over: whether the cache took it too."""

    holdings: Holdings
    is_cache_clear: bool = False


def holdings(website_id: int, visitor_id: UUID) -> Holdings:
    """What is kept of a visitor."""
    which = {"website_id": website_id, "visitor_id": visitor_id}
    answered_at = Snapshot.objects.filter(**which).values_list("fetched_at", flat=True).first()
    return Holdings(answered_at, MetricsPoint.objects.filter(**which).count())


@contextmanager
def removing(website_id: int, visitor_id: UUID) -> Iterator[Removal]:
    """Keep nothing of a visitor any longer. What the block removes besides goes in the same transaction.

    A call that is in the air loses its flight, so that what it brings lands nowhere, see `fetching`. Articles that
    processes have cached are not shown without a stored answer, and expire within `ARTICLE_SECONDS`.
    """
    which = {"website_id": website_id, "visitor_id": visitor_id}
    entries.announce_forgetting(website_id, visitor_id)
    with transaction.atomic():
        removal = Removal(holdings(website_id, visitor_id))
        # The flight first: a leader that is about to land has its row, and is waited for.
        for model in (FetchLease, Snapshot, MetricsPoint):
            model._default_manager.filter(**which).delete()  # noqa: SLF001 the public name of a model in a variable
        yield removal
    # Only now: nobody can read it from the database again.
    removal.is_cache_clear = entries.remove(website_id, visitor_id)
