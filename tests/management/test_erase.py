"""`manage.py erase`."""

import io
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from visitors import profiles
from visitors.models import AuditAction, AuditEntry, Snapshot
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id


@pytest.fixture
def stored(sandbox, lumenkit):
    """A visitor with a stored profile."""
    return profiles.get_profile(lumenkit, UUID(LEAD))


def erase(*words):
    printed = io.StringIO()
    call_command("erase", *words, stdout=printed)
    return printed.getvalue()


def test_erasing_prints_what_was_stored(stored):
    printed = erase("lumenkit", LEAD)
    assert "Erased: a journey, 1 point of its history, what 0 users saw of it" in printed
    assert "the id in 0 entries of the audit log." in printed
    assert "DataFast's own copy stays" in printed
    assert LEAD not in printed
    assert not Snapshot.objects.exists()
    assert AuditEntry.objects.get(action=AuditAction.ERASE).user_name == "a command"


def test_a_missing_id_is_read_from_standard_input(stored, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"Please forget datafast_visitor_id={LEAD}, thanks\n"))
    assert "a journey" in erase("lumenkit")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["shop", LEAD], "There is no website shop."),
        (["lumenkit", "nonsense"], "No visitor id"),
        (["lumenkit", f"{LEAD} {documented.CUSTOMER.visitor_id}"], "Enter one visitor at a time."),
    ],
)
def test_unusable_arguments_erase_nothing(stored, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        erase(*words)
    assert Snapshot.objects.exists()
