"""Erasing a visitor: the profile, what users saw, and the ids in the audit log go together."""

import logging
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
def two_visitors(sandbox, lumenkit, member, viewer):
    """Two visitors at whom two users have looked."""
    for user in (member, viewer):
        for visitor in (LEAD, OTHER):
            journey = profiles.get_profile(lumenkit, visitor).contents.journey
            last_seen.mark_seen(user, lumenkit, visitor, journey)
            log.record_lookup(user, lumenkit, visitor, AuditAction.PAGE)


def test_traces_count_all_that_is_stored(two_visitors, lumenkit):
    fetched_at = Snapshot.objects.get(visitor_id=LEAD).fetched_at
    assert erasure.find_traces(lumenkit, LEAD) == erasure.Traces(fetched_at, 1, 2, 2)


def test_erasing_deletes_one_visitor_and_no_other(two_visitors, lumenkit, admin):
    before = erasure.find_traces(lumenkit, LEAD)
    assert erasure.erase(lumenkit, LEAD, by=admin) == before
    assert not erasure.find_traces(lumenkit, LEAD)
    assert erasure.find_traces(lumenkit, OTHER).audit_entries == 2
    assert set(LastSeen.objects.values_list("visitor_id", flat=True)) == {OTHER}
    entry = AuditEntry.objects.get(action=AuditAction.ERASE)
    assert (entry.user, entry.visitor_id) == (admin, None)


def test_the_change_log_does_not_contain_the_id(two_visitors, lumenkit, admin, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    erasure.erase(lumenkit, LEAD, by=admin)
    assert f"User {admin.pk} erased a visitor, website lumenkit" in caplog.text
    assert str(LEAD) not in caplog.text
    assert LEAD.hex not in caplog.text


def test_each_erasure_of_a_visitor_is_recorded(two_visitors, lumenkit):
    for times in (1, 2):
        erasure.erase(lumenkit, LEAD, by=None)
        assert AuditEntry.objects.filter(action=AuditAction.ERASE, user_name=log.COMMAND_NAME).count() == times
    assert AuditEntry.objects.filter(log.about_visitors(lumenkit.pk, [LEAD])).count() == 4
