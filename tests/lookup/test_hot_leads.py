"""The week's hottest leads on the home page."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from tests.lookup.people.people import add_person
from tests.page_reader import Page
from visitors import profiles
from visitors.audit import erasure
from visitors.lookup import hot_leads
from visitors.models import AuditAction, AuditEntry, KnownPerson, Membership
from visitors.sandbox import documented

LIVE = documented.LIVE.visitor_id


@pytest.fixture
def add_lead():
    """Store a known person who was seen an hour ago and has not bought."""

    def add(website, name, score, *, seen=timedelta(hours=1), company="", **values):
        person = add_person(website, name=name, company=company)
        defaults = {"score": score, "confidence": 0.9, "is_customer": False, "last_seen_at": datetime.now(UTC) - seen}
        KnownPerson.objects.filter(pk=person.pk).update(**(defaults | values))
        return person

    return add


def names(websites):
    return [person.name for person in hot_leads.find_hot_leads(websites)]


def test_the_best_of_the_week_come_first(lumenkit, add_lead, monkeypatch):
    for name, score in (("Low", 10), ("High", 90), ("Middle", 50)):
        add_lead(lumenkit, name, score)
    add_lead(lumenkit, "Customer", 99, is_customer=True)
    add_lead(lumenkit, "Last month", 99, seen=timedelta(days=30))
    add_lead(lumenkit, "Without a score", None)
    assert names([lumenkit]) == ["High", "Middle", "Low"]
    monkeypatch.setattr(hot_leads, "LIMIT", 2)
    assert names([lumenkit]) == ["High", "Middle"]
    assert names([]) == []


def test_all_websites_are_compared_in_one_query(lumenkit, pocketgarden, add_lead):
    add_lead(lumenkit, "One", 80)
    add_lead(pocketgarden, "Two", 85)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert names([lumenkit, pocketgarden]) == ["Two", "One"]
    assert len(queries) == 1


def test_the_home_page_names_them_and_records_that(browser_of_member, lumenkit, pocketgarden, add_lead):
    lead = add_lead(lumenkit, "Priya Raman", 91, company="Northwind", expected_value=120.5)
    add_lead(lumenkit, "", 70)
    add_lead(pocketgarden, "Someone Else", 99)
    page = Page(browser_of_member.get("/").content)
    assert "Hot leads this week" in page.text
    assert "Priya Raman" in page.text
    assert "Northwind" in page.text
    assert "Expected $120" in page.text
    assert "Someone Else" not in page.text
    assert f"/lumenkit/visitors/{lead.visitor_id}/" in page.links
    assert "/lumenkit/visitors/leads/" in page.links
    assert [entry.visitor_id for entry in AuditEntry.objects.filter(action=AuditAction.LIST)] == [lead.visitor_id]


def test_they_are_not_shown_where_that_cannot_be_recorded(browser_of_member, lumenkit, add_lead, monkeypatch):
    add_lead(lumenkit, "Priya Raman", 91)
    assert "Priya Raman" not in browser_of_member.get("/", headers={"Sec-Purpose": "prefetch"}).content.decode()
    assert "Priya Raman" not in browser_of_member.head("/").content.decode()

    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(AuditEntry.objects, "bulk_create", fail)
    response = browser_of_member.get("/")
    assert response.status_code == 200
    assert "Priya Raman" not in response.content.decode()


def test_the_strip_marks_those_who_are_on_the_site(browser_of_member, sandbox, lumenkit, add_lead):
    add_lead(lumenkit, "Away", 90)
    profiles.get_profile(lumenkit, UUID(LIVE))
    assert f'id="present-{LIVE}"' in browser_of_member.get("/").content.decode()
    strip = browser_of_member.get("/now/", headers={"HX-Request": "true"}).content.decode()
    assert strip.count('id="present-') == 1
    assert f'id="present-{LIVE}" hx-swap-oob="true"' in strip


def test_an_erased_lead_is_gone(browser_of_member, lumenkit, add_lead):
    lead = add_lead(lumenkit, "Priya Raman", 91)
    erasure.erase(lumenkit, lead.visitor_id, by=None)
    assert "Hot leads" not in browser_of_member.get("/").content.decode()


def test_the_card_leads_to_the_leads_of_each_website(browser_of_member, member, lumenkit, pocketgarden, add_lead):
    Membership.objects.create(website=pocketgarden, user=member)
    add_lead(pocketgarden, "Priya Raman", 91)
    page = browser_of_member.get("/").content.decode()
    card = Page(page.partition('aria-labelledby="hot-leads"')[2].partition("</h2>")[0].encode())
    assert "All leads of Lumenkit, Pocket Garden" in card.text
    assert card.links == ["/lumenkit/visitors/leads/", "/pocketgarden/visitors/leads/"]


def test_hot_leads_cost_one_query_and_one_entry(browser_of_member, lumenkit, add_lead):
    def read_and_written():
        with CaptureQueriesContext(connection) as queries:
            browser_of_member.get("/")
        verbs = [query["sql"].split()[0] for query in queries]
        return verbs.count("SELECT"), verbs.count("INSERT")

    browser_of_member.get("/")
    before = read_and_written()
    add_lead(lumenkit, "Priya Raman", 91)
    assert before == (6, 0)
    assert read_and_written() == (6, 1)
