"""The audit log: what is recorded, that it stays, and which colleagues are shown."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from visitors.audit import log
from visitors.datafast.errors import (
    BotVisitor,
    KeyRejected,
    MalformedAnswer,
    RateLimited,
    Reason,
    Unavailable,
    VisitorNotFound,
)
from visitors.models import (
    AppendOnly,
    AuditAction,
    AuditEntry,
    AuditResult,
    AuditSource,
    Membership,
    load_visitor_context,
)
from visitors.profiles.errors import TokenLost

pytestmark = pytest.mark.django_db

VISITOR = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
OTHER = UUID("c0ffee00-0000-4000-8000-000000000002")


def record(user, website, visitor=VISITOR, action=AuditAction.PAGE, error=None):
    log.record_lookup(user, website, visitor, action, error)


def test_an_entry_has_user_visitor_time_action_and_result(lumenkit, member):
    before = datetime.now(UTC)
    record(member, lumenkit, action=AuditAction.CSV)
    entry = AuditEntry.objects.get()
    assert (entry.website, entry.user, entry.user_name, entry.visitor_id) == (lumenkit, member, "mina", VISITOR)
    assert (entry.visitor_hash, entry.action, entry.result) == ("", AuditAction.CSV, AuditResult.SHOWN)
    assert before <= entry.at <= datetime.now(UTC)


def test_an_entry_names_who_asked_in_another_program(lumenkit):
    log.record_lookup(None, lumenkit, VISITOR, AuditAction.SUMMARY, source=AuditSource.CARD, user_name="A" * 500)
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.source, entry.action) == (None, AuditSource.CARD, AuditAction.SUMMARY)
    assert entry.user_name.startswith("AAA")
    assert len(entry.user_name) <= 150


def test_an_entry_of_a_page_comes_from_a_browser(lumenkit, member):
    record(member, lumenkit)
    log.record_listed(member, [(lumenkit.pk, OTHER)], AuditAction.LIST, source=AuditSource.MCP)
    assert list(AuditEntry.objects.order_by("pk").values_list("source", flat=True)) == ["web", "mcp"]


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (None, AuditResult.SHOWN),
        (VisitorNotFound(), AuditResult.NOT_FOUND),
        (BotVisitor(), AuditResult.BOT),
        (KeyRejected(), AuditResult.KEY_REFUSED),
        (TokenLost(), AuditResult.KEY_REFUSED),
        (RateLimited(None, 60, 0), AuditResult.LIMITED),
        (Unavailable(Reason.TIMEOUT), AuditResult.UNAVAILABLE),
        (MalformedAnswer("cut off"), AuditResult.UNAVAILABLE),
    ],
)
def test_an_error_is_recorded_as_its_result(lumenkit, member, error, result):
    record(member, lumenkit, error=error)
    assert AuditEntry.objects.get().result == result


def test_entries_cannot_be_changed_or_deleted(lumenkit, member):
    record(member, lumenkit)
    entry = AuditEntry.objects.get()
    entry.user_name = "another name"
    for forbidden in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(user_name="x"),
        lambda: AuditEntry.objects.bulk_update([entry], ["user_name"]),
        lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"user_name": "x"}),
    ):
        with pytest.raises(AppendOnly):
            forbidden()
    assert AuditEntry.objects.get().user_name == "mina"


def test_an_entry_has_either_an_id_or_a_hash(lumenkit, member):
    for visitor_id, visitor_hash in ((None, ""), (VISITOR, "0" * 32)):
        entry = AuditEntry(
            website=lumenkit,
            user=member,
            visitor_id=visitor_id,
            visitor_hash=visitor_hash,
            at=datetime.now(UTC),
            action=AuditAction.PAGE,
            result=AuditResult.SHOWN,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            entry.save()


def test_entries_outlive_the_user(lumenkit, member):
    record(member, lumenkit)
    member.delete()
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.user_name) == (None, "mina")


def test_entries_are_deleted_with_their_website(lumenkit, pocketgarden, member):
    record(member, lumenkit)
    record(member, pocketgarden)
    lumenkit.delete()
    assert [entry.website for entry in AuditEntry.objects.all()] == [pocketgarden]


# --- Erased visitors ---


def test_entries_of_an_erased_visitor_are_found_by_id(lumenkit, pocketgarden, member, admin):
    for website, visitor in ((lumenkit, VISITOR), (lumenkit, OTHER), (pocketgarden, VISITOR)):
        record(member, website, visitor)
    assert log.erase(admin, lumenkit, VISITOR) == 1
    entries = AuditEntry.objects.filter(log.about_visitors(lumenkit.pk, [VISITOR]), website=lumenkit).order_by("pk")
    assert [(entry.user_name, entry.visitor_id, entry.action) for entry in entries] == [
        ("mina", None, AuditAction.PAGE),
        ("ada", None, AuditAction.ERASE),
    ]
    assert all(str(VISITOR) not in entry.visitor_hash for entry in entries)
    assert {entry.visitor_id for entry in AuditEntry.objects.exclude(visitor_id=None)} == {OTHER, VISITOR}


def test_the_hash_depends_on_website_and_secret_key(settings):
    hashed = log.hash_visitor(1, VISITOR)
    assert hashed == "088badf405e4b0a661d5eb107f144ea0"  # as in databases of earlier releases
    assert hashed == log.hash_visitor(1, VISITOR)
    assert log.hash_visitor(2, VISITOR) != hashed
    settings.SECRET_KEY = "another-secret-that-is-long-enough-for-this-purpose-too"
    assert log.hash_visitor(1, VISITOR) != hashed


# --- Colleagues ---


@pytest.fixture
def colleagues(lumenkit):
    """Three more users with a role on the website."""
    users = [get_user_model().objects.create_user(name) for name in ("joe", "kim", "lee")]
    for user in users:
        Membership.objects.create(website=lumenkit, user=user)
    return users


def context(user):
    return load_visitor_context(user, "lumenkit", VISITOR)


def test_only_successful_looks_at_this_visitor_count(lumenkit, member, colleagues):
    record(member, lumenkit)
    record(colleagues[0], lumenkit, OTHER)
    record(colleagues[1], lumenkit, error=BotVisitor())
    assert context(member).colleagues is None


def test_each_colleague_counts_once_and_the_latest_is_named(lumenkit, member, colleagues, clock):
    for user in (*colleagues, member, colleagues[0]):
        record(user, lumenkit)
        clock.shift(60)
    latest = AuditEntry.objects.filter(user=colleagues[0]).latest("at")
    assert context(member).colleagues == (3, "joe", latest.at)


def test_former_members_are_not_colleagues(lumenkit, member, colleagues):
    for user in colleagues:
        record(user, lumenkit)
    Membership.objects.filter(user=colleagues[2]).delete()
    assert context(member).colleagues[:2] == (2, "kim")


def test_shown_at_ignores_the_looks_of_colleagues(lumenkit, member, colleagues):
    record(colleagues[0], lumenkit)
    assert context(member).shown_at is None
    record(member, lumenkit)
    assert context(member).shown_at == AuditEntry.objects.get(user=member).at


def test_a_fragment_is_recorded_unless_its_page_covers_it(lumenkit, member, clock):
    for hours, entries in ((0, 1), (0, 1), (23, 1), (2, 2)):
        clock.shift(timedelta(hours=hours))
        log.record_fragment(member, context(member))
        assert AuditEntry.objects.count() == entries
