"""The context of a visitor is what the ORM finds."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.clock import latest_possible_time
from visitors import profiles
from visitors.audit import log
from visitors.datafast.errors import BotVisitor
from visitors.lookup import last_seen
from visitors.models import (
    Alert,
    AuditAction,
    AuditEntry,
    AuditResult,
    KnownPerson,
    LastSeen,
    Membership,
    Note,
    Ownership,
    Pin,
    Snapshot,
    Tag,
    VisitorContext,
    VisitorTag,
    Website,
    load_visitor_context,
    load_websites_of_visitor,
)
from visitors.models.visitor_context import MAX_COLLEAGUES, ColleagueViews, Related
from visitors.roles import Role
from visitors.sandbox import documented
from visitors.team import memory

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
OTHER = UUID(documented.CUSTOMER.visitor_id)

pytestmark = pytest.mark.django_db


def context_by_orm(user, slug, visitor_id):
    website = Website.objects.visible_to(user).filter(slug=slug).first()
    if website is None:
        return None
    snapshot = Snapshot.objects.filter(website=website, visitor_id=visitor_id).first()
    seen = LastSeen.objects.filter(website=website, user=user, visitor_id=visitor_id).first()
    entries = AuditEntry.objects.filter(website=website, visitor_id=visitor_id, at__lte=latest_possible_time())
    shown = entries.filter(result=AuditResult.SHOWN).order_by("-at")
    members = Membership.objects.filter(website=website).exclude(user=user).values("user")
    views = shown.filter(user__in=members)
    return VisitorContext(
        website,
        visitor_id,
        (snapshot.version, snapshot.fetched_at) if snapshot else None,
        seen.seen if seen else None,
        ColleagueViews(views.values("user").distinct().order_by().count(), views[0].user_name, views[0].at)
        if views
        else None,
        shown.filter(user=user).values_list("at", flat=True).first(),
        has_memory(website, user, visitor_id),
        related(website, visitor_id),
        Alert.objects.filter(user=user, is_read=False, website__membership__user=user).count(),
        Membership.objects.filter(user=user, role=Role.ADMIN).exists(),
    )


def related(website, visitor_id):
    person = KnownPerson.objects.filter(website=website, visitor_id=visitor_id).first()
    if person is None:
        return Related(0, 0, "")
    others = KnownPerson.objects.filter(website=website).exclude(visitor_id=visitor_id)
    same = [other for other in others if person.email and other.email == person.email]
    same += [other for other in others if person.user_id and other.user_id == person.user_id and other not in same]
    colleagues = [other for other in others if person.company_key and other.company_key == person.company_key]
    counts = (min(len(people), MAX_COLLEAGUES) for people in (same, colleagues))
    return Related(*counts, person.company or person.email_domain)


@pytest.mark.sqlite
def test_related_people_are_found_by_indexes(lumenkit, member):
    with CaptureQueriesContext(connection) as queries:
        load_visitor_context(member, "lumenkit", LEAD)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
        plan = "\n".join(row[-1] for row in cursor.fetchall() if " other " in row[-1])
    for column in ("email", "user_id", "company"):
        assert f"people_by_{column} (" in plan
    assert "newest_people" not in plan


@pytest.mark.parametrize("kind", ["email", "user_id", "company_key", "empty"])
def test_the_context_knows_related_people(lumenkit, member, sandbox, kind):
    for visitor_id in (LEAD, OTHER):
        profiles.get_profile(lumenkit, visitor_id)
    blank = dict.fromkeys(("email", "email_domain", "user_id", "company", "company_key"), "")
    KnownPerson.objects.update(**blank)
    if kind != "empty":
        KnownPerson.objects.update(**{kind: "same"})
    for visitor_id in (LEAD, OTHER):
        found = load_visitor_context(member, "lumenkit", visitor_id)
        assert found == context_by_orm(member, "lumenkit", visitor_id)
        assert found.related[:2] == (int(kind in ("email", "user_id")), int(kind == "company_key"))


def has_memory(website, user, visitor_id):
    about = {"website": website, "visitor_id": visitor_id}
    rows = [model.objects.filter(**about) for model in (Note, VisitorTag, Ownership)]
    return any(found.exists() for found in (*rows, Pin.objects.filter(**about, user=user)))


@pytest.mark.parametrize("remember", ["note", "tag", "owner", "own pin", "another's pin"])
def test_the_context_knows_whether_the_team_remembers_the_visitor(lumenkit, member, viewer, remember):
    match remember:
        case "note":
            memory.add_note(viewer, lumenkit, LEAD, "Call her.")
        case "tag":
            Tag.objects.create(website=lumenkit, name="hot")
            memory.set_tags(lumenkit, LEAD, ["hot"])
        case "owner":
            memory.set_owner(lumenkit, LEAD, viewer)
        case _:
            memory.set_pinned(member if remember == "own pin" else viewer, lumenkit, LEAD, is_pinned=True)
    for visitor_id in (LEAD, OTHER):
        found = load_visitor_context(member, "lumenkit", visitor_id)
        assert found == context_by_orm(member, "lumenkit", visitor_id)
        assert found.has_memory is (visitor_id == LEAD and remember != "another's pin")


@pytest.mark.parametrize("visitor_id", [LEAD, OTHER], ids=["looked up", "unknown"])
@pytest.mark.parametrize("name", ["mina", "vera", "ada", "sam"])
@pytest.mark.usefixtures("sandbox")
def test_the_context_is_what_the_orm_finds(lumenkit, pocketgarden, person_with_role, name, visitor_id):
    member, viewer, _ = (person_with_role(*one) for one in zip(("mina", "vera", "ada"), Role, strict=True))
    stranger = get_user_model().objects.create_user("sam")
    Membership.objects.create(website=pocketgarden, user=stranger, role=Role.ADMIN)
    journey = profiles.get_profile(lumenkit, LEAD).contents.journey
    for user, error in ((member, None), (viewer, None), (viewer, BotVisitor()), (member, None), (stranger, None)):
        log.record_lookup(user, lumenkit, LEAD, AuditAction.PAGE, error)
    last_seen.mark_seen(viewer, lumenkit, LEAD, journey)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=300)):  # a clock that is set back later
        log.record_lookup(member, lumenkit, LEAD, AuditAction.PAGE)
    user = get_user_model().objects.get(username=name)
    for website in (lumenkit, pocketgarden):
        found = load_visitor_context(user, website.slug, visitor_id)
        assert found == context_by_orm(user, website.slug, visitor_id)
        assert found is None or found.website.role == Membership.objects.get(website=website, user=user).role


def test_the_context_takes_one_query(lumenkit, member, django_assert_num_queries):
    with django_assert_num_queries(1):
        load_visitor_context(member, "lumenkit", LEAD)


def test_the_websites_of_a_visitor_are_what_the_orm_finds(sandbox, lumenkit, pocketgarden, member):
    Membership.objects.create(website=pocketgarden, user=member, role=Role.VIEWER)
    profile = profiles.get_profile(lumenkit, LEAD)
    with CaptureQueriesContext(connection) as queries:
        found = load_websites_of_visitor(member, LEAD)
    assert len(queries) == 1
    assert [website for website, _ in found] == list(Website.objects.visible_to(member))
    assert [website.role for website, _ in found] == [Role.MEMBER, Role.VIEWER]
    assert [snapshot for _, snapshot in found] == [(profile.version, profile.fetched_at), None]
    assert load_websites_of_visitor(get_user_model().objects.create_user("stranger"), LEAD) == []
