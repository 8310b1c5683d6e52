"""The models: websites, roles, visitors' profiles, and the audit log."""

from visitors.models.accounts import Invitation, Membership, OpenIDIdentity, Preferences
from visitors.models.audit import (
    AppendOnly,
    AuditAction,
    AuditEntry,
    AuditEntryQuerySet,
    AuditResult,
    AuditSource,
    LastSeen,
)
from visitors.models.claims import Claim
from visitors.models.integrations import (
    Integration,
    IntegrationKind,
    IntegrationRequest,
    RequestResult,
    SlackAccount,
)
from visitors.models.known_people import KnownPerson
from visitors.models.panel import PanelPairing
from visitors.models.profiles import FetchLease, LiveList, MetricsPoint, RateBudget, Snapshot, StoredJourney
from visitors.models.saved_views import SavedView
from visitors.models.team import TEAM_MODELS, Alert, Note, Ownership, Pin, Tag, VisitorTag
from visitors.models.tokens import AccessToken, RejectedTokens, TokenRate, charge_token
from visitors.models.visitor_context import VisitorContext, load_visitor_context, load_websites_of_visitor
from visitors.models.webhooks import Webhook, WebhookDelivery
from visitors.models.websites import (
    RESERVED_SLUGS,
    Website,
    WebsiteQuerySet,
    known_time_zones,
    validate_slug,
    validate_time_zone,
)

__all__ = [
    "RESERVED_SLUGS",
    "TEAM_MODELS",
    "AccessToken",
    "Alert",
    "AppendOnly",
    "AuditAction",
    "AuditEntry",
    "AuditEntryQuerySet",
    "AuditResult",
    "AuditSource",
    "Claim",
    "FetchLease",
    "Integration",
    "IntegrationKind",
    "IntegrationRequest",
    "Invitation",
    "KnownPerson",
    "LastSeen",
    "LiveList",
    "Membership",
    "MetricsPoint",
    "Note",
    "OpenIDIdentity",
    "Ownership",
    "PanelPairing",
    "Pin",
    "Preferences",
    "RateBudget",
    "RejectedTokens",
    "RequestResult",
    "SavedView",
    "SlackAccount",
    "Snapshot",
    "StoredJourney",
    "Tag",
    "TokenRate",
    "VisitorContext",
    "VisitorTag",
    "Webhook",
    "WebhookDelivery",
    "Website",
    "WebsiteQuerySet",
    "charge_token",
    "known_time_zones",
    "load_visitor_context",
    "load_websites_of_visitor",
    "validate_slug",
    "validate_time_zone",
]
