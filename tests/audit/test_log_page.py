"""The page of a website's audit log: filters, paging and the CSV export."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.page_reader import Page
from tests.sessions import sign_in
from visitors.audit import erasure
from visitors.audit.search import PAGE_SIZE
from visitors.models import AuditAction, AuditEntry, AuditResult, AuditSource

ADDRESS = "/websites/lumenkit/audit-log/"
EXPORT = "/websites/lumenkit/audit-log.csv"
ANNE = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
BEN = UUID("c0ffee00-0000-4000-8000-000000000002")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def browser(client, admin):
    sign_in(client, admin)
    return client


def write(
    website,
    user,
    visitor=ANNE,
    *,
    hours=0.0,
    action=AuditAction.PAGE,
    result=AuditResult.SHOWN,
    source=AuditSource.WEB,
    number=1,
):
    """Add entries, a second apart, beginning so many hours ago."""
    at = NOW - timedelta(hours=hours)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            website=website,
            user=user,
            user_name=user.get_username(),
            visitor_id=visitor,
            at=at + timedelta(seconds=second),
            action=action,
            source=source,
            result=result,
        )
        for second in range(number)
    )


@pytest.fixture
def log(lumenkit, pocketgarden, member, viewer):
    """Three entries, and one of another website."""
    write(lumenkit, member, ANNE, hours=50)
    write(lumenkit, member, BEN, hours=26, action=AuditAction.CSV)
    write(lumenkit, viewer, ANNE, hours=2, result=AuditResult.BOT, source=AuditSource.API)
    write(pocketgarden, member, ANNE, hours=1)


def listed(response):
    """Return the user names on the page, in order."""
    text = response.content.decode()
    return [name.partition("</bdi>")[0] for name in text.split('<td class="name"><bdi>')[1:]]


def rows(response):
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_entries_come_newest_first_in_the_website_s_time(browser, log):
    response = browser.get(ADDRESS)
    page = Page(response.content)
    assert listed(response) == ["vera", "mina", "mina"]
    assert "today, 06:00 vera" in page.text  # New York
    assert "Journey API Bot" in page.text
    assert "yesterday, 06:00 mina" in page.text
    assert f"/lumenkit/visitors/{BEN}/" in page.links
    assert "times in America/New York" in page.text


def test_an_administrator_without_a_role_gets_no_journey_links(client, log, db):
    sign_in(client, get_user_model().objects.create_superuser("root"))
    response = client.get(ADDRESS)
    assert str(BEN) in response.content.decode()
    assert f"/lumenkit/visitors/{BEN}/" not in Page(response.content).links


def test_an_empty_log_explains_itself(browser):
    assert "No one has looked up a visitor of this website yet." in Page(browser.get(ADDRESS).content).text


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("person=mina", ["mina", "mina"]),
        ("person=MINA", ["mina", "mina"]),
        ("person=unknown", []),
        (f"visitor={ANNE}", ["vera", "mina"]),
        (f"visitor={BEN}", ["mina"]),
        ("action=csv", ["mina"]),
        ("action=nonsense", ["vera", "mina", "mina"]),
        ("source=api", ["vera"]),
        ("source=nonsense", ["vera", "mina", "mina"]),
        ("first=2026-05-03", ["vera", "mina"]),
        ("last=2026-05-03", ["mina", "mina"]),
        ("first=2026-05-03&last=2026-05-03", ["mina"]),
        (f"person=mina&visitor={ANNE}", ["mina"]),
    ],
)
def test_filters_apply_to_the_page_and_to_the_export(browser, log, query, people):
    response = browser.get(f"{ADDRESS}?{query}")
    assert listed(response) == people
    if not people:
        assert "No matches." in Page(response.content).text
    assert [row[1] for row in rows(browser.get(f"{EXPORT}?{query}"))[1:]] == people


def test_pasted_text_is_reduced_to_its_visitor_id(browser, log):
    response = browser.get(ADDRESS, {"visitor": f"Cookie: a=b; datafast_visitor_id={ANNE}; c=d", "person": "vera"})
    assert response.headers["Location"] == f"{ADDRESS}?person=vera&visitor={ANNE}"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"visitor": "hello"}, "No visitor id in this text."),
        ({"visitor": f"{ANNE} {BEN}"}, "Enter one visitor at a time."),
        ({"first": "yesterday"}, "Enter the day as 2026-05-04."),
        ({"last": "9999-12-31"}, "Enter the day as 2026-05-04."),
    ],
)
def test_an_unreadable_filter_is_explained_and_finds_nothing(browser, log, query, sentence):
    response = browser.get(ADDRESS, query)
    page = Page(response.content)
    (field,) = query
    assert response.status_code == 422
    assert sentence in page.text
    assert page.with_id(field)["aria-describedby"] == page.with_id(f"{field}-problem")["id"]
    assert listed(response) == []
    assert rows(browser.get(EXPORT, query))[1:] == []


@pytest.mark.parametrize("before", ["x", "20260504T120000000000-", f"20260504T120000000000-{10**30}", "-1", "\x00"])
def test_an_unreadable_cursor_shows_the_first_page(browser, log, before):
    assert len(listed(browser.get(ADDRESS, {"before": before, "person": "mina"}))) == 2


def test_an_erased_visitor_s_id_is_not_shown_but_is_found(browser, log, lumenkit, admin):
    erasure.erase(lumenkit, ANNE, by=admin)
    response = browser.get(ADDRESS)
    assert str(ANNE) not in response.content.decode()
    assert Page(response.content).text.count("Erased visitor") == 3
    assert listed(browser.get(f"{ADDRESS}?visitor={ANNE}")) == ["ada", "vera", "mina"]
    assert str(ANNE) not in browser.get(EXPORT).getvalue().decode()


def test_entries_of_a_deleted_user_are_found_by_name(browser, log, viewer):
    viewer.delete()
    assert listed(browser.get(f"{ADDRESS}?person=Vera")) == ["vera"]
    get_user_model().objects.create_user("vera")  # a new user of that name hides nothing
    assert listed(browser.get(f"{ADDRESS}?person=Vera")) == ["vera"]


def test_users_whose_names_differ_in_case_are_found_together(browser, log):
    get_user_model().objects.create_user("Vera")
    assert listed(browser.get(f"{ADDRESS}?person=vera")) == ["vera"]


def test_pages_follow_each_other_without_gap_or_overlap(browser, lumenkit, member, clock):
    # Many at the same time as well: there, the primary key gives the order.
    write(lumenkit, member, hours=3, number=PAGE_SIZE)
    for _ in range(PAGE_SIZE):
        write(lumenkit, member, hours=4)
    write(lumenkit, member, hours=5, number=10)
    found, address = [], ADDRESS
    pages = 0
    while address:
        page = browser.get(address).content.decode()
        found += [part.partition('"')[0] for part in page.split('<time datetime="')[1:]]
        older = [attributes["href"] for attributes in Page(page).named("a") if attributes.get("rel") == "next"]
        address, pages = (older or [""])[0], pages + 1
    assert (pages, len(found)) == (3, 2 * PAGE_SIZE + 10)
    assert found == sorted(found, reverse=True)


def test_a_page_of_a_long_log_is_read_by_index(browser, lumenkit, member):
    write(lumenkit, member, hours=100, number=3 * PAGE_SIZE)
    with CaptureQueriesContext(connection) as queries:
        browser.get(ADDRESS)
    assert len(queries) <= 8
    if connection.vendor == "sqlite":
        (query,) = [query["sql"] for query in queries if "visitors_auditentry" in query["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query}")
            plan = " ".join(str(step[-1]) for step in cursor.fetchall())
        assert "audit_by_website" in plan
        assert "TEMP B-TREE" not in plan


def test_the_export_is_complete_and_has_no_formulas(browser, lumenkit, member, monkeypatch):
    monkeypatch.setattr("visitors.audit.search.EXPORT_BATCH_SIZE", 7)
    member.username = "=cmd|' /C calc'!A0"
    write(lumenkit, member, number=30)
    write(lumenkit, member, hours=1, result=AuditResult.NOT_FOUND)
    response = browser.get(EXPORT)
    head, *entries = rows(response)
    assert response.headers["Content-Disposition"] == 'attachment; filename="lumenkit-audit-log.csv"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert head == ["time_utc", "person", "visitor_id", "from", "result", "through"]
    assert len(entries) == 31
    assert entries[-1] == ["2026-05-04T11:00:00.000Z", "'=cmd|' /C calc'!A0", str(ANNE), "page", "not found", "web"]


def test_every_cell_of_the_export_is_quoted(browser, log):
    lines = browser.get(EXPORT).getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == '"time_utc","person","visitor_id","from","result","through"'
    assert all(line.startswith('"') and line.count('","') == 5 for line in lines)


def test_reading_the_log_adds_no_entry(browser, log):
    for address in (ADDRESS, EXPORT):
        assert browser.get(address).status_code == 200
    assert AuditEntry.objects.count() == 4
