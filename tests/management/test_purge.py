"""`manage.py purge`."""

import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command

from visitors.models import MetricsPoint


@pytest.mark.django_db
def test_it_removes_what_is_kept_too_long_and_says_how_much(lumenkit):
    at = datetime.now(UTC) - timedelta(days=31)
    MetricsPoint.objects.create(
        website=lumenkit, visitor_id=uuid4(), at=at, visits=1, page_views=1, goals=0, payments=0
    )
    printed = io.StringIO()
    call_command("purge", stdout=printed)
    assert printed.getvalue() == (
        "Removed 0 answers, 1 sighting, 0 flights, 0 looks, 0 look-ups and 0 invitations,"
        " and what of sign-ins has ended.\n"
    )
    assert not MetricsPoint.objects.exists()
