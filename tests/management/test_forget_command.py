"""`manage.py forget`."""

import io
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from visitors import profiles
from visitors.models import AuditAction, AuditEntry, Snapshot
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id


@pytest.fixture
def kept(sandbox, lumenkit):
    """A visitor whose journey is kept."""
    return profiles.get_profile(lumenkit, UUID(LEAD))


def forget(*words):
    printed = io.StringIO()
    call_command("forget", *words, stdout=printed)
    return printed.getvalue()


def test_it_removes_what_is_kept_and_says_how_much(kept):
    said = forget("lumenkit", LEAD)
    assert "Removed: a journey, 1 point of history, 0 looks, the id in 0 lines of the look-up log." in said
    assert "DataFast's own copy is not touched" in said
    assert LEAD not in said
    assert not Snapshot.objects.exists()
    assert AuditEntry.objects.get(source=AuditAction.ERASE).user_name == "a command"


def test_the_id_is_read_from_standard_input_where_it_is_not_named(kept, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"Please forget datafast_visitor_id={LEAD}, thanks\n"))
    assert "a journey" in forget("lumenkit")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["shop", LEAD], "There is no website shop."),
        (["lumenkit", "nonsense"], "No visitor id"),
        (["lumenkit", f"{LEAD} {documented.CUSTOMER.visitor_id}"], "Name one visitor at a time."),
    ],
)
def test_what_makes_no_sense_removes_nothing(kept, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        forget(*words)
    assert Snapshot.objects.exists()
