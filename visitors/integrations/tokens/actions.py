"""Create and revoke tokens. Each change is in the change log."""

import secrets
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from visitors.integrations.tokens.access import digest_of
from visitors.models import AccessToken, Website
from visitors.web import change_log

PREFIX = "jd_"
# Per user. Enough for a token per program, and too few to fill the page.
MAX_TOKENS = 50


def create(user: User, *, name: str, website: Website | None, days: int) -> str:
    """Create a token, and return it. It can't be found again."""
    secret = f"{PREFIX}{secrets.token_urlsafe(32)}"
    now = datetime.now(UTC)
    AccessToken.objects.create(
        user=user,
        website=website,
        name=name,
        digest=digest_of(secret),
        mask=f"{secret[:6]}...{secret[-4:]}",
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    change_log.record(user, "created an access token", website=website)
    return secret


def revoke(token: AccessToken, *, by: User) -> None:
    """Delete a token. Requests with it are rejected from now on."""
    token.delete()
    change_log.record(by, "revoked an access token", user=token.user)
