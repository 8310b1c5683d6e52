"""`manage.py index_people`."""

import io
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from visitors import profiles
from visitors.models import KnownPerson, Snapshot
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


@pytest.mark.django_db(transaction=True)
def test_profiles_that_change_or_are_erased_meanwhile_are_left_alone(unlisted, lumenkit, monkeypatch):
    renewed, erased, _ = VISITORS
    derive = store._derive_from

    def change_meanwhile(snapshot):
        assert not connection.in_atomic_block
        if snapshot.visitor_id == renewed:
            Snapshot.objects.filter(pk=snapshot.pk).update(version="newer")
        if snapshot.visitor_id == erased:
            with transaction.atomic():
                profiles.erase_profile(lumenkit.pk, erased)
        return derive(snapshot)

    monkeypatch.setattr(store, "_derive_from", change_meanwhile)
    assert list(profiles.index_people()) == [1]
    assert KnownPerson.objects.get().visitor_id == VISITORS[2]
