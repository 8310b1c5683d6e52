"""Forgetting a visitor: profile, looks and log together, and what is told of it."""

import logging
from datetime import UTC, datetime
from uuid import UUID

import pytest

from visitors import profiles
from visitors.audit import erasure, log
from visitors.lookup import last_seen
from visitors.models import AuditAction, AuditEntry, LastSeen, Snapshot
from visitors.sandbox import documented

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
OTHER = UUID(documented.CUSTOMER.visitor_id)


@pytest.fixture
def looked(sandbox, lumenkit, member, viewer):
    """Two people have looked at two visitors."""
    for user in (member, viewer):
        for visitor in (LEAD, OTHER):
            journey = profiles.get_profile(lumenkit, visitor).contents.journey
            last_seen.mark_seen(user, lumenkit, visitor, journey)
            log.record_lookup(user, lumenkit, visitor, AuditAction.PAGE)


def test_there_is_said_what_there_is_to_forget(looked, lumenkit):
    found = erasure.traces(lumenkit, LEAD)
    assert (found.sightings, found.looks, found.look_ups, found.is_nothing) == (1, 2, 2, False)
    assert found.answered_at == Snapshot.objects.get(visitor_id=LEAD).fetched_at


def test_all_of_it_goes_and_of_others_nothing(looked, lumenkit, admin):
    before = erasure.traces(lumenkit, LEAD)
    assert erasure.forget(lumenkit, LEAD, by=admin) == before
    assert erasure.traces(lumenkit, LEAD).is_nothing
    assert erasure.traces(lumenkit, OTHER).look_ups == 2
    assert set(LastSeen.objects.values_list("visitor_id", flat=True)) == {OTHER}
    (line,) = AuditEntry.objects.filter(source=AuditAction.ERASE)
    assert (line.user, line.visitor_id) == (admin, None)


def test_it_is_logged_without_the_id(looked, lumenkit, admin, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    erasure.forget(lumenkit, LEAD, by=admin)
    assert f"User {admin.pk} forgot a visitor, website lumenkit" in caplog.text
    assert str(LEAD) not in caplog.text
    assert LEAD.hex not in caplog.text


def test_forgetting_again_is_fine_and_stands_in_the_log_again(looked, lumenkit):
    for times in (1, 2):
        erasure.forget(lumenkit, LEAD, by=None)
        assert AuditEntry.objects.filter(source=AuditAction.ERASE, user_name=log.COMMAND_NAME).count() == times
    assert AuditEntry.objects.filter(log.about_visitors(lumenkit.pk, [LEAD]), at__lte=datetime.now(UTC)).count() == 4
