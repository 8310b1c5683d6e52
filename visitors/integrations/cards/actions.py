"""Changes to a website's integrations. Each is one line in the change log. The views check permissions."""

import secrets
from datetime import UTC, datetime

from django.contrib.auth.models import User

from visitors.models import Integration, IntegrationKind, SlackAccount, Website
from visitors.web import change_log

# 24 random bytes are 32 characters, which is within what every program takes.
_SECRET_BYTES = 24


def save_secret(by: User, website: Website, kind: IntegrationKind, secret: str) -> None:
    """Set the secret of an integration, and turn on a new one. The old secret is deleted."""
    new = Integration()
    new.set_secret(secret)
    values = {"secret_encrypted": new.secret_encrypted, "secret_mask": new.secret_mask}
    Integration.objects.update_or_create(
        website=website, kind=kind, defaults=values | {"secret_set_at": datetime.now(UTC)}
    )
    change_log.record(by, f"set the secret of {kind.label}", website=website)


def generate_secret(by: User, website: Website, kind: IntegrationKind) -> str:
    """Make a secret, and return it: it can't be shown again."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    save_secret(by, website, kind, secret)
    return secret


def set_enabled(by: User, integration: Integration, *, is_enabled: bool) -> None:
    """Turn an integration on or off."""
    rows = Integration.objects.filter(pk=integration.pk, is_enabled=not is_enabled)
    if rows.update(is_enabled=is_enabled):
        change_log.record(by, f"turned {integration.kind} {'on' if is_enabled else 'off'}", website=integration.website)


def remove(by: User, integration: Integration) -> None:
    """Delete an integration with its secret, its latest requests and its links to Slack."""
    Integration.objects.filter(pk=integration.pk).delete()
    change_log.record(by, f"removed {integration.kind}", website=integration.website)


def unlink(by: User, account: SlackAccount, website: Website) -> None:
    """Remove the link between a member of a workspace and a user."""
    SlackAccount.objects.filter(pk=account.pk).delete()
    change_log.record(by, "unlinked a Slack account of", website=website, user=account.user)
