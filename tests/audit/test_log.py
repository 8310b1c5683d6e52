"""The look-up log: what is written into it, that it stays, and who is told of colleagues."""

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
from visitors.models import AppendOnly, AuditAction, AuditEntry, AuditResult, Membership, load_visitor_context
from visitors.profiles.errors import TokenLost

pytestmark = pytest.mark.django_db

VISITOR = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
OTHER = UUID("c0ffee00-0000-4000-8000-000000000002")


def looked(user, website, visitor=VISITOR, source=AuditAction.PAGE, error=None):
    log.record_lookup(user, website, visitor, source, error)


def test_a_line_says_who_looked_at_whom_when_from_where_and_with_what_result(lumenkit, member):
    before = datetime.now(UTC)
    looked(member, lumenkit, source=AuditAction.CSV)
    line = AuditEntry.objects.get()
    assert (line.website, line.user, line.user_name, line.visitor_id) == (lumenkit, member, "mina", VISITOR)
    assert (line.visitor_hash, line.source, line.result) == ("", AuditAction.CSV, AuditResult.SHOWN)
    assert before <= line.at <= datetime.now(UTC)


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
def test_what_could_not_be_shown_stands_there_with_its_reason(lumenkit, member, error, result):
    looked(member, lumenkit, error=error)
    assert AuditEntry.objects.get().result == result


def test_no_line_is_changed_or_removed(lumenkit, member):
    looked(member, lumenkit)
    line = AuditEntry.objects.get()
    line.user_name = "somebody else"
    for forbidden in (
        line.save,
        line.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(user_name="x"),
        lambda: AuditEntry.objects.bulk_update([line], ["user_name"]),
        lambda: AuditEntry.objects.update_or_create(pk=line.pk, defaults={"user_name": "x"}),
    ):
        with pytest.raises(AppendOnly):
            forbidden()
    assert AuditEntry.objects.get().user_name == "mina"


def test_a_line_holds_an_id_or_its_hash_and_never_both(lumenkit, member):
    for visitor_id, visitor_hash in ((None, ""), (VISITOR, "0" * 32)):
        line = AuditEntry(
            website=lumenkit,
            user=member,
            visitor_id=visitor_id,
            visitor_hash=visitor_hash,
            at=datetime.now(UTC),
            source=AuditAction.PAGE,
            result=AuditResult.SHOWN,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            line.save()


def test_the_lines_of_a_person_stay_when_the_account_goes(lumenkit, member):
    looked(member, lumenkit)
    member.delete()
    line = AuditEntry.objects.get()
    assert (line.user, line.user_name) == (None, "mina")


def test_the_lines_of_a_website_go_with_it(lumenkit, pocketgarden, member):
    looked(member, lumenkit)
    looked(member, pocketgarden)
    lumenkit.delete()
    assert [line.website for line in AuditEntry.objects.all()] == [pocketgarden]


# --- Forgotten visitors ---


def test_forgetting_takes_the_id_out_and_who_knows_it_can_still_ask(lumenkit, pocketgarden, member, admin):
    for website, visitor in ((lumenkit, VISITOR), (lumenkit, OTHER), (pocketgarden, VISITOR)):
        looked(member, website, visitor)
    assert log.erase(admin, lumenkit, VISITOR) == 1
    lines = AuditEntry.objects.filter(log.about_visitors(lumenkit.pk, [VISITOR]), website=lumenkit).order_by("pk")
    assert [(line.user_name, line.visitor_id, line.source) for line in lines] == [
        ("mina", None, AuditAction.PAGE),
        ("ada", None, AuditAction.ERASE),
    ]
    assert all(str(VISITOR) not in line.visitor_hash for line in lines)
    assert {line.visitor_id for line in AuditEntry.objects.exclude(visitor_id=None)} == {OTHER, VISITOR}


def test_the_hash_of_a_visitor_is_the_website_s_and_the_deployment_s_own(settings):
    hashed = log.hash_visitor(1, VISITOR)
    assert hashed == log.hash_visitor(1, VISITOR)
    assert log.hash_visitor(2, VISITOR) != hashed
    settings.SECRET_KEY = "another-secret-that-is-long-enough-for-this-purpose-too"
    assert log.hash_visitor(1, VISITOR) != hashed


# --- ColleagueViews ---


@pytest.fixture
def colleagues(lumenkit):
    """Three people with a role on the website."""
    users = [get_user_model().objects.create_user(name) for name in ("joe", "kim", "lee")]
    for user in users:
        Membership.objects.create(website=lumenkit, user=user)
    return users


def opened(user):
    return load_visitor_context(user, "lumenkit", VISITOR)


def test_whoever_looks_alone_has_no_colleagues_there(lumenkit, member, colleagues):
    looked(member, lumenkit)
    looked(colleagues[0], lumenkit, OTHER)
    looked(colleagues[1], lumenkit, error=BotVisitor())
    assert opened(member).colleagues is None


def test_colleagues_count_once_each_and_the_latest_is_named(lumenkit, member, colleagues, clock):
    for user in (*colleagues, member, colleagues[0]):
        looked(user, lumenkit)
        clock.shift(60)
    latest = AuditEntry.objects.filter(user=colleagues[0]).latest("at")
    assert opened(member).colleagues == (3, "joe", latest.at)


def test_who_has_left_the_website_is_no_colleague_any_more(lumenkit, member, colleagues):
    for user in colleagues:
        looked(user, lumenkit)
    Membership.objects.filter(user=colleagues[2]).delete()
    assert opened(member).colleagues[:2] == (2, "kim")


def test_when_one_was_shown_a_visitor_last_is_one_s_own(lumenkit, member, colleagues):
    looked(colleagues[0], lumenkit)
    assert opened(member).shown_at is None
    looked(member, lumenkit)
    assert opened(member).shown_at == AuditEntry.objects.get(user=member).at


def test_a_part_of_a_page_is_written_down_when_the_page_is_not(lumenkit, member, clock):
    for hours, lines in ((0, 1), (0, 1), (23, 1), (2, 2)):
        clock.shift(timedelta(hours=hours))
        log.record_fragment(member, opened(member), VISITOR)
        assert AuditEntry.objects.count() == lines
