"""Who asks, and which websites they may see: the check of a token, at every request.

Nothing is remembered between two requests, so a revoked token, a deactivated account and a changed role count at once.
"""

from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest

from django.conf import settings
from django.db.models import Case, F, When
from django.http import HttpRequest

from dashboard.clock import CLOCK_SKEW
from visitors.accounts.throttling import client_address
from visitors.models import AccessToken, RejectedTokens, TokenRate, Website, WebsiteQuerySet, charge_token

# Requests with a wrong token from one address in a minute. Not against guessing, which is hopeless, but against a
# program that goes on with a token that was revoked. Valid tokens from the same address are not affected.
MAX_REJECTED = 30


class TokenError(Exception):
    """The request can't be answered for this token. `str()` is a sentence for the caller, without a hint about which
    part was wrong."""

    status = 401


class InvalidToken(TokenError):
    """The header has no valid token: none, or one that is unknown, expired, revoked, or of a deactivated account."""

    def __init__(self) -> None:
        super().__init__("Invalid API key")


class TooManyRequests(TokenError):
    """The token, or the address that sends wrong ones, has used up its requests of this minute."""

    status = 429

    def __init__(self, rate: TokenRate) -> None:
        super().__init__("Rate limit exceeded")
        self.rate = rate

    @property
    def retry_after(self) -> int:
        """Return the seconds until the next minute, at least 1."""
        return max(1, round((self.rate.resets_at - datetime.now(UTC)).total_seconds()))


def authenticate(request: HttpRequest) -> AccessToken:
    """Return the token of the header `Authorization: Bearer jd_…`, with its user and its `rate`; count the request.

    Raises InvalidToken and TooManyRequests.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise InvalidToken
    digest = digest_of(secret.strip())
    now, limit = datetime.now(UTC), settings.API_REQUESTS_PER_MINUTE
    minute = _minute(now)
    # Found by its hash, so how long that takes tells nothing about the token.
    token = charge_token(digest, minute=minute, limit=limit, now=now, address=client_address(request) or "")
    if token is None or not compare_digest(token.digest, digest):
        if _is_valid(digest, now):
            raise TooManyRequests(TokenRate(limit, 0, _end_of(minute)))
        count_rejected(request)
        raise InvalidToken
    token.rate = TokenRate(limit, max(0, limit - token.calls), _end_of(minute))
    return token


def websites_of(token: AccessToken) -> WebsiteQuerySet:
    """Return the websites that a token opens, each with the user's role in `role`."""
    visible = Website.objects.visible_to(token.user)
    return visible if token.website_id is None else visible.filter(pk=token.website_id)


def digest_of(secret: str) -> str:
    """Return what is stored of a token."""
    return sha256(secret.encode(errors="replace")).hexdigest()


def count_rejected(request: HttpRequest) -> None:
    """Count a request with a wrong token or signature. Raises TooManyRequests after MAX_REJECTED of them."""
    address, minute = client_address(request) or "", _minute(datetime.now(UTC))
    rows = RejectedTokens.objects.filter(address=address)
    # Above the limit nothing is written, so that wrong tokens can't keep the database busy.
    is_allowed = rows.exclude(minute=minute, count__gte=MAX_REJECTED).update(
        count=Case(When(minute=minute, then=F("count") + 1), default=1), minute=minute
    )
    if not is_allowed:
        if rows.exists():
            raise TooManyRequests(TokenRate(MAX_REJECTED, 0, _end_of(minute)))
        new = RejectedTokens(address=address, minute=minute, count=1)
        RejectedTokens.objects.bulk_create([new], ignore_conflicts=True)


def _is_valid(digest: str, now: datetime) -> bool:
    valid = AccessToken.objects.filter(user__is_active=True, created_at__lte=now + CLOCK_SKEW, expires_at__gt=now)
    return valid.filter(digest=digest).exists()


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _end_of(minute: int) -> datetime:
    return datetime.fromtimestamp((minute + 1) * 60, UTC)
