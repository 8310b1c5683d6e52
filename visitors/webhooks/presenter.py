"""What pages say about a webhook: its state, and its deliveries without the names of visitors."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from visitors.formatting import DisplayTime, display_ago
from visitors.models import Webhook, WebhookDelivery
from visitors.webhooks.delivery import NOT_SENT

_LABELS = {"alert.online": "On the site", "alert.pricing": "Opened pricing", "alert.paid": "Paid"}


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as the page lists it. `level` is the class of its state."""

    label: str
    state: str
    level: str
    created: DisplayTime
    attempts: int
    error: str


def describe_state(webhook: Webhook | None) -> tuple[str, str]:
    """Return the state of a website's webhook, and its level."""
    if webhook is None:
        return "Not set up", ""
    if webhook.paused_at:
        return "Paused", "bad"
    if not webhook.is_on:
        return "Off", "warn"
    return ("Failing", "bad") if webhook.failing_since else ("On", "good")


def present_delivery(one: WebhookDelivery, zone: tzinfo) -> Row:
    """Return a delivery as a row."""
    if one.delivered_at:
        state, level = "Delivered", "good"
    elif one.next_attempt_at is None:
        state, level = ("Not sent", "") if one.error == NOT_SENT else ("Given up", "bad")
    else:
        state, level = ("Retrying", "warn") if one.attempts else ("Waiting", "")
    created = display_ago(one.created_at, datetime.now(UTC), zone)
    return Row(_LABELS.get(one.type, one.type), state, level, created, one.attempts, one.error)
