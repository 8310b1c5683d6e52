"""What of the sign-in is kept too long."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

# Longer than any pause; the addresses of people are worth forgetting.
FAILURES_KEPT = timedelta(days=1)


def purge() -> None:
    """Remove failed sign-ins older than a day, and sessions that have ended."""
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(attempt_time__lt=timezone.now() - FAILURES_KEPT).delete()
    SessionStore.clear_expired()
