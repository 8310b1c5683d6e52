"""The visitors at whom a person looked lately."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from visitors.formatting import ago
from visitors.formatting.display import ANONYMOUS, Moment, moment


@dataclass(frozen=True, slots=True)
class Recent:
    """A visitor of a website (its slug and domain), under the name that was shown, and when that was."""

    visitor_id: UUID
    name: str
    slug: str
    domain: str
    looked: Moment


def recent(
    visitor_id: UUID, label: str, slug: str, domain: str, *, at: datetime, now: datetime, zone: tzinfo
) -> Recent:
    """One of them. `label` is "" for an anonymous visitor."""
    return Recent(visitor_id, label or ANONYMOUS, slug, domain, moment(at, zone, ago(at, now)))
