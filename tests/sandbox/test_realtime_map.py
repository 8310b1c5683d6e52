"""The realtime map and the metadata of a website, over real HTTP."""

from datetime import timedelta

import pytest

from tests.sandbox.conftest import NOON
from visitors.sandbox.documented import LIVE
from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN


def visitors(get, website=LUMENKIT):
    return get("/analytics/realtime/map", website=website).json()["data"]["visitors"]


def test_the_map_has_the_documented_shape(get):
    data = get("/analytics/realtime/map", website=LUMENKIT).json()["data"]
    assert set(data) == {"count", "visitors", "recentEvents", "recentPayments", "hasConversionPredictions"}
    assert data["count"] == len(data["visitors"]) > 5
    for visitor in data["visitors"]:
        assert visitor["currentUrl"].startswith("/")
        assert set(visitor["profileData"]) == {"displayName", "userId", "hasProfile", "isRandomName"}
        assert visitor["profileData"]["hasProfile"] or visitor["profileData"]["isRandomName"]
    assert {event["visitorId"] for event in data["recentEvents"]} == {one["visitorId"] for one in data["visitors"]}


@pytest.mark.parametrize("website", [LUMENKIT, POCKETGARDEN])
def test_who_is_on_the_map_has_a_journey_that_ends_there(get, website):
    for row in visitors(get, website):
        activity = get(f"/visitors/{row['visitorId']}", website=website).json()["data"]["activity"]
        assert f"/{activity['currentUrl'].partition('/')[2].partition('?')[0]}" == row["currentUrl"]
        assert activity["visitCount"] == row["visitCount"]


def test_visitors_arrive_and_leave(get, clock):
    before = {row["visitorId"] for row in visitors(get)}
    clock.forward(minutes=15)
    after = {row["visitorId"] for row in visitors(get)}
    assert LIVE.visitor_id in before & after
    assert after - before
    assert before - after


def test_a_payment_is_listed_for_ten_minutes(get, clock):
    for _ in range(24 * 6):
        data = get("/analytics/realtime/map", website=LUMENKIT).json()["data"]
        if data["recentPayments"]:
            break
        clock.moment = NOON + (clock.moment - NOON + timedelta(minutes=5)) % timedelta(hours=11)
    [payment, *_] = data["recentPayments"]
    assert payment["amount"] > 0
    assert payment["currency"] == "USD"
    assert "visitorId" not in payment


def test_metadata_describes_the_website_of_the_token(get):
    [row] = get("/analytics/metadata", website=POCKETGARDEN).json()["data"]
    assert (row["domain"], row["timezone"], row["name"], row["currency"]) == (
        "pocketgarden.example",
        "Asia/Seoul",
        "Pocket Garden",
        "KRW",
    )
