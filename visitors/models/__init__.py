"""What Journeydesk keeps: websites with their encrypted tokens, who may see them, what was learned of visitors, and who
looked at them."""

from visitors.models.kept import Budget, Flight, Sighting, Snapshot
from visitors.models.looks import AppendOnly, LogQuerySet, Look, LookUp, LookUpResult, LookUpSource, Opened, opened_by
from visitors.models.people import Invitation, Membership, OpenIdentity
from visitors.models.websites import RESERVED_SLUGS, Website, WebsiteQuerySet, validate_slug, validate_time_zone

__all__ = [
    "RESERVED_SLUGS",
    "AppendOnly",
    "Budget",
    "Flight",
    "Invitation",
    "LogQuerySet",
    "Look",
    "LookUp",
    "LookUpResult",
    "LookUpSource",
    "Membership",
    "OpenIdentity",
    "Opened",
    "Sighting",
    "Snapshot",
    "Website",
    "WebsiteQuerySet",
    "opened_by",
    "validate_slug",
    "validate_time_zone",
]
