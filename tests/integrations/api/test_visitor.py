"""The API's resources about one visitor: what they answer, from where, for whom, and what is recorded."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import OperationalError
from django.test import Client

from tests.access_tokens import bearer, new_token
from tests.faulty_upstream import answer, error
from visitors.audit.erasure import erase
from visitors.datafast.errors import Reason, Unauthorized, Unavailable
from visitors.models import AccessToken, AuditEntry, Membership, Snapshot
from visitors.profiles import store
from visitors.roles import Role
from visitors.sandbox import documented, websites

LEAD = documented.RETURNING_LEAD.visitor_id
CUSTOMER = documented.CUSTOMER.visitor_id
POCKETGARDEN_ID = websites.POCKETGARDEN.website_id
ADDRESS = f"/api/v1/visitors/{LEAD}"


@pytest.fixture
def call(member):
    """Send a GET as the member's token, or with other headers."""
    token = new_token(member)

    def send(path=ADDRESS, query=None, **headers):
        return Client().get(path, query or {}, headers=token | headers)

    return send


def entries():
    fields = ("user_name", "action", "result", "source", "visitor_id")
    return [
        (name, action, result, source, str(one))
        for name, action, result, source, one in AuditEntry.objects.values_list(*fields)
    ]


# What DataFast would have answered


def test_a_visitor_is_answered_as_datafast_answers(call, sandbox):
    response = call()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.content == Snapshot.objects.get().answer  # there is nothing to mask in it
    assert response.json()["data"]["visitorId"] == LEAD
    assert entries() == [("mina", "json", "shown", "api", LEAD)]


def test_secrets_in_the_answer_are_masked(call, other_upstream):
    secret = "xK29fQzL8vB1mN4pR7sT3wY6"
    url = f"lumenkit.example/reset?token={secret}"
    pages = [{"url": url, "timestamp": "2026-05-02T09:12:00.154Z"}]
    other_upstream.behaviors = [answer(200, {"status": "success", "data": {"activity": {"visitedPages": pages}}})]
    for path in (ADDRESS, f"{ADDRESS}/journey", f"{ADDRESS}/summary"):
        response = call(path)
        assert response.status_code == 200
        assert secret not in response.content.decode()


def test_a_fresh_answer_comes_from_the_cache(call, sandbox, clock):
    clock.move_to(datetime.now(UTC), tick=False)
    first = call()
    assert (first["Journeydesk-Source"], first["Age"]) == ("fetched", "0")
    assert int(first["Journeydesk-Upstream-Remaining"]) > 0
    clock.shift(timedelta(seconds=30))
    second = call()
    assert (second["Journeydesk-Source"], second["Age"]) == ("stored", "30")
    assert "Journeydesk-Stale" not in second
    assert sandbox.calls.count(LEAD) == 1
    clock.shift(timedelta(seconds=60))
    assert call()["Journeydesk-Source"] == "fetched"
    assert sandbox.calls.count(LEAD) == 2


def test_a_stored_answer_is_served_with_its_age_when_datafast_fails(call, sandbox, clock):
    clock.move_to(datetime.now(UTC), tick=False)
    before = call().content
    clock.shift(timedelta(minutes=10))
    sandbox.answer_with(LEAD, status=500)
    response = call()
    assert (response.status_code, response.content) == (200, before)
    assert (response["Age"], response["Journeydesk-Source"]) == ("600", "stored")
    assert response["Journeydesk-Stale"] == "unavailable"


def test_an_erased_visitor_is_not_answered_from_memory(call, sandbox, lumenkit):
    assert call().status_code == call().status_code == 200
    erase(lumenkit, UUID(LEAD), by=None)
    sandbox.answer_with(LEAD, status=500)
    assert call().status_code == 503
    assert not AuditEntry.objects.filter(visitor_id=LEAD, result="shown").exists()


def test_headers_tell_what_is_left_of_the_minute(call, sandbox, settings, clock):
    clock.move_to(datetime.now(UTC), tick=False)
    first, second = call(), call()
    assert first["X-RateLimit-Limit"] == str(settings.API_REQUESTS_PER_MINUTE)
    assert int(first["X-RateLimit-Remaining"]) == int(second["X-RateLimit-Remaining"]) + 1
    assert len(first["X-RateLimit-Reset"]) == 13  # milliseconds
    assert first["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("form", ["{}", 'W/"other", {}', "*", "strong"])
def test_an_answer_that_the_caller_has_is_not_sent_again(call, sandbox, form):
    etag = call()["ETag"]
    given = etag.removeprefix("W/") if form == "strong" else form.format(etag)
    response = call(**{"If-None-Match": given})
    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == etag
    assert "Age" in response
    assert len(entries()) == 2  # the caller shows it again


def test_an_old_etag_gets_the_new_answer(call, sandbox):
    call()
    assert call(**{"If-None-Match": 'W/"older"'}).status_code == 200


def test_the_id_may_be_in_capitals(call, sandbox):
    assert call(f"/api/v1/visitors/{LEAD.upper()}").json()["data"]["visitorId"] == LEAD


# Which website


@pytest.mark.parametrize(
    "name", ["pocketgarden", websites.POCKETGARDEN.website_id, websites.POCKETGARDEN.website_id.upper()]
)
def test_a_website_is_named_by_its_slug_or_by_datafasts_id(call, sandbox, member, pocketgarden, name):
    Membership.objects.create(website=pocketgarden, user=member, role=Role.MEMBER)
    assert call("/api/v1/search", {"q": "ann", "websiteId": name}).status_code == 200
    response = call(query={"websiteId": name})
    assert response.status_code == 404  # the visitor is another website's
    assert AuditEntry.objects.get(visitor_id=LEAD).website == pocketgarden


def test_a_website_must_be_named_where_there_are_several(call, sandbox, member, pocketgarden):
    Membership.objects.create(website=pocketgarden, user=member, role=Role.MEMBER)
    response = call()
    assert response.status_code == 400
    assert "websiteId" in response.json()["error"]["message"]
    assert len(sandbox.calls) == 0


def test_a_token_of_one_website_needs_no_name(sandbox, member, lumenkit, pocketgarden):
    Membership.objects.create(website=pocketgarden, user=member, role=Role.MEMBER)
    assert Client().get(ADDRESS, headers=new_token(member, lumenkit)).status_code == 200
    response = Client().get(ADDRESS, {"websiteId": "pocketgarden"}, headers=new_token(member, lumenkit))
    assert (response.status_code, response.json()["error"]["message"]) == (404, "Website not found")


def test_a_website_without_a_role_does_not_exist(call, sandbox, pocketgarden):
    unknown, foreign = call(query={"websiteId": "nothing"}), call(query={"websiteId": "pocketgarden"})
    assert unknown.status_code == foreign.status_code == 404
    assert unknown.content == foreign.content
    assert len(sandbox.calls) == 0


# Errors


def error_of(response):
    body = response.json()
    assert body["status"] == "error"
    assert body["error"]["code"] == response.status_code
    return response.status_code, body["error"]["message"]


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/api/v1/visitors/nonsense", {}, (400, "Invalid visitor ID")),
        ("/api/v1/visitors/a3ab2331-989f-1cfa-91c6-2461c9e3c6bd", {}, (400, "Invalid visitor ID")),
        (f"{ADDRESS}/summary", {"format": "html"}, (400, "Invalid format")),
        (f"{ADDRESS}/summary", {"at": "yesterday"}, (400, "Invalid at")),
        (ADDRESS, {"websiteId": "no such thing!"}, (400, "Invalid websiteId")),
        (ADDRESS, {"websiteId": "x" * 60}, (400, "Invalid websiteId")),
        ("/api/v1/search", {}, (400, "Invalid q")),
        ("/api/v1/visitors", {"limit": "0"}, (400, "Invalid limit")),
        ("/api/v1/nothing", {}, (404, "Not found")),
        ("/api/visitors/", {}, (404, "Not found")),
    ],
)
def test_a_wrong_request_is_an_error_in_datafasts_form(call, sandbox, path, query, expected):
    assert error_of(call(path, query)) == expected
    assert len(sandbox.calls) == 0


@pytest.mark.parametrize(
    ("status", "message", "expected"),
    [
        (400, "Visitor is a bot", (400, "Visitor is a bot")),
        (404, "Nothing", (404, "Visitor not found")),
        (403, "Tracking is suspended for this website", (403, "Tracking is suspended for this website")),
        (403, "The token lacks analytics:read", (403, "The token lacks analytics:read")),
        (401, "Invalid API key", (503, str(Unauthorized()))),
        (410, "Gone", (410, "Gone")),
        (500, "x", (503, str(Unavailable(Reason.SERVER)))),
    ],
)  # fmt: skip
def test_an_error_of_datafast_has_its_status(call, other_upstream, status, message, expected):
    other_upstream.behaviors = [error(status, message)]
    assert error_of(call()) == expected
    assert [entry[1:4:2] for entry in entries()] == [("json", "api")]


def test_the_limit_of_datafast_is_passed_on(call, sandbox):
    sandbox.answer_with(LEAD, status=429)
    response = call()
    assert response.status_code == 429
    assert int(response["Retry-After"]) >= 1
    assert response["X-RateLimit-Remaining"] == "0"
    assert response.json()["remaining"] == 0
    assert response.json()["reset"] == int(response["X-RateLimit-Reset"])


def test_a_part_of_the_minute_is_kept_for_people(call, sandbox, browser_of_member, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 4
    ids = [visitor.visitor_id for visitor in (documented.RETURNING_LEAD, documented.CUSTOMER, documented.ONE_PAGE)]
    assert [call(f"/api/v1/visitors/{one}").status_code for one in ids] == [200] * 3
    limited = call(f"/api/v1/visitors/{documented.TEN_THOUSAND.visitor_id}")
    assert limited.status_code == 429
    assert "people" in limited.json()["error"]["message"]
    assert browser_of_member.get(f"/lumenkit/visitors/{documented.TEN_THOUSAND.visitor_id}/").status_code == 200


@pytest.mark.parametrize("headers", [{}, bearer("jd_wrong"), bearer("df_0123456789abcdefghijklmn")])
def test_a_request_without_a_valid_token_is_unauthorized(sandbox, lumenkit, headers):
    response = Client().get(ADDRESS, headers=headers)
    assert error_of(response) == (401, "Invalid API key")
    assert response["WWW-Authenticate"] == "Bearer"
    assert len(sandbox.calls) == 0


def test_a_session_opens_nothing(browser_of_member, sandbox):
    assert browser_of_member.get(ADDRESS).status_code == 401


def test_too_many_requests_are_limited_in_datafasts_form(member, sandbox, lumenkit, settings, clock):
    settings.API_REQUESTS_PER_MINUTE = 1
    clock.move_to("2026-11-29T12:00:10Z", tick=False)
    headers = new_token(member)
    assert Client().get("/api/v1/websites", headers=headers).status_code == 200
    response = Client().get("/api/v1/websites", headers=headers)
    assert error_of(response) == (429, "Rate limit exceeded")
    assert (response["Retry-After"], response["X-RateLimit-Remaining"]) == ("50", "0")
    assert response.json() | {"status": 0, "error": 0} == {
        "status": 0,
        "error": 0,
        "limit": 1,
        "remaining": 0,
        "reset": int(response["X-RateLimit-Reset"]),
    }


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "head", "options"])
def test_other_methods_are_not_allowed(call, member, sandbox, method):
    response = getattr(Client(enforce_csrf_checks=True), method)(ADDRESS, headers=new_token(member))
    assert response.status_code == 405
    assert response["Allow"] == "GET"
    assert response["Content-Type"] == "application/json"
    assert "Access-Control-Allow-Origin" not in response


def test_a_large_body_is_refused_in_json(member, lumenkit, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    response = Client().post(ADDRESS, b"x" * 11, content_type="text/plain", headers=new_token(member))
    assert error_of(response) == (413, "The request is too large")


def test_an_unknown_host_is_refused_in_json(member, lumenkit):
    response = Client().get(ADDRESS, headers=new_token(member) | {"Host": "evil.example"})
    assert error_of(response)[0] == 400


def test_our_own_fault_is_a_500_in_json(call, sandbox, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr(store, "load_answer", broken)
    client = Client(raise_request_exception=False)
    token = new_token(AccessToken.objects.get().user)
    assert error_of(client.get(ADDRESS, headers=token)) == (500, "Internal server error")


def test_nothing_is_shown_that_can_not_be_recorded(call, sandbox, monkeypatch):
    def fail(*_, **__):
        raise OperationalError("disk full")

    monkeypatch.setattr(AuditEntry.objects, "create", fail)
    monkeypatch.setattr(AuditEntry.objects, "bulk_create", fail)
    Snapshot.objects.all().delete()
    for path in (ADDRESS, f"{ADDRESS}/journey", f"{ADDRESS}/summary"):
        response = call(path)
        assert error_of(response)[0] == 503
        assert int(response["Retry-After"]) >= 1


# Journeydesk's own resources


def test_a_journey_says_what_the_page_says(call, sandbox):
    response = call(f"/api/v1/visitors/{CUSTOMER}/journey")
    assert response.status_code == 200
    found = response.json()["data"]
    assert (found["visitorId"], found["website"]) == (CUSTOMER, "lumenkit")
    assert found["url"].endswith(f"/lumenkit/visitors/{CUSTOMER}/")
    assert found["counts"]["visits"] >= sum(visit["isAttended"] for visit in found["visits"]) > 0
    assert found["totals"]["paid"][0]["currency"]
    assert found["summary"].endswith(".")
    assert {"leaning", "text"} == set(found["prediction"]["observations"][0])
    assert found["prediction"]["absence"] == "already a customer"
    assert found["visitsLeftOut"] == 0
    assert entries() == [("mina", "page", "shown", "api", CUSTOMER)]
    assert call(f"/api/v1/visitors/{CUSTOMER}/journey", **{"If-None-Match": response["ETag"]}).status_code in (200, 304)


def test_a_journey_names_gaps_and_what_could_not_be_read(call, other_upstream):
    activity = {
        "visitCount": 9,
        "pageViewCount": 40,
        "firstVisitAt": "2026-05-01T00:00:00.000Z",
        "visitedPages": [
            {"url": "lumenkit.example/", "timestamp": "2026-05-02T09:12:00.154Z"},
            {"url": 5, "timestamp": "2026-05-02T09:13:00.154Z"},
            {"url": "lumenkit.example/b", "timestamp": "soon"},
        ],
    }
    other_upstream.behaviors = [answer(200, {"status": "success", "data": {"visitorId": LEAD, "activity": activity}})]
    found = call(f"{ADDRESS}/journey").json()["data"]
    assert found["missing"]["pageViews"] > 30
    assert "not in DataFast’s answer" in found["missing"]["text"]
    assert found["eventsWithoutTime"] == 1
    assert any("visitedPages[1].url" in problem for problem in found["dataProblems"])
    assert found["person"] is None


def test_a_long_journey_is_bounded(call, sandbox, monkeypatch):
    monkeypatch.setattr("visitors.integrations.api.views.MAX_VISITS", 3)
    found = call(f"/api/v1/visitors/{documented.TEN_THOUSAND.visitor_id}/journey").json()["data"]
    assert len(found["visits"]) == 3
    assert found["visitsLeftOut"] > 100


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ({}, "*/*", "text/plain"),
        ({}, "text/markdown", "text/markdown"),
        ({}, "text/plain;q=0.5, text/markdown", "text/markdown"),
        ({}, "application/json", "text/plain"),
        ({"format": "markdown"}, "text/plain", "text/markdown"),
        ({"format": "text"}, "text/markdown", "text/plain"),
    ],
)
def test_a_summary_is_text_or_markdown(call, sandbox, query, accept, kind):
    response = call(f"/api/v1/visitors/{CUSTOMER}/summary", query, Accept=accept)
    assert response.status_code == 200
    assert response["Content-Type"] == f"{kind}; charset=utf-8"
    assert "Accept" in response["Vary"]
    assert ("**" in response.content.decode()) == (kind == "text/markdown")
    assert entries() == [("mina", "summary", "shown", "api", CUSTOMER)]


def test_a_summary_can_be_about_billing_and_a_moment(call, sandbox):
    path = f"/api/v1/visitors/{CUSTOMER}/summary"
    short, full = call(path, {"content": "short"}), call(path)
    assert len(short.content) < len(full.content)
    at = json.loads(Snapshot.objects.get().answer)["data"]["activity"]["lastVisitAt"]
    assert b"ticket" in call(path, {"at": at}).content


def test_a_viewer_gets_journeys_but_no_raw_answer(viewer, sandbox, lumenkit):
    headers = new_token(viewer)
    assert Client().get(f"{ADDRESS}/journey", headers=headers).status_code == 200
    response = Client().get(ADDRESS, headers=headers)
    assert error_of(response) == (403, "This needs the role of a member on this website")
