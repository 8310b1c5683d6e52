"""The API's lists: visitors, websites, and the people who are found."""

import pytest
from django.db import DatabaseError
from django.test import Client

from tests.access_tokens import new_token
from tests.faulty_upstream import answer
from visitors import profiles
from visitors.models import AuditAction, AuditEntry, AuditSource, Membership
from visitors.roles import Role
from visitors.sandbox import documented
from visitors.web.access import parse_visitor_id

IDENTIFIED = documented.CUSTOMER


@pytest.fixture
def call(member):
    """Send a GET as the member's token."""
    token = new_token(member)
    return lambda path, query=None: Client().get(f"/api/v1/{path}", query or {}, headers=token)


@pytest.fixture
def person(sandbox, lumenkit):
    """Store the profile of an identified visitor."""
    profile = profiles.get_profile(lumenkit, parse_visitor_id(IDENTIFIED.visitor_id))
    sandbox.calls.clear()
    return profile.contents.journey.person


# Visitors


def test_visitors_are_listed_and_completed_with_who_they_are(call, person, sandbox):
    response = call("visitors", {"limit": "250"})
    assert response.status_code == 200
    body = response.json()
    assert body["pagination"] == {"limit": 250, "offset": 0, "hasMore": False}
    rows = {row["visitorId"]: row for row in body["data"]}
    found = rows[IDENTIFIED.visitor_id]
    assert (found["person"]["name"], found["person"]["email"]) == (person.name, person.email)
    assert found["person"]["isCustomer"] is True
    assert found["identity"]["country"]
    others = [row["person"] for one, row in rows.items() if one != IDENTIFIED.visitor_id]
    assert others
    assert not any(others)
    assert response["Journeydesk-Source"] == "fetched"
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.source, str(entry.visitor_id)) == (
        AuditAction.LIST,
        AuditSource.API,
        IDENTIFIED.visitor_id,
    )


@pytest.mark.parametrize("beside", [{}, {"total": 7}])
def test_a_list_has_datafasts_shape(call, other_upstream, beside):
    row = {
        "visitorId": IDENTIFIED.visitor_id,
        "lastSeenAt": "2026-05-02T09:12:00.154Z",
        "currentUrl": "lumenkit.example/pricing",
        "identity": {
            "country": "KR",
            "region": "11",
            "city": "Seoul",
            "browser": "Safari",
            "os": "iOS",
            "device": "mobile",
        },
        "acquisition": {"referrer": None, "utm_source": "newsletter"},
    }
    pagination = {"limit": 100, "offset": 0, "hasMore": True, **beside}
    other_upstream.behaviors = [answer(200, {"status": "success", "data": [row], "pagination": pagination})]
    expected = {"status": "success", "data": [row | {"person": None}], "pagination": pagination}
    assert call("visitors").json() == expected


def test_filters_go_to_datafast_under_its_names(call, other_upstream):
    call("visitors", {"visitedPage": "/pricing", "isCustomer": "true", "limit": "5", "utm_source": "a b", "other": "x"})
    [request] = other_upstream.requests
    path, _, query = request.path.partition("?")
    assert path == "/api/v1/visitors"
    assert set(query.split("&")) == {
        *("visitedPage=%2Fpricing", "isCustomer=true", "limit=5", "offset=0", "utm_source=a+b"),
    }


def test_what_datafast_says_about_filters_is_passed_on(call, sandbox):
    response = call("visitors", {"completedGoal": "signup", "isCustomer": "true"})
    assert response.status_code == 400
    assert "completedGoal" in response.json()["error"]["message"] or "goal" in response.json()["error"]["message"]


def test_the_list_is_refused_where_it_can_not_be_recorded(call, person, monkeypatch):
    def fail(*_, **__):
        raise DatabaseError

    monkeypatch.setattr(AuditEntry.objects, "bulk_create", fail)
    response = call("visitors", {"limit": "250"})
    assert response.status_code == 503
    assert response.json()["error"]["code"] == 503


# Websites


def test_websites_are_those_of_the_token(call, member, lumenkit, pocketgarden):
    Membership.objects.create(website=pocketgarden, user=member, role=Role.VIEWER)
    response = call("websites")
    assert response.json()["data"] == [
        {
            "_id": website.datafast_id,
            "slug": website.slug,
            "domain": website.domain,
            "name": website.name,
            "timezone": website.time_zone,
            "currency": website.currency,
            "role": role,
        }
        for website, role in ((lumenkit, "member"), (pocketgarden, "viewer"))
    ]
    assert call("admin/websites").content == response.content
    assert "df" not in response.content.decode()


def test_an_unchanged_list_is_not_sent_again(member):
    headers = new_token(member)
    etag = Client().get("/api/v1/websites", headers=headers)["ETag"]
    assert Client().get("/api/v1/websites", headers=headers | {"If-None-Match": etag}).status_code == 304


# Search


def test_people_are_found_by_their_name(call, person, lumenkit, sandbox):
    response = call("search", {"q": person.name[:4]})
    body = response.json()
    assert body["hasMore"] is False
    [found] = body["data"]
    assert (found["visitorId"], found["website"]) == (IDENTIFIED.visitor_id, "lumenkit")
    assert (found["name"], found["email"]) == (person.name, person.email)
    assert len(sandbox.calls) == 0
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.source, entry.website) == (AuditAction.SEARCH, AuditSource.API, lumenkit)


def test_people_of_other_websites_are_not_found(person, pocketgarden, member):
    Membership.objects.update(website=pocketgarden)
    response = Client().get("/api/v1/search", {"q": person.name}, headers=new_token(member))
    assert response.json()["data"] == []
    assert AuditEntry.objects.count() == 0


def test_a_search_is_refused_where_it_can_not_be_recorded(call, person, monkeypatch):
    def fail(*_, **__):
        raise DatabaseError

    monkeypatch.setattr(AuditEntry.objects, "bulk_create", fail)
    assert call("search", {"q": person.name}).status_code == 503
