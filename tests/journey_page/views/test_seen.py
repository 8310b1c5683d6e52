"""What is new since a user looked, and which visitors they looked at recently."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.faulty_upstream import answer
from tests.page_reader import Page
from visitors.journey import Seen
from visitors.lookup import last_seen
from visitors.models import KnownPerson, LastSeen, Membership
from visitors.sandbox import documented

VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"
ADDRESS = f"/lumenkit/visitors/{VISITOR}/"
LEAD = documented.RETURNING_LEAD.visitor_id


def answer_with(pages, goals=()):
    """An answer with these page views (path, time) and goals (name, time)."""
    views = [{"url": f"lumenkit.example{path}", "timestamp": at} for path, at in pages]
    done = [{"name": name, "origin": "payment_provider", "timestamp": at} for name, at in goals]
    activity = {"visitedPages": views, "completedGoals": done}
    return answer(body=json.dumps({"status": "success", "data": {"activity": activity}}).encode())


BEFORE = [("/", "2026-05-01T10:00:00.000Z"), ("/pricing", "2026-05-01T10:02:00.000Z")]
LATER = [*BEFORE, ("/", "2026-05-03T09:00:00.000Z"), ("/checkout", "2026-05-04T09:00:00.000Z")]


@pytest.fixture
def two_answers(other_upstream, clock, settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_COOKIE_AGE = 14 * 24 * 60, 14 * 86_400
    clock.move_to("2026-05-02T12:00:00Z", tick=False)
    other_upstream.behaviors = [answer_with(BEFORE), answer_with(LATER, [("payment", "2026-05-04T09:05:00.000Z")])]
    return other_upstream


def renewed(browser, clock, **shift):
    """Look, and come back after the page has refreshed itself."""
    browser.post(f"{ADDRESS}look/")
    clock.shift(timedelta(**shift))
    browser.post(f"{ADDRESS}refresh/", {"automatic": "1"}, headers={"HX-Request": "true"})
    return Page(browser.get(ADDRESS).content)


def test_news_since_the_last_look_is_counted_and_marked(browser_of_member, two_answers, clock):
    first = Page(browser_of_member.get(ADDRESS).content)
    assert "since you looked" not in first.text
    page = renewed(browser_of_member, clock, days=3)
    assert "2 visits and 1 payment since you looked 3 days ago" in page.text
    assert [tag.get("class") for tag in page.named("details")].count("is-new") == 2
    assert sum("is-new" in (tag.get("class") or "") for tag in page.named("li")) == 3


def test_opening_a_page_alone_does_not_mark_it_as_seen(browser_of_member, two_answers, clock):
    browser_of_member.get(ADDRESS)
    assert bytes(LastSeen.objects.get().seen) == b""
    renewed(browser_of_member, clock, days=3)
    assert "since you looked 3 days ago" in Page(browser_of_member.get(ADDRESS).content).text
    browser_of_member.post(f"{ADDRESS}look/")
    assert "since you looked" not in Page(browser_of_member.get(ADDRESS).content).text


def test_only_the_version_on_the_screen_counts_as_seen(browser_of_member, two_answers, clock):
    """A page in the background still shows the first version when a colleague fetches the second one."""
    opened = Page(browser_of_member.get(ADDRESS).content)
    renewed(browser_of_member, clock, days=3)
    browser_of_member.post(f"{ADDRESS}look/", {"version": opened.with_id("refresh-version")["value"]})
    assert "2 visits and 1 payment since you looked" in Page(browser_of_member.get(ADDRESS).content).text


@pytest.mark.parametrize("version", ["unknown", "x" * 5000, "unknown\x00", "é"])
def test_an_unknown_version_is_not_recorded_as_seen(browser_of_member, sandbox, version):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    answered = browser_of_member.post(f"/lumenkit/visitors/{LEAD}/look/", {"version": version})
    assert answered.status_code == 204
    assert bytes(LastSeen.objects.get().seen) == b""


def test_later_fragments_keep_the_new_marks(browser_of_member, two_answers, clock):
    page = renewed(browser_of_member.get(ADDRESS) and browser_of_member, clock, days=3)
    browser_of_member.post(f"{ADDRESS}look/")
    seen = page.with_id("journey")["hx-vals"]
    values = json.loads(seen) | {"kind": "page"}
    fragment = Page(browser_of_member.get(f"{ADDRESS}timeline/", values, headers={"HX-Request": "true"}).content)
    assert sum("is-new" in (tag.get("class") or "") for tag in fragment.named("li")) == 2


def test_an_automatic_refresh_counts_what_is_new(browser_of_member, two_answers, clock):
    """The main case: the stored profile is what the user saw, and the refresh of the page brings the news."""
    browser_of_member.get(ADDRESS)
    browser_of_member.post(f"{ADDRESS}look/")
    clock.shift(timedelta(days=3))
    opened = Page(browser_of_member.get(ADDRESS).content)
    assert "hidden" in opened.with_id("since")
    values = json.loads(opened.with_id("journey")["hx-vals"]) | {"automatic": "1", "version": "0"}
    htmx = {"HX-Request": "true"}
    refreshed = Page(browser_of_member.post(f"{ADDRESS}refresh/", values, headers=htmx).content)
    words = "2 visits and 1 payment since you looked 3 days ago."
    assert refreshed.text.count(words) == 2  # to be read, and to be heard
    assert "hidden" not in refreshed.with_id("since")
    # Later requests still count from what the user had seen when the page was opened.
    browser_of_member.post(f"{ADDRESS}look/")
    again = browser_of_member.post(f"{ADDRESS}refresh/", values | {"automatic": ""}, headers=htmx)
    assert words in Page(again.content).text


@pytest.mark.parametrize(
    "brought",
    ["", "!", "AAAA", "é", "2026-05-01T10:02:00+00:00", "kgGXoTGjMS4wAQEBAcM", "x" * 9000, "\x00"],
)
def test_an_invalid_seen_value_counts_as_none(browser_of_member, sandbox, brought):
    address = f"/lumenkit/visitors/{LEAD}/"
    browser_of_member.get(address)
    htmx = {"HX-Request": "true"}
    assert "since you looked" not in browser_of_member.post(f"{address}refresh/", {"seen": brought}, headers=htmx).text
    assert "is-new" not in browser_of_member.get(f"{address}timeline/", {"seen": brought}, headers=htmx).text


@pytest.mark.parametrize("moment", [datetime(2026, 5, 1), datetime(2026, 5, 1, tzinfo=UTC)])  # noqa: DTZ001
def test_a_mark_without_zones_is_none(moment):
    seen = Seen(
        looked_at=moment, latest_event_at=None, visits=1, page_views=1, goals=0, payments=0, is_identified=False
    )
    assert last_seen.decode_seen(last_seen.encode_seen(seen)) == (seen if moment.tzinfo else None)


def test_another_user_s_look_does_not_count(browser_of_member, two_answers, clock, client, lumenkit):
    renewed(browser_of_member.get(ADDRESS) and browser_of_member, clock, days=3)
    other = get_user_model().objects.create_user("joe")
    Membership.objects.create(website=lumenkit, user=other)
    client.force_login(other)
    assert "since you looked" not in Page(client.get(ADDRESS).content).text


def test_seeing_a_page_is_recorded_once_a_minute(browser_of_member, sandbox, clock, member):
    clock.move_to(datetime.now(UTC), tick=False)
    address = f"/lumenkit/visitors/{LEAD}/"
    browser_of_member.get(address)
    for _ in range(3):
        assert browser_of_member.post(f"{address}look/").status_code == 204
        clock.shift(19)
    first = LastSeen.objects.get(user=member)
    clock.shift(10)
    browser_of_member.post(f"{address}look/")
    assert LastSeen.objects.get(user=member).looked_at == first.looked_at + timedelta(seconds=67)


def test_marking_an_unknown_visitor_stores_nothing(browser_of_member, sandbox):
    missing = "00000000-0000-4000-8000-000000000404"
    assert browser_of_member.post(f"/lumenkit/visitors/{missing}/look/").status_code == 204
    assert not LastSeen.objects.exists()


@pytest.mark.parametrize("stored", [b"", b"garbage", b"\x92\x02\x90", b"\xc1"])
def test_an_unreadable_stored_mark_counts_as_none(browser_of_member, sandbox, stored):
    address = f"/lumenkit/visitors/{LEAD}/"
    browser_of_member.get(address)
    browser_of_member.post(f"{address}look/")
    LastSeen.objects.update(seen=stored, looked_at="2020-01-01T00:00:00Z")
    response = browser_of_member.get(address)
    assert response.status_code == 200
    assert b"since you looked" not in response.content


def test_the_mark_costs_one_query(browser_of_member, sandbox, clock):
    clock.move_to(datetime.now(UTC), tick=False)  # the page is rendered again once a minute
    address = f"/lumenkit/visitors/{LEAD}/"
    browser_of_member.get(address)
    with CaptureQueriesContext(connection) as queries:
        browser_of_member.get(address)
    assert len([query for query in queries if "visitors_lastseen " in query["sql"]]) == 1
    assert len(queries) <= 4


# --- The look-up page ---


def test_an_opened_visitor_is_listed_as_recent(browser_of_member, sandbox):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    assert "Priya Raman" in Page(browser_of_member.get("/").content).text


def test_reading_a_page_is_recorded_right_after_opening_it(browser_of_member, sandbox):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    browser_of_member.post(f"/lumenkit/visitors/{LEAD}/look/")
    assert bytes(LastSeen.objects.get().seen) != b""


def test_the_home_page_lists_recent_visitors_newest_first(browser_of_member, sandbox, clock):
    clock.move_to(datetime.now(UTC), tick=False)
    for visitor in (LEAD, documented.ONE_PAGE.visitor_id):
        browser_of_member.get(f"/lumenkit/visitors/{visitor}/")
        browser_of_member.post(f"/lumenkit/visitors/{visitor}/look/")
        clock.shift(3600)
    page = Page(browser_of_member.get("/").content)
    listed = page.text[page.text.index("Recently viewed") :]
    nickname = KnownPerson.objects.get(visitor_id=documented.ONE_PAGE.visitor_id).nickname
    names = [nickname, "1 hour ago", "lumenkit.example", "Priya Raman", "2 hours ago", "lumenkit.example"]
    assert re.search(".*".join(map(re.escape, names)), listed)
    assert f"/lumenkit/visitors/{LEAD}/" in page.links


def test_recent_visitors_are_twelve_in_one_query(browser_of_member, member, lumenkit, clock):
    looked = [
        LastSeen(
            user=member,
            website=lumenkit,
            visitor_id=f"{number:08d}-0000-4000-8000-000000000000",
            looked_at=datetime.now(UTC) - timedelta(hours=number),
            label=f"Person {number}",
            seen=b"",
        )
        for number in range(15)
    ]
    LastSeen.objects.bulk_create(looked)
    with CaptureQueriesContext(connection) as queries:
        page = browser_of_member.get("/").content.decode()
    assert re.findall("<bdi>Person ([0-9]+)</bdi>", page) == [str(number) for number in range(12)]
    assert len(queries) == 6  # session and person, websites, the hottest leads, looks and pins


def test_recent_visitors_of_a_lost_website_are_not_listed(browser_of_member, sandbox, member):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    browser_of_member.post(f"/lumenkit/visitors/{LEAD}/look/")
    Membership.objects.filter(user=member).delete()
    assert "Priya Raman" not in Page(browser_of_member.get("/").content).text


def test_an_empty_list_of_recents_is_explained(browser_of_member):
    page = Page(browser_of_member.get("/").content)
    assert "Visitors that you look up are listed here." in page.text


def test_a_recent_visitor_s_name_is_escaped(browser_of_member, member, lumenkit, clock):
    look = LastSeen(user=member, website=lumenkit, visitor_id=LEAD, looked_at=datetime.now(UTC), seen=b"")
    look.label = "<img src=x onerror=alert(1)>"
    look.save()
    page = Page(browser_of_member.get("/").content)
    assert not page.named("img")
    assert "<img src=x" in page.text


def test_a_look_from_the_future_does_not_stop_later_ones(browser_of_member, two_answers, clock):
    browser_of_member.get(ADDRESS)
    browser_of_member.post(f"{ADDRESS}look/")
    LastSeen.objects.update(looked_at=datetime.now(UTC) + timedelta(days=300))
    assert VISITOR not in browser_of_member.get("/").content.decode()
    browser_of_member.post(f"{ADDRESS}look/")
    assert LastSeen.objects.get().looked_at <= datetime.now(UTC)
