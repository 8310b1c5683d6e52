"""The list of leads, and keeping it current."""

import re
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from visitors import profiles
from visitors.audit import erasure
from visitors.leads import leads, refreshing
from visitors.leads.leads import LeadQuery
from visitors.models import AuditAction, AuditEntry, Claim, FetchLease, KnownPerson, MetricsPoint, Snapshot
from visitors.profiles import Purpose
from visitors.sandbox import documented
from visitors.team import memory

URL = "/lumenkit/visitors/leads/"
LEAD = UUID(documented.RETURNING_LEAD.visitor_id)


@pytest.fixture
def add_lead(lumenkit):
    """Store a known person, by default a lead with the score 50 who was seen an hour ago."""

    def add(number, *, website=lumenkit, seen=timedelta(hours=1), fetched=timedelta(0), **values):
        now, visitor_id = datetime.now(UTC), UUID(int=number, version=4)
        snapshot = Snapshot.objects.create(
            website=website, visitor_id=visitor_id, fetched_at=now - fetched, version="1", answer_compressed=b""
        )
        defaults = {
            "name": f"Lead {number}",
            "score": 50,
            "confidence": 0.9,
            "is_customer": False,
            "visits": 1,
            "pricing_views": 0,
            "checkout_views": 0,
            "last_seen_at": now - seen,
        }
        return KnownPerson.objects.create(
            snapshot=snapshot, website=website, visitor_id=visitor_id, **(defaults | values)
        )

    return add


def names(response):
    """The names of the rows, in their order."""
    return re.findall(r"<bdi>(Lead \d+)</bdi>", response.content.decode())


def test_leads_are_those_who_have_not_bought_best_first(browser_of_member, add_lead, pocketgarden):
    add_lead(1, score=40)
    add_lead(2, score=90)
    add_lead(3, score=None)
    add_lead(4, score=99, is_customer=True)
    add_lead(5, score=99, website=pocketgarden)
    response = browser_of_member.get(URL)
    assert names(response) == ["Lead 2", "Lead 1"]
    assert AuditEntry.objects.filter(action=AuditAction.LIST).count() == 2


@pytest.mark.parametrize("sort", list(leads.Sort))
def test_leads_can_be_sorted(browser_of_member, add_lead, sort):
    low = {"score": 1, "expected_value": 1, "visits": 1, "pricing_views": 1}
    add_lead(1, seen=timedelta(days=2), **low)
    high = low | ({sort.column: 9} if sort.column in low else {})
    add_lead(2, seen=timedelta(hours=2 if sort is leads.Sort.RECENT else 48), **high)
    add_lead(3, seen=timedelta(days=3), **low | ({"score": 0.5} if sort is leads.Sort.SCORE else {}))
    assert names(browser_of_member.get(URL, {"sort": sort.value}))[0] == "Lead 2"


@pytest.fixture(params=[0, leads.MANY])
def few_and_many(request, monkeypatch):
    """Both ways in which leads are found: as if there were many of them, and as if there were few."""
    monkeypatch.setattr(leads, "MANY", request.param)


@pytest.mark.usefixtures("few_and_many")
def test_leads_can_be_narrowed(browser_of_member, member, viewer, add_lead, lumenkit):
    mine, pinned, his, quiet = (add_lead(number) for number in range(1, 5))
    KnownPerson.objects.filter(pk=quiet.pk).update(last_seen_at=datetime.now(UTC) - timedelta(days=15))
    memory.set_owner(lumenkit, mine.visitor_id, member)
    memory.set_owner(lumenkit, his.visitor_id, viewer)
    memory.set_pinned(member, lumenkit, pinned.visitor_id, is_pinned=True)
    memory.set_pinned(viewer, lumenkit, his.visitor_id, is_pinned=True)
    found = {show: set(names(browser_of_member.get(URL, {"show": show.value}))) for show in leads.Show}
    assert found == {
        leads.Show.ALL: {"Lead 1", "Lead 2", "Lead 3", "Lead 4"},
        leads.Show.MINE: {"Lead 1"},
        leads.Show.PINNED: {"Lead 2"},
        leads.Show.UNOWNED: {"Lead 2", "Lead 4"},
        leads.Show.QUIET: {"Lead 4"},
    }


def test_people_of_one_company_are_listed_together(browser_of_member, add_lead):
    add_lead(1, company="Northwind Freight", company_key="northwind freight")
    add_lead(2, email_domain="northwind.example", company_key="northwind.example")
    add_lead(3, email_domain="gmail.com")
    add_lead(4, company="NORTHWIND freight", company_key="northwind freight", is_customer=True, score=None)
    html = browser_of_member.get(URL).content.decode()
    assert "company=Northwind+Freight" in html
    assert "company=northwind.example" in html
    assert "gmail.com" not in html
    assert names(browser_of_member.get(URL, {"company": "Northwind Freight"})) == ["Lead 1", "Lead 4"]
    assert names(browser_of_member.get(URL, {"company": "Northwind.example"})) == ["Lead 2"]


@pytest.mark.parametrize(("before", "trend"), [(38, "+12"), (53, "−3"), (50.2, ""), (None, "")])
def test_a_score_is_compared_with_that_of_a_week_ago(browser_of_member, add_lead, before, trend):
    lead = add_lead(1)
    days = {"old": 30, "before": 8, "yesterday": 1}
    scores = {"old": 1, "before": before, "yesterday": 2}
    for name, ago in days.items():
        MetricsPoint.objects.create(
            website=lead.website,
            visitor_id=lead.visitor_id,
            at=datetime.now(UTC) - timedelta(days=ago),
            score=scores[name],
            visits=1,
            page_views=1,
            goals=0,
            payments=0,
        )
    html = browser_of_member.get(URL).content.decode()
    assert re.findall(r'title="Compared with 7 days ago">([^<]+)<', html) == ([trend] if trend else [])


def test_leads_have_pages(browser_of_member, add_lead, monkeypatch):
    monkeypatch.setattr(leads, "PAGE_SIZE", 2)
    for number in range(1, 4):
        add_lead(number, score=number)
    first = browser_of_member.get(URL)
    assert names(first) == ["Lead 3", "Lead 2"]
    assert "page=2" in first.content.decode()
    second = browser_of_member.get(URL, {"page": 2})
    assert names(second) == ["Lead 1"]
    assert 'rel="next"' not in second.content.decode()


@pytest.mark.parametrize("query", [{"sort": "x"}, {"show": "'"}, {"page": "-1"}, {"page": "99999"}, {"page": "0"}])
def test_a_query_that_makes_no_sense_is_the_default(browser_of_member, add_lead, query):
    add_lead(1)
    assert names(browser_of_member.get(URL, query)) == ["Lead 1"]


def test_a_page_of_leads_takes_as_many_queries_as_one_lead(browser_of_member, add_lead):
    counts = []
    for number in range(1, 30):
        add_lead(number)
        if number in (1, 29):
            browser_of_member.get(URL)
            with CaptureQueriesContext(connection) as queries:
                assert len(names(browser_of_member.get(URL))) == number
            counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("sort", list(leads.Sort))
def test_each_order_has_its_index(lumenkit, member, sort):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # In an almost empty table, sorting costs nothing.
            cursor.execute("SET LOCAL enable_sort = off")
    plan = leads._select(member, lumenkit, LeadQuery(sort=sort))[:50].explain()
    assert "leads_by_" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.sqlite
@pytest.mark.parametrize("show", [leads.Show.MINE, leads.Show.PINNED])
def test_a_few_leads_are_found_before_they_are_sorted(lumenkit, member, show):
    plan = leads._select(member, lumenkit, LeadQuery(show=show))[:50].explain()
    assert "leads_by_" not in plan
    assert "(website_id=? AND visitor_id=?)" in plan


def test_mine_and_pinned_have_leads_without_a_score(browser_of_member, member, add_lead, lumenkit):
    add_lead(1, score=None)
    scored = add_lead(2, score=5)
    for lead in KnownPerson.objects.all():
        memory.set_owner(lumenkit, lead.visitor_id, member)
        memory.set_pinned(member, lumenkit, lead.visitor_id, is_pinned=True)
    for show in (leads.Show.MINE, leads.Show.PINNED):
        assert names(browser_of_member.get(URL, {"show": show.value})) == [scored.name, "Lead 1"]


def test_mine_and_pinned_of_a_company(browser_of_member, member, add_lead, lumenkit):
    add_lead(1, company="Northwind", company_key="northwind")
    for lead in (add_lead(2, company="Northwind", company_key="northwind"), add_lead(3)):
        memory.set_owner(lumenkit, lead.visitor_id, member)
        memory.set_pinned(member, lumenkit, lead.visitor_id, is_pinned=True)
    for show in (leads.Show.MINE, leads.Show.PINNED):
        assert names(browser_of_member.get(URL, {"company": "Northwind", "show": show.value})) == ["Lead 2"]


# Keeping the list current


@pytest.fixture
def refreshed(monkeypatch):
    """The visitors whose profiles are asked for, instead of asking for them."""
    asked = []

    def refresh(website, visitor_id, *, max_age, purpose, is_automatic):
        asked.append(visitor_id.int & 0xFF)
        assert purpose is Purpose.BACKGROUND
        assert is_automatic
        return profiles.Profile(website.pk, visitor_id, "1", datetime.now(UTC))

    monkeypatch.setattr(refreshing.profiles, "refresh_profile", refresh)
    return asked


def test_the_best_old_leads_are_refreshed(lumenkit, add_lead, refreshed):
    refreshing.mark_in_use(lumenkit)
    old = refreshing.MAX_AGE + timedelta(minutes=1)
    add_lead(1, score=70, fetched=old)
    add_lead(2, score=90, fetched=old)
    add_lead(3, score=95)
    add_lead(4, score=95, fetched=old, is_customer=True)
    add_lead(5, score=95, fetched=old, seen=refreshing.SEEN_WITHIN + timedelta(days=1))
    for number in range(10, 20):
        add_lead(number, score=number, fetched=old)
    assert refreshing.refresh_leads() == refreshing.LEADS_PER_RUN
    assert refreshed == [2, 1, 19, 18, 17]


def test_only_lists_in_use_are_refreshed(browser_of_member, lumenkit, add_lead, refreshed, clock):
    add_lead(1, fetched=timedelta(days=1))
    assert refreshing.refresh_leads() == 0
    browser_of_member.get(URL)
    assert refreshing.refresh_leads() == 1
    clock.shift(refreshing.IN_USE_FOR + timedelta(hours=1))
    assert refreshing.refresh_leads() == 0


@pytest.mark.parametrize("change", [{"paused_at": datetime.now(UTC)}, {"key_rejected_since": datetime.now(UTC)}])
def test_a_website_that_is_not_called_is_left_alone(lumenkit, add_lead, refreshed, change):
    refreshing.mark_in_use(lumenkit)
    add_lead(1, fetched=timedelta(days=1))
    type(lumenkit).objects.filter(pk=lumenkit.pk).update(**change)
    assert refreshing.refresh_leads() == 0


def test_a_refresh_leaves_the_calls_of_people(lumenkit, sandbox, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 4
    refreshing.mark_in_use(lumenkit)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=1)):
        profiles.get_profile(lumenkit, LEAD)
    for _ in range(2):  # half of the minute
        profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0))
    Snapshot.objects.update(fetched_at=datetime.now(UTC) - timedelta(days=1))
    FetchLease.objects.update(finished_at=datetime.now(UTC) - timedelta(days=1))
    calls = len(sandbox.calls)
    assert refreshing.refresh_leads() == 0
    assert len(sandbox.calls) == calls


def test_a_lead_who_is_erased_meanwhile_does_not_come_back(lumenkit, sandbox, monkeypatch):
    refreshing.mark_in_use(lumenkit)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=1)):
        profiles.get_profile(lumenkit, LEAD)
    refresh = profiles.refresh_profile

    def erase_before(website, visitor_id, **options):
        erasure.erase(website, visitor_id, by=None)
        return refresh(website, visitor_id, **options)

    monkeypatch.setattr(refreshing.profiles, "refresh_profile", erase_before)
    assert refreshing.refresh_leads() == 1
    assert not Snapshot.objects.exists()


def test_a_lead_who_could_not_be_refreshed_holds_up_no_others(lumenkit, add_lead, refreshed, clock):
    refreshing.mark_in_use(lumenkit)
    best = add_lead(2, score=90, fetched=timedelta(days=1))
    add_lead(1, fetched=timedelta(days=1))
    now = datetime.now(UTC)
    FetchLease.objects.create(
        website=lumenkit, visitor_id=best.visitor_id, token=uuid4(), expires_at=now, finished_at=now, error=b"x"
    )
    refreshing.refresh_leads()
    assert refreshed == [1]
    clock.shift(refreshing.RETRY_AFTER)
    refreshing.refresh_leads()
    assert refreshed == [1, 2, 1]


def test_one_process_refreshes_a_minute(lumenkit, add_lead, refreshed):
    refreshing.mark_in_use(lumenkit)
    add_lead(1, fetched=timedelta(days=1))
    refreshing.refresh_if_due()
    refreshing.refresh_if_due()
    assert refreshed == [1]


def test_a_job_that_fails_is_logged_and_stops_no_other(monkeypatch, caplog):
    threads, twice = [], threading.Event()

    def fail():
        raise RuntimeError("what a log must not contain")

    def work():
        threads.append(threading.current_thread())
        if len(threads) == 2:
            twice.set()

    monkeypatch.setattr(refreshing, "INTERVAL_SECONDS", 0.01)
    monkeypatch.setattr(refreshing, "_JOBS", {"It failed": fail, "It did not": work})
    stop = refreshing.start()
    assert twice.wait(30)
    stop.set()
    threads[0].join(30)
    assert not threads[0].is_alive()
    assert set(caplog.messages) == {"It failed: RuntimeError"}


def test_the_use_of_a_list_is_written_once_a_day(lumenkit, django_assert_num_queries):
    refreshing.mark_in_use(lumenkit)
    with django_assert_num_queries(1):
        refreshing.mark_in_use(lumenkit)
    assert Claim.objects.count() == 1
