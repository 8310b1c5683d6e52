"""When sessions end: after some idle time (SESSION_IDLE_MINUTES), and two weeks after the sign-in at the latest."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions import middleware
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboard.clock import CLOCK_SKEW
from dashboard.database import is_database_unavailable
from visitors.models import PanelPairing

logger = logging.getLogger(__name__)

MAX_AGE = timedelta(days=14)
# Pages that must not depend on the database.
WITHOUT_SESSION = {"/healthz", "/readyz", "/metrics"}
# Keys in the session; the values are Unix times in seconds.
SIGNED_IN_AT, ACTIVE_AT = "began", "active"
# Activity is saved once in a tenth of the idle time: saving it at each request would cost a write each.
_SAVES_PER_IDLE_TIME = 10


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, which also serves a page when all that cannot be saved is that the user is active."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session if it has changed."""
        try:
            return super().process_response(request, response)
        except SessionInterrupted as error:  # raised for every failed UPDATE
            if not (hasattr(request, "only_activity_changed") and is_database_unavailable(error)):
                raise
            logger.warning("That a user is active cannot be saved, since the database cannot be written.")
            return response


class SessionExpiryMiddleware:
    """End expired sessions, and save that a user is active.

    Belongs after AuthenticationMiddleware and before SignInRequiredMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.path_info in WITHOUT_SESSION:
            return self._get_response(request)
        now, idle_seconds = int(time.time()), settings.SESSION_IDLE_MINUTES * 60
        _correct_times(request.session, now)
        if _has_expired(request.session, now, idle_seconds):
            logout(request)
        response = self._get_response(request)
        session = request.session
        if SESSION_KEY in session and not hasattr(request, "is_automatic"):
            session.setdefault(SIGNED_IN_AT, now)
            if now - session.get(ACTIVE_AT, 0) >= idle_seconds / _SAVES_PER_IDLE_TIME:
                if not session.modified:
                    request.only_activity_changed = True  # type: ignore[attr-defined]
                session[ACTIVE_AT] = now
        return response


def mark_automatic(request: HttpRequest) -> None:
    """Mark a request that an open page makes by itself: it does not count as activity of the user."""
    request.is_automatic = True  # type: ignore[attr-defined]


def end_panels(user: User) -> None:
    """Disconnect the panels that show visitors to a user in help desks."""
    PanelPairing.objects.filter(user=user).delete()


def end_all(user: User) -> None:
    """Sign a user out of every browser, and of the panels in help desks."""
    end_panels(user)
    # Only the data of a session names its user. There are few sessions: expired ones are deleted.
    sessions = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    keys = [session.pk for session in sessions if session.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=keys).delete()


def _correct_times(session: SessionBase, now: int) -> None:
    """Let a session that was stored by a clock ahead of now, which was set back since, start now."""
    for name in (SIGNED_IN_AT, ACTIVE_AT):
        if session.get(name, now) > now + CLOCK_SKEW.total_seconds():
            session[name] = now


def _has_expired(session: SessionBase, now: int, idle_seconds: int) -> bool:
    signed_in_at: int = session.get(SIGNED_IN_AT, now)
    active_at: int = session.get(ACTIVE_AT, now)
    return now - active_at > idle_seconds or now - signed_in_at > MAX_AGE.total_seconds()


@receiver(user_logged_in)
def _start(request: HttpRequest, **_: object) -> None:
    request.session[SIGNED_IN_AT] = request.session[ACTIVE_AT] = int(time.time())
