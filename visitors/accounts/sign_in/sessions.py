"""How long a session lasts: until nobody has asked for anything for a while, and never longer than two weeks."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

LONGEST = timedelta(days=14)
# In the session, both in seconds of Unix time: when the person signed in, and was last noted to be there.
BEGAN, ACTIVE = "began", "active"
# Noting each request would be a write each; one a tenth of the idle time apart is exact enough.
_PARTS = 10


class SessionEnd:
    """Middleware that ends a session that is over, and notes that its person is there.

    Stands behind Django's, which knows who is signed in, and before what demands it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ask for the answer as whoever is still signed in."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self._get_response(request)
        now, idle = int(time.time()), settings.SESSION_IDLE_MINUTES * 60
        if _is_over(request.session, now, idle):
            logout(request)
        response = self._get_response(request)
        session = request.session
        if SESSION_KEY in session and not hasattr(request, "made_by_page"):
            session.setdefault(BEGAN, now)
            if now - session.get(ACTIVE, 0) >= idle / _PARTS:
                session[ACTIVE] = now
        return response


def made_by_page(request: HttpRequest) -> None:
    """Say that no person stands behind this request: an open page that asks by itself keeps no session alive."""
    request.made_by_page = True  # type: ignore[attr-defined]


def end_all(user: User) -> None:
    """Sign this person out of every browser."""
    # Whose a session is stands inside of it. There are few: they end, and ended ones are purged.
    sessions = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    theirs = [one.pk for one in sessions if one.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=theirs).delete()


def _is_over(session: SessionBase, now: int, idle: int) -> bool:
    began: int = session.get(BEGAN, now)
    active: int = session.get(ACTIVE, now)
    return now - active > idle or now - began > LONGEST.total_seconds()


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: object) -> None:
    request.session[BEGAN] = request.session[ACTIVE] = int(time.time())
