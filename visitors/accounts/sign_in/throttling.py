"""How often one may try: failed sign-ins are counted, and after too many no password is checked for a while.

django-axes counts and forgets; what is counted together, and how much of it is too much, stands here. With a pause of
half an hour (`AXES_COOLOFF_TIME`) after the last failure that counted:

- **An account, from one address**: 10. Somebody's typing errors stop them, and nobody else in their office.
- **An address**: 100. One machine that tries many accounts gets 4,800 guesses a day, at all of them together.
- **An account**: 30, wherever from. A network of many machines gets 1,440 guesses a day at one account; the passwords
  that are guessed first are refused when they are chosen.

The last bound would let strangers keep a person out by failing on purpose, so it does not hold for a browser in which
that person has signed in before: a signed cookie says so. It opens nothing, and the other two bounds still hold.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from axes.signals import user_locked_out
from axes.utils import reset
from django.conf import settings
from django.core import signing
from django.db.models import QuerySet, Sum
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

logger = logging.getLogger(__name__)

OF_ACCOUNT_AND_ADDRESS = 10
OF_ADDRESS = 100
OF_ACCOUNT = 30

KNOWN_BROWSER = "journeydesk_browser"
_SALT = "visitors.sign_in.known_browser"
_KNOWN_FOR = timedelta(days=90)

Bounds = list[tuple[QuerySet[AccessAttempt], int]]


class Throttle(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Axes' own, with a bound for each kind of counting. What it calls failures are percents of what is allowed."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """How much of what is allowed is used up, in percent; 100 and more is locked."""
        bounds = _bounds(request, get_client_username(request, credentials))
        return max((100 * _sum(attempts) // bound for attempts, bound in bounds), default=0)

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Count it, where a password was tried; an OpenID issuer counts for itself."""
        if get_client_username(request, credentials) is not None:
            super().user_login_failed(sender, credentials, request, **kwargs)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """After a success: forget this person's failures at this address.

        All others stay, or whoever has one account could go on guessing at the others for ever.
        """
        name, address = get_client_username(request, credentials), request.axes_ip_address  # type: ignore[attr-defined]
        count: int = AccessAttempt.objects.filter(username=name, ip_address=address).delete()[0]
        return count


def seconds_locked(request: HttpRequest, name: str | None) -> int:
    """For how long no password of this account is checked at this request's address; 0: it is."""
    pause = get_cool_off(request)
    ends = [end for attempts, bound in _bounds(request, name) if (end := _end(attempts, bound, pause))]
    return max(1, round((max(ends) - timezone.now()).total_seconds())) if ends else 0


def forget(name: str) -> None:
    """Let an account try again at once: its person has shown who they are in another way."""
    reset(username=name)


def remember_browser(response: HttpResponse, name: str) -> None:
    """Note in the browser that this person has signed in there."""
    response.set_cookie(
        KNOWN_BROWSER,
        signing.dumps(name, salt=_SALT),
        max_age=_KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _is_known(request: HttpRequest, name: str) -> bool:
    try:
        known: object = signing.loads(request.COOKIES.get(KNOWN_BROWSER, ""), salt=_SALT, max_age=_KNOWN_FOR)
    except signing.BadSignature:
        return False
    return known == name


def _bounds(request: HttpRequest, name: str | None) -> Bounds:
    """The failures that count for this sign-in, each with how many of them are too many."""
    if name is None:
        return []
    address = request.axes_ip_address  # type: ignore[attr-defined]  # set by axes before it asks
    recent = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - get_cool_off(request))
    bounds: Bounds = [(recent.filter(username=name, ip_address=address), OF_ACCOUNT_AND_ADDRESS)]
    if address is not None:
        bounds.append((recent.filter(ip_address=address), OF_ADDRESS))
    if not _is_known(request, name):
        bounds.append((recent.filter(username=name), OF_ACCOUNT))
    return bounds


def _sum(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(sum=Sum("failures_since_start"))["sum"] or 0


def _end(attempts: QuerySet[AccessAttempt], bound: int, pause: timedelta) -> datetime | None:
    """When so many of these have passed that one may try again; None: one may now."""
    rows: Iterable[tuple[datetime, int]] = attempts.order_by("attempt_time").values_list(
        "attempt_time", "failures_since_start"
    )
    left, end = _sum(attempts), None
    for at, failures in rows:
        if left < bound:
            break
        left, end = left - failures, at + pause
    return end


@receiver(user_locked_out)
def _log(request: HttpRequest, username: str, ip_address: str, **_: Any) -> None:
    """One line where a lock begins; the attempts while it lasts are not worth one each."""
    if request.axes_failures_since_start is not None:  # type: ignore[attr-defined]
        logger.warning("Too many failed sign-ins: %r is locked for now at %s.", username, ip_address)
