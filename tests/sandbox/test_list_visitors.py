"""List visitors: rows, paging, every filter, and the errors, over real HTTP."""

from datetime import datetime

import pytest

from tests.sandbox.conftest import NOON, error_of
from visitors.sandbox.documented import APP_USER, BOT, CUSTOMER, DOCUMENTED, LIVE, ONE_PAGE, RETURNING_LEAD
from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN

pytestmark = pytest.mark.slow


@pytest.fixture
def rows(get):
    def fetch(website=LUMENKIT, **params):
        response = get("/visitors", website=website, **({"limit": 250} | params))
        assert response.status_code == 200, response.text
        return response.json()["data"]

    return fetch


def ids(rows):
    return {row["visitorId"] for row in rows}


def test_rows_have_the_documented_shape_and_the_latest_seen_come_first(get, rows):
    body = get("/visitors", website=LUMENKIT).json()
    assert body["pagination"] == {"limit": 100, "offset": 0, "hasMore": True}
    assert len(body["data"]) == 100
    assert LIVE.visitor_id in ids(body["data"][:20])
    for row in body["data"]:
        assert set(row) == {"visitorId", "lastSeenAt", "currentUrl", "identity", "acquisition"}
        assert set(row["identity"]) == {"country", "region", "city", "browser", "os", "device"}
        assert all(value is None or isinstance(value, str) for value in row["identity"].values())
        assert row["acquisition"] is None or "referrer" in row["acquisition"]
    seen = [row["lastSeenAt"] for row in body["data"]]
    assert seen == sorted(seen, reverse=True)
    assert datetime.fromisoformat(seen[0]) <= NOON
    assert any(row["acquisition"] is None for row in rows())


def test_pages_of_the_list_do_not_overlap_and_miss_nobody(get, rows):
    everybody = rows()
    paged, offset = [], 0
    while True:
        body = get("/visitors", website=LUMENKIT, limit=60, offset=offset).json()
        paged += body["data"]
        offset += 60
        if not body["pagination"]["hasMore"]:
            break
    assert paged == everybody
    assert len(ids(paged)) == len(paged) > 150
    beyond = get("/visitors", website=LUMENKIT, offset=100_000).json()
    assert (beyond["data"], beyond["pagination"]["hasMore"]) == ([], False)


def test_every_listed_id_answers_get_visitor_with_the_same_last_page(sandbox, get, rows):
    for row in rows(limit=25):
        activity = get(f"/visitors/{row['visitorId']}", website=LUMENKIT).json()["data"]["activity"]
        assert activity["currentUrl"] == row["currentUrl"]


def test_bots_and_failing_ids_are_not_listed(rows):
    failing = {entry.visitor_id for entry in DOCUMENTED if entry.failure is not None} | {BOT.visitor_id}
    assert not failing & (ids(rows()) | ids(rows(POCKETGARDEN)))


@pytest.mark.parametrize(
    ("params", "holds"),
    [
        ({"country": "br"}, lambda row: row["identity"]["country"] == "BR"),
        ({"country": "Brazil"}, lambda row: row["identity"]["country"] == "BR"),
        ({"region": "CA"}, lambda row: row["identity"]["region"] == "CA"),
        ({"region": "California"}, lambda row: row["identity"]["region"] == "CA"),
        ({"city": "berlin"}, lambda row: row["identity"]["city"] == "Berlin"),
        ({"device": "mobile"}, lambda row: row["identity"]["device"] == "mobile"),
        ({"browser": "Firefox"}, lambda row: row["identity"]["browser"] == "Firefox"),
        ({"os": "Windows"}, lambda row: row["identity"]["os"] == "Windows"),
        ({"referrer": "https://github.com/"}, lambda row: row["acquisition"]["referrer"] == "https://github.com/"),
        ({"referrer": "github.com"}, lambda row: row["acquisition"]["referrer"] == "https://github.com/"),
        ({"utm_source": "newsletter"}, lambda row: row["acquisition"]["utm_source"] == "newsletter"),
        ({"utm_medium": "cpc"}, lambda row: row["acquisition"]["utm_medium"] == "cpc"),
        ({"utm_campaign": "autumn-launch"}, lambda row: row["acquisition"]["utm_campaign"] == "autumn-launch"),
        ({"utm_term": "product analytics"}, lambda row: row["acquisition"]["utm_term"] == "product analytics"),
        ({"utm_content": "hero"}, lambda row: row["acquisition"]["utm_content"] == "hero"),
        ({"ref": "youtube.com"}, lambda row: row["acquisition"]["ref"] == "youtube.com"),
        ({"source": "directory"}, lambda row: row["acquisition"]["source"] == "directory"),
        ({"via": "indiestack"}, lambda row: row["acquisition"]["via"] == "indiestack"),
    ],
)
def test_a_filter_on_a_fact_of_the_row_keeps_those_and_all_of_those(rows, params, holds):
    def fits(row):
        try:
            return holds(row)
        except (KeyError, TypeError):
            return False

    found = rows(**params)
    assert found
    assert found == [row for row in rows() if fits(row)]
    assert len(found) < len(rows())


def test_filters_on_pages_hosts_and_goals_look_at_the_journey(rows):
    assert RETURNING_LEAD.visitor_id in ids(rows(visitedPage="/legal/dpa"))
    assert rows(visitedPage="/legal") == []
    both = ids(rows(visitedPage="/legal/dpa, /blog/what-a-funnel-cannot-tell-you"))
    assert {RETURNING_LEAD.visitor_id, ONE_PAGE.visitor_id} <= both
    assert RETURNING_LEAD.visitor_id in ids(rows(visitedPageContains="dpa"))
    assert ids(rows(POCKETGARDEN, visitedPageContains="__app/ios/Paywall")) == {APP_USER.visitor_id}
    on_app = ids(rows(hostname="app.lumenkit.example"))
    assert CUSTOMER.visitor_id in on_app
    assert RETURNING_LEAD.visitor_id not in on_app
    assert ids(rows(completedGoal="webinar_signup")) == {RETURNING_LEAD.visitor_id}


def test_customers_and_the_others_are_everybody(rows):
    customers, others = ids(rows(isCustomer="true")), ids(rows(isCustomer="false"))
    assert CUSTOMER.visitor_id in customers
    assert RETURNING_LEAD.visitor_id in others
    assert not customers & others
    assert customers | others == ids(rows())


def test_several_filters_hold_together(rows):
    found = rows(device="mobile", isCustomer="false", country="US")
    assert found
    assert ids(found) == ids(rows(device="mobile")) & ids(rows(isCustomer="false")) & ids(rows(country="US"))


def test_a_range_of_days_includes_its_last_day_in_the_asked_time_zone(rows):
    # ONE_PAGE was seen yesterday at 20:17 UTC: on the next day in Seoul.
    assert ONE_PAGE.visitor_id in ids(rows(startAt="2026-05-04", endAt="2026-05-04", timezone="UTC"))
    assert ONE_PAGE.visitor_id not in ids(rows(startAt="2026-05-04", endAt="2026-05-04", timezone="Asia/Seoul"))
    assert ONE_PAGE.visitor_id in ids(rows(startAt="2026-05-05", endAt="2026-05-05", timezone="Asia/Seoul"))


def test_a_range_of_times_with_offsets_is_exact(rows):
    found = rows(startAt="2026-05-04T16:00:00-04:00", endAt="2026-05-04T17:00:00-04:00")
    assert ONE_PAGE.visitor_id in ids(found)
    assert LIVE.visitor_id not in ids(found)
    assert all("2026-05-04T20" in row["lastSeenAt"] for row in found)


@pytest.mark.parametrize(
    "params",
    [
        {"startAt": "2026-05-01"},
        {"endAt": "2026-05-01"},
        {"startAt": "2026-05-02", "endAt": "2026-05-01"},
        {"startAt": "yesterday", "endAt": "2026-05-01"},
        {"startAt": "2026-13-01", "endAt": "2026-13-02"},
        {"startAt": "2026-05-01T10:00:00", "endAt": "2026-05-02T10:00:00"},
        {"startAt": "0001-01-01", "endAt": "9999-12-31"},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../../etc/passwd"},
        {"timezone": "a\x00b"},
        {"limit": "0"},
        {"limit": "251"},
        {"limit": "many"},
        {"limit": "-1"},
        {"offset": "-1"},
        {"offset": "1.5"},
        {"visitedPage": ",".join(f"/{number}" for number in range(51))},
        {"completedGoal": "payment", "isCustomer": "true"},
        {"isCustomer": "maybe"},
    ],
    ids=str,
)
def test_a_query_that_is_not_allowed_gets_400_in_the_envelope(get, params):
    assert error_of(get("/visitors", website=LUMENKIT, **params))[0] == 400
