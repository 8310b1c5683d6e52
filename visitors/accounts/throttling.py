"""Limits on failed sign-ins. Above a limit no password is checked for a while.

django-axes counts; this module decides which failures count together, and sets the limits. A lock ends half an hour
(AXES_COOLOFF_TIME) after the last failure that counted:

- **An account from one address**: 10. Typing errors lock the user, but not the colleagues in the same office.
- **An address**: 100. One machine that tries many accounts gets at most 4,800 guesses a day.
- **An account**: 30 from all addresses. A network of machines gets 1,440 guesses a day at one account; the most common
  passwords are refused when they are set.

With the last limit a stranger could lock a user out by failing on purpose, so it does not apply in a browser where that
user has signed in before, which a signed cookie proves. The other two limits still apply there.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from axes.signals import user_locked_out
from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet, Sum
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboard.clock import latest_possible_time

logger = logging.getLogger(__name__)

ACCOUNT_AND_ADDRESS_LIMIT = 10
ADDRESS_LIMIT = 100
ACCOUNT_LIMIT = 30

# Longer than any lock lasts.
FAILURES_KEPT_FOR = timedelta(days=1)

KNOWN_BROWSER_COOKIE = "journeydesk_browser"
# Cookies that are already in browsers were signed with it.
_SALT = "visitors.sign_in.known_browser"
_KNOWN_FOR = timedelta(days=90)


class ThrottleHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """The axes handler with several limits. What axes calls failures is a percentage of the limit here."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return how much of the tightest limit is used, in percent; 100 and more is locked."""
        limits = _limits(request, get_client_username(request, credentials))
        return max((100 * _count(attempts) // limit for attempts, limit in limits), default=0)

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Count a failure with a password. OpenID issuers limit failures themselves."""
        if get_client_username(request, credentials) is not None:
            super().user_login_failed(sender, credentials, request, **kwargs)

    def clean_expired_user_attempts(
        self, request: HttpRequest | None = None, credentials: dict[str, Any] | None = None
    ) -> int:
        """Delete failures that no longer count, also those ahead of now: axes would add the next failure to them."""
        ahead: int = AccessAttempt.objects.filter(attempt_time__gt=latest_possible_time()).delete()[0]
        expired: int = super().clean_expired_user_attempts(request, credentials)
        return ahead + expired

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Delete the user's failures at this address after a successful sign-in; return their number.

        Other failures stay: otherwise a user with one account could guess at other accounts without a limit.
        """
        name, address = get_client_username(request, credentials), request.axes_ip_address  # type: ignore[attr-defined]
        count: int = AccessAttempt.objects.filter(username=name, ip_address=address).delete()[0]
        return count


def seconds_locked(request: HttpRequest, username: str | None) -> int:
    """Return for how many seconds no password of this account is checked for this client; 0 where it is not locked."""
    cool_off = get_cool_off(request)
    limits = _limits(request, username)
    ends = [end for attempts, limit in limits if (end := _locked_until(attempts, limit, cool_off))]
    return max(1, round((max(ends) - timezone.now()).total_seconds())) if ends else 0


def client_address(request: HttpRequest) -> str | None:
    """Return the address that failures are counted by (AXES_CLIENT_IP_CALLABLE); None where it is unknown.

    Each of the TRUSTED_PROXIES appends the address of its own client to X-Forwarded-For, so the client is that many
    entries from the end. Entries before it were sent by the client and prove nothing. For IPv6 the result is the /64
    network, as one client has all of it.
    """
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    count: int = settings.TRUSTED_PROXIES
    forwarded = _parse_address(hops[-count]) if 0 < count <= len(hops) else None
    address = forwarded or _parse_address(request.META.get("REMOTE_ADDR", ""))
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False).network_address)
    return str(address) if address else None


def remember_browser(response: HttpResponse, username: str) -> None:
    """Set the cookie that proves that this user has signed in with this browser."""
    response.set_cookie(
        KNOWN_BROWSER_COOKIE,
        signing.dumps(username, salt=_SALT),
        max_age=_KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def list_old_failures() -> list[tuple[QuerySet[Any], Q]]:
    """Return what is stored of failed sign-ins, and which to delete after a day, since they contain IP addresses."""
    old = ~Q(attempt_time__range=(timezone.now() - FAILURES_KEPT_FOR, latest_possible_time()))
    return [(model.objects.order_by("pk"), old) for model in (AccessAttempt, AccessFailureLog, AccessLog)]


def _parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address with or without a port: 192.0.2.1, 192.0.2.1:4711, [2001:db8::1]:4711."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _is_known_browser(request: HttpRequest, username: str) -> bool:
    try:
        known: object = signing.loads(request.COOKIES.get(KNOWN_BROWSER_COOKIE, ""), salt=_SALT, max_age=_KNOWN_FOR)
    except signing.BadSignature:
        return False
    return known == username


def _limits(request: HttpRequest, username: str | None) -> list[tuple[QuerySet[AccessAttempt], int]]:
    """Return the failures that count for this sign-in, each with its limit."""
    if username is None:
        return []
    address = request.axes_ip_address  # type: ignore[attr-defined]  # axes sets it before it calls a handler
    recent = AccessAttempt.objects.filter(
        attempt_time__range=(timezone.now() - get_cool_off(request), latest_possible_time())
    )
    limits = [(recent.filter(username=username, ip_address=address), ACCOUNT_AND_ADDRESS_LIMIT)]
    if address is not None:
        limits.append((recent.filter(ip_address=address), ADDRESS_LIMIT))
    if not _is_known_browser(request, username):
        limits.append((recent.filter(username=username), ACCOUNT_LIMIT))
    return limits


def _count(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(sum=Sum("failures_since_start"))["sum"] or 0


def _locked_until(attempts: QuerySet[AccessAttempt], limit: int, cool_off: timedelta) -> datetime | None:
    """Return when enough of these failures have expired, or None where they are below the limit now."""
    rows: Iterable[tuple[datetime, int]] = attempts.order_by("attempt_time").values_list(
        "attempt_time", "failures_since_start"
    )
    remaining, end = _count(attempts), None
    for at, failures in rows:
        if remaining < limit:
            break
        remaining, end = remaining - failures, at + cool_off
    return end


@receiver(user_locked_out)
def _log_lock(request: HttpRequest, username: str, ip_address: str, **_: Any) -> None:
    """Log where a lock starts. Attempts during a lock are not logged."""
    if request.axes_failures_since_start is not None:  # type: ignore[attr-defined]
        logger.warning("Too many failed sign-ins: %r is locked for now at %s.", username, ip_address)
