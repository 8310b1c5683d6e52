"""On the site now: who is shown under which name, and the pages."""

import json
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import pytest

from tests.concurrency import beside
from tests.faulty_upstream import answer
from tests.lookup.people.people import add_person
from tests.page_reader import Page
from visitors import profiles
from visitors.datafast.parsing import parse_realtime_map
from visitors.leads.live import LivePage, present_live
from visitors.leads.views import live as live_views
from visitors.models import AuditEntry, Membership
from visitors.profiles import live as live_lists
from visitors.sandbox import documented
from visitors.websites import actions

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
ONE, OTHER = (f"{number}0000000-0000-4000-8000-000000000001" for number in (1, 2))
HTMX = {"HX-Request": "true"}


AT = "2026-05-05T11:59:00Z"


def present(website, *visitors, **data):
    body = {"status": "success", "data": {"visitors": list(visitors), **data}}
    return present_live(website, parse_realtime_map(json.dumps(body).encode()), now=NOW, zone=UTC)


def visitor(visitor_id=ONE, **fields):
    return {"visitorId": visitor_id, **fields}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"profileData": {"displayName": "Teal Otter", "isRandomName": True}}, ""),
        ({"profileData": {"displayName": "Teal Otter"}}, ""),
        ({"profileData": {"displayName": "Mina Park", "isRandomName": False}}, "Mina Park"),
        ({"profileData": {"displayName": "Teal Otter", "isRandomName": True, "userId": 12}}, "12"),
        ({"customerName": "Mina", "profileData": {"displayName": "Teal Otter", "isRandomName": True}}, "Mina"),
        ({"customerEmail": "mina@shop.example"}, "mina@shop.example"),
        ({"customerName": "undefined", "customerEmail": None}, ""),
    ],
)
def test_a_random_name_is_never_shown(lumenkit, fields, name):
    [row] = present(lumenkit, visitor(**fields)).rows
    assert row.who.name == name


def test_a_row_says_what_is_known(lumenkit):
    [row] = present(
        lumenkit,
        visitor(
            location={"city": "Osaka", "region": "JP-27", "countryCode": "JP"},
            system={"os": {"name": "Android"}},
            currentUrl="/pricing",
            referrer="https://www.google.com/",
            sessionStartTime="2026-05-05T11:48:00.000Z",
            visitCount=5,
            isCustomer=True,
            conversionLikelihood={"score": 88.4, "confidence": 0.2},
        ),
    ).rows
    assert (row.nickname, row.place, row.page, row.source) == (
        "Osaka · Android",
        "Osaka",
        "/pricing",
        "www.google.com",
    )
    assert (row.visits, row.who.paid, row.who.score, row.who.is_score_weak) == ("5 visits", "Customer", "88", True)
    assert "12" in row.time_on_site


def test_known_people_complete_the_rows_and_the_best_score_is_first(lumenkit):
    person = add_person(lumenkit, name="Priya Raman", company="Northwind")
    page = present(
        lumenkit,
        visitor(str(person.visitor_id)),
        visitor(OTHER, conversionLikelihood={"score": 60, "confidence": 0.9}),
        {"visitorId": "nonsense"},
    )
    assert [row.who.name for row in page.rows] == ["", "Priya Raman"]
    assert page.rows[1].who.detail == "Northwind"


def test_goals_and_payments_are_listed(lumenkit):
    page = present(
        lumenkit,
        visitor(customerName="Mina"),
        recentEvents=[
            {"type": "pageview", "visitorId": ONE, "path": "/", "timestamp": AT},
            {
                "type": "custom",
                "visitorId": ONE,
                "extraData": {"eventName": "signup"},
                "timestamp": "2026-05-05T11:58:00Z",
            },
        ],
        recentPayments=[
            {
                "name": None,
                "displayName": "Teal Otter",
                "amount": 49,
                "currency": "USD",
                "timestamp": "2026-05-05T11:59:00Z",
            }
        ],
    )
    assert [(event.who, event.text) for event in page.events] == [("A customer", "paid $49"), ("Mina", "signup")]
    assert page.events[1].visitor_id == UUID(ONE)


def test_any_answer_is_shown(lumenkit):
    assert present(lumenkit, None, 7, visitor(None), visitor(profileData=[], visitCount=-1, params={"ref": 1})).rows


def test_a_row_of_long_texts_stays_short(lumenkit):
    long = "x" * 100_000
    location, system = {"city": long, "region": long, "countryCode": long}, {"os": {"name": long}}
    fields = {"currentUrl": long, "location": location, "system": system, "referrer": long, "customerName": long}
    [row] = present(lumenkit, visitor(**fields)).rows
    texts = (row.who.name, row.who.detail, row.nickname, row.place, row.page, row.source)
    assert max(len(text) for text in texts) <= 80


def test_the_page_lists_who_is_on_the_site_and_records_that(browser_of_member, sandbox, lumenkit, member):
    shown = Page(browser_of_member.get("/lumenkit/visitors/now/").content)
    assert f"/lumenkit/visitors/{documented.LIVE.visitor_id}/" in shown.links
    assert "Marina Duarte" in shown.text
    for _ in range(3):
        fragment = browser_of_member.get("/lumenkit/visitors/now/", headers=HTMX)
        assert "Marina Duarte" in fragment.content.decode()
        assert "<html" not in fragment.content.decode()
    [entry] = AuditEntry.objects.all()
    assert (entry.user, entry.website, entry.action) == (member, lumenkit, "search")


def test_a_refused_map_says_what_is_missing(browser_of_member, other_upstream):
    refusal = {"status": "error", "error": {"code": 403, "message": "Your plan has no realtime map"}}
    other_upstream.behaviors = [answer(403, refusal)]
    response = browser_of_member.get("/lumenkit/visitors/now/")
    assert response.status_code == 200
    assert "Who is on the site can’t be updated." in Page(response.content).text
    assert "Your plan has no realtime map" in Page(response.content).text


def test_the_strip_has_the_websites_of_the_user(browser_of_member, sandbox, pocketgarden, member):
    strip = Page(browser_of_member.get("/now/", headers=HTMX).content).text
    assert "On lumenkit.example now" in strip
    assert "pocketgarden" not in strip
    Membership.objects.create(website=pocketgarden, user=member)
    assert "On pocketgarden.example now" in Page(browser_of_member.get("/now/", headers=HTMX).content).text


@pytest.mark.django_db(transaction=True)
def test_the_strip_leaves_out_a_website_that_is_removed_meanwhile(
    browser_of_member, admin, sandbox, pocketgarden, member
):
    Membership.objects.create(website=pocketgarden, user=member)
    remove = partial(actions.remove, admin, pocketgarden)
    with beside('SELECT "visitors_auditentry"', remove) as outcomes:
        response = browser_of_member.get("/now/", headers=HTMX)
    assert (response.status_code, outcomes) == (200, [None])
    assert "On lumenkit.example now" in Page(response.content).text


def test_prefetching_records_nothing(browser_of_member, sandbox):
    assert browser_of_member.get("/lumenkit/visitors/now/", headers={"Sec-Purpose": "prefetch"}).status_code == 503
    assert not AuditEntry.objects.exists()


@pytest.mark.usefixtures("sandbox")
def test_websites_beyond_the_limit_are_named(browser_of_member, lumenkit, pocketgarden, member, monkeypatch):
    Membership.objects.create(website=pocketgarden, user=member, role="viewer")
    monkeypatch.setattr(live_lists, "MAX_WEBSITES", 1)
    assert len(profiles.get_live_lists([lumenkit, pocketgarden])) == 1
    strip = Page(browser_of_member.get("/now/", headers=HTMX).content)
    assert "Not checked: pocketgarden.example" in strip.text
    assert "/pocketgarden/visitors/now/" in strip.links
    found = Page(browser_of_member.get("/search/?q=nobody").content)
    assert "Who is on pocketgarden.example now was not searched." in found.text


def test_without_time_left_lists_are_read_without_a_call(sandbox, lumenkit, pocketgarden, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 0
    found = profiles.get_live_lists([lumenkit, pocketgarden])
    assert {live.realtime_map for live in found.values()} == {None}
    assert not sandbox.calls


def test_many_websites_without_visitors_share_a_line(browser_of_member, sandbox, lumenkit, monkeypatch):
    monkeypatch.setattr(live_views, "MAX_EMPTY_CARDS", 0)
    monkeypatch.setattr(live_views, "present_live", lambda *_, **__: LivePage((), ()))
    strip = Page(browser_of_member.get("/now/", headers=HTMX).content).text
    assert "No one in the last ten minutes on lumenkit.example." in strip
    assert "On lumenkit.example now" not in strip
