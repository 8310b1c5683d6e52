"""What of the sign-in is kept too long."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client

from visitors.accounts.sign_in.cleanup import purge

pytestmark = pytest.mark.django_db


def note(name):
    """Note a failure past axes, which would do some of the cleaning itself."""
    AccessAttempt.objects.create(username=name, user_agent="", ip_address="192.0.2.1", failures_since_start=1)


def test_failures_of_yesterday_and_ended_sessions_are_removed_and_nothing_else(member, clock):
    Client().force_login(member)
    note("yesterday")
    clock.shift(timedelta(days=15))
    Client().force_login(member)
    note("today")
    purge()
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["today"]
    assert Session.objects.count() == 1
