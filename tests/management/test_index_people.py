"""`manage.py index_people`."""

import io
from uuid import UUID

import pytest
from django.core.management import call_command

from visitors import profiles
from visitors.models import KnownPerson
from visitors.profiles import store
from visitors.sandbox import documented

VISITORS = [UUID(one.visitor_id) for one in (documented.RETURNING_LEAD, documented.CUSTOMER, documented.ONE_PAGE)]


@pytest.fixture
def unlisted(sandbox, lumenkit):
    """Profiles that an earlier release stored."""
    for visitor_id in VISITORS:
        profiles.get_profile(lumenkit, visitor_id)
    KnownPerson.objects.all().delete()


def test_profiles_of_an_earlier_release_become_searchable_once(unlisted, monkeypatch):
    monkeypatch.setattr(store, "INDEX_BATCH_SIZE", 2)
    for sentence in ("Made 3 profiles searchable.", "Made 0 profiles searchable."):
        printed = io.StringIO()
        call_command("index_people", stdout=printed)
        assert sentence in printed.getvalue()
    assert set(KnownPerson.objects.values_list("visitor_id", flat=True)) == set(VISITORS)
    assert "Priya Raman" in KnownPerson.objects.values_list("name", flat=True)
