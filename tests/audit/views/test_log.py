"""The look-up log of a website: read, filtered, paged and taken along by those who see to it."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.page_reader import Page
from visitors.audit import erasure
from visitors.audit.search import LINES_ON_A_PAGE
from visitors.models import AuditAction, AuditEntry, AuditResult

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
    client.force_login(admin)
    return client


def write(website, user, visitor=ANNE, *, hours=0.0, source=AuditAction.PAGE, result=AuditResult.SHOWN, number=1):
    """So many lines, from so many hours ago on, a second apart."""
    at = NOW - timedelta(hours=hours)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            website=website,
            user=user,
            user_name=user.get_username(),
            visitor_id=visitor,
            at=at + timedelta(seconds=second),
            source=source,
            result=result,
        )
        for second in range(number)
    )


@pytest.fixture
def log(lumenkit, pocketgarden, member, viewer):
    """A small log, and another website's."""
    write(lumenkit, member, ANNE, hours=50)
    write(lumenkit, member, BEN, hours=26, source=AuditAction.CSV)
    write(lumenkit, viewer, ANNE, hours=2, result=AuditResult.BOT)
    write(pocketgarden, member, ANNE, hours=1)


def listed(response):
    """Who looked, of each line on the page."""
    text = response.content.decode()
    return [name.partition("</bdi>")[0] for name in text.split("<strong><bdi>")[1:]]


def rows(response):
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_the_lines_stand_newest_first_in_the_website_s_time(browser, log):
    response = browser.get(ADDRESS)
    page = Page(response.content)
    assert listed(response) == ["vera", "mina", "mina"]
    assert "vera today, 06:00" in page.text  # New York
    assert "Journey A bot" in page.text
    assert "mina yesterday, 06:00" in page.text
    assert f"/lumenkit/visitors/{BEN}/" in page.links
    assert "times in America/New York" in page.text


def test_an_administrator_without_a_role_reads_and_is_led_nowhere(client, log, db):
    client.force_login(get_user_model().objects.create_superuser("root"))
    response = client.get(ADDRESS)
    assert str(BEN) in response.content.decode()
    assert f"/lumenkit/visitors/{BEN}/" not in Page(response.content).links


def test_an_empty_log_says_what_will_stand_there(browser):
    assert "Nobody has looked at a visitor of this website yet." in Page(browser.get(ADDRESS).content).text


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("person=mina", ["mina", "mina"]),
        ("person=MINA", ["mina", "mina"]),
        ("person=nobody", []),
        (f"visitor={ANNE}", ["vera", "mina"]),
        (f"visitor={BEN}", ["mina"]),
        ("source=csv", ["mina"]),
        ("source=nonsense", ["vera", "mina", "mina"]),
        ("first=2026-05-03", ["vera", "mina"]),
        ("last=2026-05-03", ["mina", "mina"]),
        ("first=2026-05-03&last=2026-05-03", ["mina"]),
        (f"person=mina&visitor={ANNE}", ["mina"]),
    ],
)
def test_filters_stand_in_the_address_and_hold_for_the_export(browser, log, query, people):
    response = browser.get(f"{ADDRESS}?{query}")
    assert listed(response) == people
    if not people:
        assert "No look-up fits." in Page(response.content).text
    assert [row[1] for row in rows(browser.get(f"{EXPORT}?{query}"))[1:]] == people


def test_a_visitor_is_found_by_whatever_was_pasted_and_the_address_stays_clean(browser, log):
    response = browser.get(ADDRESS, {"visitor": f"Cookie: a=b; datafast_visitor_id={ANNE}; c=d", "person": "vera"})
    assert response.headers["Location"] == f"{ADDRESS}?person=vera&visitor={ANNE}"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"visitor": "hello"}, "No visitor id in this text."),
        ({"visitor": f"{ANNE} {BEN}"}, "Name one visitor at a time."),
        ({"first": "yesterday"}, "Write the day as 2026-05-04."),
        ({"last": "9999-12-31"}, "Write the day as 2026-05-04."),
    ],
)
def test_what_can_not_be_read_is_said_and_finds_nothing(browser, log, query, sentence):
    response = browser.get(ADDRESS, query)
    page = Page(response.content)
    (field,) = query
    assert response.status_code == 422
    assert sentence in page.text
    assert page.with_id(field)["aria-describedby"] == page.with_id(f"{field}-problem")["id"]
    assert listed(response) == []
    assert rows(browser.get(EXPORT, query))[1:] == []


@pytest.mark.parametrize("before", ["x", "20260504T120000000000-", f"20260504T120000000000-{10**30}", "-1", "\x00"])
def test_a_page_that_is_none_is_the_first(browser, log, before):
    assert len(listed(browser.get(ADDRESS, {"before": before, "person": "mina"}))) == 2


def test_a_forgotten_visitor_is_named_nowhere_and_found_by_who_knows_the_id(browser, log, lumenkit, admin):
    erasure.forget(lumenkit, ANNE, by=admin)
    response = browser.get(ADDRESS)
    assert str(ANNE) not in response.content.decode()
    assert Page(response.content).text.count("A forgotten visitor") == 3
    assert listed(browser.get(f"{ADDRESS}?visitor={ANNE}")) == ["ada", "vera", "mina"]
    assert str(ANNE) not in browser.get(EXPORT).getvalue().decode()


def test_the_lines_of_an_account_that_is_gone_are_found_by_its_name(browser, log, viewer):
    viewer.delete()
    assert listed(browser.get(f"{ADDRESS}?person=Vera")) == ["vera"]
    get_user_model().objects.create_user("vera")  # somebody else of that name hides nothing
    assert listed(browser.get(f"{ADDRESS}?person=Vera")) == ["vera"]


def test_names_that_differ_in_their_capitals_are_found_together(browser, log):
    get_user_model().objects.create_user("Vera")
    assert listed(browser.get(f"{ADDRESS}?person=vera")) == ["vera"]


def test_pages_follow_each_other_without_gap_or_double(browser, lumenkit, member, clock):
    # Many of one moment as well: the number of a line tells those apart.
    write(lumenkit, member, hours=3, number=LINES_ON_A_PAGE)
    for _ in range(LINES_ON_A_PAGE):
        write(lumenkit, member, hours=4)
    write(lumenkit, member, hours=5, number=10)
    found, address = [], ADDRESS
    pages = 0
    while address:
        page = browser.get(address).content.decode()
        found += [part.partition('"')[0] for part in page.split('<time class="end quiet" datetime="')[1:]]
        older = [attributes["href"] for attributes in Page(page).named("a") if attributes.get("rel") == "next"]
        address, pages = (older or [""])[0], pages + 1
    assert (pages, len(found)) == (3, 2 * LINES_ON_A_PAGE + 10)
    assert found == sorted(found, reverse=True)


def test_a_page_costs_the_same_however_long_the_log_is(browser, lumenkit, member):
    write(lumenkit, member, hours=100, number=3 * LINES_ON_A_PAGE)
    with CaptureQueriesContext(connection) as queries:
        browser.get(ADDRESS)
    assert len(queries) <= 8
    if connection.vendor == "sqlite":
        (query,) = [query["sql"] for query in queries if "visitors_auditentry" in query["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query}")
            plan = " ".join(str(step[-1]) for step in cursor.fetchall())
        assert "look_ups_of_a_website" in plan
        assert "TEMP B-TREE" not in plan


def test_the_export_is_complete_and_runs_nothing(browser, lumenkit, member, monkeypatch):
    monkeypatch.setattr("visitors.audit.search._READ_AT_ONCE", 7)
    member.username = "=cmd|' /C calc'!A0"
    write(lumenkit, member, number=30)
    write(lumenkit, member, hours=1, result=AuditResult.NOT_FOUND)
    response = browser.get(EXPORT)
    head, *lines = rows(response)
    assert response.headers["Content-Disposition"] == 'attachment; filename="lumenkit-audit-log.csv"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert head == ["time_utc", "person", "visitor_id", "from", "result"]
    assert len(lines) == 31
    assert lines[-1] == ["2026-05-04T11:00:00.000Z", "'=cmd|' /C calc'!A0", str(ANNE), "page", "not found"]


def test_reading_the_log_is_no_look_up(browser, log):
    for address in (ADDRESS, EXPORT):
        assert browser.get(address).status_code == 200
    assert AuditEntry.objects.count() == 4
