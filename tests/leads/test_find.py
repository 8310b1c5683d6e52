"""The list of visitors by what they did."""

import csv
import io
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

import pytest

from tests.faulty_upstream import answer
from visitors import profiles
from visitors.audit import erasure
from visitors.leads.views import find as views
from visitors.models import AuditAction, AuditEntry, AuditResult, KnownPerson, RateBudget, Snapshot
from visitors.sandbox import documented

URL = "/lumenkit/visitors/"
LEAD = documented.RETURNING_LEAD.visitor_id
OTHER = documented.CUSTOMER.visitor_id
ROW = {
    "visitorId": LEAD,
    "lastSeenAt": "2026-05-05T12:00:00Z",
    "currentUrl": "lumenkit.example/pricing?plan=pro",
    "identity": {"country": "US", "region": "CA", "city": "San Francisco", "browser": "Chrome", "os": "macOS"},
    "acquisition": {"referrer": "https://news.ycombinator.com/item?id=1"},
}


def shown(response):
    """The visitor ids of the rows, in their order."""
    return re.findall(r'id="who-([0-9a-f-]{36})"', response.content.decode())


def page(*rows, has_more=False, **pagination):
    """An answer of List visitors."""
    pagination = {"limit": 100, "offset": 0, "hasMore": has_more} | pagination
    return answer(200, {"status": "success", "data": rows, "pagination": pagination})


def asked(upstream):
    """The query of the latest request."""
    query = urlsplit(upstream.requests[-1].path).query
    return {name: values[0] for name, values in parse_qs(query).items()}


def test_the_list_has_a_page_of_visitors_and_leads_to_the_next(browser_of_member, sandbox):
    response = browser_of_member.get(f"{URL}?period=90")
    first = shown(response)
    assert len(first) == views.PAGE_SIZE
    [older] = re.findall(r'href="([^"]+)" rel="next"', response.content.decode())
    second = shown(browser_of_member.get(URL + older.replace("&amp;", "&")))
    assert second
    assert not set(first) & set(second)


def test_a_row_has_the_facts_of_datafast(browser_of_member, other_upstream):
    other_upstream.behaviors = [page(ROW)]
    html = browser_of_member.get(URL).content.decode()
    for text in (
        "San Francisco · macOS",
        "San Francisco, California, United States",
        "Chrome on macOS",
        "/pricing",
        "news.ycombinator.com",
    ):
        assert text in html
    assert "plan=pro" not in html


def test_a_row_of_long_texts_stays_short(browser_of_member, other_upstream):
    long = "x" * 100_000
    identity = dict.fromkeys(("country", "region", "city", "browser", "os", "device"), long)
    row = ROW | {"currentUrl": f"https://{long}", "identity": identity, "acquisition": {"utm_source": long}}
    other_upstream.behaviors = [page(row)]
    html = browser_of_member.get(URL).content.decode()
    assert "x" * 200 in html
    assert "x" * 400 not in html


def test_a_page_has_its_readable_name_and_the_file_its_path(browser_of_member, other_upstream, lumenkit):
    lumenkit.names = {"goals": {}, "pages": {"/pricing": "Plans & prices"}}
    lumenkit.save()
    other_upstream.behaviors = [page(ROW)]
    assert '<bdi title="/pricing">Plans &amp; prices</bdi>' in browser_of_member.get(URL).content.decode()
    assert "/pricing" in browser_of_member.get("/lumenkit/visitors.csv").content.decode()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"page": "/pricing, /docs"}, {"visitedPage": "/pricing, /docs"}),
        ({"page_contains": "doc"}, {"visitedPageContains": "doc"}),
        ({"goal": "trial_started"}, {"completedGoal": "trial_started"}),
        ({"customer": "false"}, {"isCustomer": "false"}),
        (
            {"country": "US", "region": "CA", "city": "Oakland", "device": "mobile", "browser": "Chrome", "os": "iOS"},
            {"country": "US", "region": "CA", "city": "Oakland", "device": "mobile", "browser": "Chrome", "os": "iOS"},
        ),
        (
            {"referrer": "Google", "hostname": "docs.lumenkit.example", "ref": "a", "source": "b", "via": "c"},
            {"referrer": "Google", "hostname": "docs.lumenkit.example", "ref": "a", "source": "b", "via": "c"},
        ),
        (
            dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"), "x y"),
            dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"), "x y"),
        ),
    ],
)
def test_filters_reach_datafast_under_its_names(browser_of_member, other_upstream, filters, expected):
    other_upstream.behaviors = [page()]
    response = browser_of_member.get(URL, filters)
    assert response.status_code == 200
    query = asked(other_upstream)
    assert {name: query[name] for name in query.keys() - {"startAt", "endAt", "limit", "offset"}} == expected


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({"period": "today"}, ("2026-05-05T04:00:00.000Z", "2026-05-05T16:00:00.000Z")),
        ({"period": "yesterday"}, ("2026-05-04T04:00:00.000Z", "2026-05-05T04:00:00.000Z")),
        ({}, ("2026-04-28T16:00:00.000Z", "2026-05-05T16:00:00.000Z")),
        (
            {"period": "days", "first": "2026-05-01", "last": "2026-05-02"},
            ("2026-05-01T04:00:00.000Z", "2026-05-03T04:00:00.000Z"),
        ),
        (
            {"period": "days", "first": "2026-05-01", "last": "2026-05-09"},
            ("2026-05-01T04:00:00.000Z", "2026-05-05T16:00:00.000Z"),
        ),
    ],
)
def test_periods_follow_the_zone_of_the_website(browser_of_member, other_upstream, time_machine, period, expected):
    time_machine.move_to(datetime(2026, 5, 5, 16, tzinfo=UTC), tick=False)
    other_upstream.behaviors = [page()]
    browser_of_member.get(URL, period)
    query = asked(other_upstream)
    assert (query["startAt"], query["endAt"]) == expected


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"goal": "trial_started", "customer": "true"}, "can’t combine a goal with the customer filter"),
        ({"page": ",".join(f"/{number}" for number in range(51))}, "at most 50 paths"),
        ({"period": "days", "first": "2026-05-02"}, "Enter both days"),
        ({"period": "days", "first": "2026-05-02", "last": "2026-05-01"}, "comes before the first one"),
        ({"period": "days", "first": "soon", "last": "2026-05-01"}, "Enter the day as"),
        ({"period": "days", "first": "0001-01-01", "last": "2026-05-01"}, "days of this century"),
        ({"period": "a year"}, "not one of the available choices"),
        ({"city": "x" * 201}, "at most 200 characters"),
    ],
)
def test_filters_that_datafast_rejects_are_refused_without_a_call(browser_of_member, other_upstream, filters, sentence):
    response = browser_of_member.get(URL, filters)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert other_upstream.requests == []


def test_a_refusal_of_datafast_is_shown_in_its_words(browser_of_member, other_upstream):
    other_upstream.behaviors = [
        answer(400, {"status": "error", "error": {"code": 400, "message": "region is not <known>"}})
    ]
    response = browser_of_member.get(URL, {"region": "Q"})
    assert response.status_code == 422
    assert "region is not &lt;known&gt;" in response.content.decode()
    assert 'value="Q"' in response.content.decode()


def test_a_failing_datafast_leaves_the_filters(browser_of_member, other_upstream):
    other_upstream.behaviors = [answer(500, {})]
    response = browser_of_member.get(URL, {"city": "Oakland"})
    assert response.status_code == 503
    assert 'value="Oakland"' in response.content.decode()


def test_with_a_goal_the_time_is_the_goal_s(browser_of_member, other_upstream):
    other_upstream.behaviors = [page(ROW)]
    html = browser_of_member.get(URL, {"goal": "trial_started"}).content.decode()
    assert "Goal completed" in html
    assert "Last seen" not in html


def test_a_list_that_changes_between_pages_neither_repeats_nor_strands(browser_of_member, other_upstream):
    other_upstream.behaviors = [page(ROW, ROW, {**ROW, "visitorId": LEAD.upper()}, {"visitorId": "no id"})]
    assert shown(browser_of_member.get(URL)) == [LEAD]
    other_upstream.behaviors = [page()]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    html = browser_of_member.get(URL, {"offset": 100, "until": now, "city": "Oakland"}).content.decode()
    assert "The list has become shorter" in html
    assert 'href="?city=Oakland"' in html


def test_later_pages_end_where_the_first_one_did(browser_of_member, other_upstream):
    other_upstream.behaviors = [page(ROW, has_more=True)]
    [older] = re.findall(r'href="([^"]+)" rel="next"', browser_of_member.get(URL).content.decode())
    first_end = asked(other_upstream)["endAt"]
    browser_of_member.get(URL + older.replace("&amp;", "&"))
    assert asked(other_upstream)["offset"] == "100"
    assert datetime.fromisoformat(asked(other_upstream)["endAt"]) <= datetime.fromisoformat(first_end)


@pytest.mark.parametrize("query", [{"offset": "-1"}, {"offset": "x", "until": "never"}, {"until": "2099-01-01T00:00Z"}])
def test_a_position_that_cannot_be_is_ignored(browser_of_member, other_upstream, query):
    other_upstream.behaviors = [page(ROW)]
    assert shown(browser_of_member.get(URL, query)) == [LEAD]
    assert asked(other_upstream)["offset"] == "0"


# What is known


def test_known_people_complete_the_rows(browser_of_member, sandbox):
    browser_of_member.get(f"{URL}{LEAD}/")
    person = KnownPerson.objects.get()
    html = browser_of_member.get(f"{URL}?period=90").content.decode()
    assert person.name in html
    assert f">{person.score:.0f}<" in html
    assert AuditEntry.objects.filter(action=AuditAction.LIST, visitor_id=LEAD, result=AuditResult.DONE).count() == 1


def test_names_that_cannot_be_recorded_are_not_shown(browser_of_member, sandbox, monkeypatch):
    browser_of_member.get(f"{URL}{LEAD}/")
    monkeypatch.setattr(views.log, "record_listed", raise_unavailable)
    response = browser_of_member.get(f"{URL}?period=90")
    assert response.status_code == 503
    assert KnownPerson.objects.get().name not in response.content.decode()


def raise_unavailable(*arguments):
    raise views.log.LogUnavailable


def test_a_press_loads_ten_profiles(browser_of_member, sandbox):
    wanted = shown(browser_of_member.get(f"{URL}?period=90"))
    response = browser_of_member.post(f"{URL}load/", {"id": wanted}, headers={"HX-Request": "true"})
    assert {str(one) for one in Snapshot.objects.values_list("visitor_id", flat=True)} == set(wanted[:10])
    html = response.content.decode()
    assert html.count('name="id"') == 90
    assert "Loaded 10 profiles." in html
    for person in KnownPerson.objects.exclude(name=""):
        assert person.name in html


def test_without_a_script_the_list_comes_back(browser_of_member, sandbox):
    wanted = shown(browser_of_member.get(URL))
    response = browser_of_member.post(f"{URL}load/?city=Oakland", {"id": wanted[:1]})
    assert response.status_code == 302
    assert response.url == f"{URL}?city=Oakland"


def test_loading_leaves_calls_for_people(browser_of_member, sandbox, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 12
    wanted = shown(browser_of_member.get(URL))  # one call
    html = browser_of_member.post(f"{URL}load/", {"id": wanted}, headers={"HX-Request": "true"}).content.decode()
    assert Snapshot.objects.count() == 5
    assert "Loaded 5 of 10 profiles." in html
    assert "0 calls left" in html
    assert sum(count for _, count in RateBudget.objects.get().calls) == 6
    assert browser_of_member.get(f"{URL}{OTHER}/").status_code == 200


def test_only_ids_are_loaded(browser_of_member, sandbox):
    response = browser_of_member.post(f"{URL}load/", {"id": ["no id", "../../x"]}, headers={"HX-Request": "true"})
    assert response.status_code == 400
    assert len(sandbox.calls) == 0


# The file


def test_members_export_the_list(browser_of_member, other_upstream):
    formula = {**ROW, "currentUrl": "x/=1+1", "acquisition": {"referrer": "=cmd()"}}
    other_upstream.behaviors = [page(ROW, has_more=True), page({**formula, "visitorId": OTHER})]
    response = browser_of_member.get("/lumenkit/visitors.csv", {"city": "Oakland"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["visitor_id", LEAD, OTHER]
    assert rows[2][7].startswith("'=")
    assert asked(other_upstream) | {"startAt": "", "endAt": ""} == {
        "city": "Oakland",
        "limit": "250",
        "offset": "1",
        "startAt": "",
        "endAt": "",
    }


def test_a_file_that_cannot_be_whole_is_not_made(browser_of_member, other_upstream):
    other_upstream.behaviors = [page(ROW, has_more=True), answer(500, {})]
    response = browser_of_member.get("/lumenkit/visitors.csv", follow=True)
    assert "The file could not be made." in response.content.decode()


def test_a_list_without_an_end_ends(browser_of_member, other_upstream, monkeypatch):
    monkeypatch.setattr(views, "EXPORT_LIMIT", 3)
    other_upstream.behaviors = [page(ROW, has_more=True)]
    browser_of_member.get("/lumenkit/visitors.csv")
    assert len(other_upstream.requests) == 3


def test_without_a_script_loading_stays_on_the_page_of_the_list(browser_of_member, sandbox):
    until = "2026-05-05T12:00:00+00:00"
    here = f"?city=Oakland&offset=100&until={quote(until)}"
    response = browser_of_member.post(f"{URL}load/{here}", {"id": [LEAD]})
    assert parse_qs(urlsplit(response["Location"]).query) == {"city": ["Oakland"], "offset": ["100"], "until": [until]}


def test_a_visitor_who_is_erased_during_the_request_is_not_loaded(browser_of_member, sandbox, lumenkit, monkeypatch):
    fetch = profiles.refresh_profile

    def refresh_and_erase(website, visitor_id, **options):
        erasure.erase(lumenkit, UUID(OTHER), by=None)
        return fetch(website, visitor_id, **options)

    monkeypatch.setattr(profiles, "refresh_profile", refresh_and_erase)
    browser_of_member.post(f"{URL}load/", {"id": [LEAD, OTHER]})
    assert list(Snapshot.objects.values_list("visitor_id", flat=True)) == [UUID(LEAD)]
