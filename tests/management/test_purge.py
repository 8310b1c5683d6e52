"""`manage.py purge`."""

import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command

from visitors.models import MetricsPoint


@pytest.mark.django_db
def test_purging_deletes_expired_data_and_prints_the_counts(lumenkit):
    at = datetime.now(UTC) - timedelta(days=31)
    MetricsPoint.objects.create(
        website=lumenkit, visitor_id=uuid4(), at=at, visits=1, page_views=1, goals=0, payments=0
    )
    printed = io.StringIO()
    call_command("purge", stdout=printed)
    assert printed.getvalue() == (
        "Deleted 0 answers, 1 metrics point, 0 fetch leases, 0 looks, 0 notes, 0 tags, 0 alerts, 0 audit entries"
        ", 0 access tokens and 0 invitations, and expired sign-in data.\n"
    )
    assert not MetricsPoint.objects.exists()
