"""Get visitor, over real HTTP: its checks and the stories of the documented visitors."""

import re
import uuid
from datetime import datetime
from itertools import pairwise

import pytest

from tests.sandbox.conftest import NOON, Clock, error_of
from visitors.sandbox import Sandbox, documented
from visitors.sandbox.documented import DOCUMENTED, HEADLINES
from visitors.sandbox.tokens import LUMENKIT_KEY, POCKETGARDEN_KEY
from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN

pytestmark = pytest.mark.slow

HEALTHY = [entry for entry in DOCUMENTED if entry.failure is None and entry is not documented.BOT]
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def visitor(get, entry):
    response = get(f"/visitors/{entry.visitor_id}", website=entry.website)
    assert response.status_code == 200, response.text
    return response.json()["data"]


def moment(text):
    return datetime.fromisoformat(text)


def moments(data):
    """Every readable timestamp of the journey."""
    goals = data["activity"].get("completedGoals", data["activity"].get("completedCustomGoals")) or []
    listed = [entry["timestamp"] for entry in (*data["activity"]["visitedPages"], *goals)]
    return [moment(text) for text in listed if text and TIMESTAMP.fullmatch(text)]


@pytest.mark.parametrize(
    "visitor_id",
    [
        "nonsense",
        "c0ffee00-0000-1000-8000-000000000002",
        "c0ffee00-0000-7000-8000-000000000002",
        "c0ffee00-0000-4000-7000-000000000002",
        "c0ffee0000004000800000000000000002",
        "sc0ffee00-0000-4000-8000-000000000002",
        "%00",
    ],
)
def test_an_id_that_is_not_a_uuid_v4_gets_400(get, visitor_id):
    status, message = error_of(get(f"/visitors/{visitor_id}", website=LUMENKIT))
    assert status == 400
    assert "UUID v4" in message


def test_a_missing_id_gets_400(get):
    assert error_of(get("/visitors/", website=LUMENKIT)) == (400, "Visitor ID is required")


def test_an_id_is_compared_without_regard_to_case(get):
    response = get(f"/visitors/{documented.CUSTOMER.visitor_id.upper()}", website=LUMENKIT)
    assert response.json()["data"]["visitorId"] == documented.CUSTOMER.visitor_id


def test_a_bot_gets_400_with_a_message_that_says_so(get):
    status, message = error_of(get(f"/visitors/{documented.BOT.visitor_id}", website=LUMENKIT))
    assert (status, "bot" in message) == (400, True)


def test_an_unknown_visitor_gets_404(get):
    assert error_of(get(f"/visitors/{uuid.UUID(int=7, version=4)}", website=LUMENKIT))[0] == 404


def test_a_visitor_is_unknown_on_the_other_website(get):
    for entry in HEALTHY:
        other = POCKETGARDEN if entry.website is LUMENKIT else LUMENKIT
        assert error_of(get(f"/visitors/{entry.visitor_id}", website=other))[0] == 404


def test_every_documented_id_is_a_uuid_v4_and_occurs_once():
    ids = [entry.visitor_id for entry in DOCUMENTED]
    assert len(set(ids)) == len(ids)
    assert len({entry.name for entry in DOCUMENTED}) == len(DOCUMENTED)
    for visitor_id in ids:
        assert uuid.UUID(visitor_id).version == 4
        assert str(uuid.UUID(visitor_id)) == visitor_id


def test_the_four_of_the_demo_come_first():
    expected = [documented.RETURNING_LEAD, documented.CUSTOMER, documented.LIVE, documented.TEN_THOUSAND]
    assert list(HEADLINES) == expected == list(DOCUMENTED[:4])


@pytest.mark.parametrize("entry", HEALTHY, ids=lambda entry: entry.name)
def test_a_documented_visitor_has_every_documented_field(get, entry):
    data = visitor(get, entry)
    profile = set() if entry is documented.EDITION_2025 else {"profile"}
    assert set(data) == {"visitorId", "identity", "activity", "prediction"} | profile
    identity = {"country", "countryCode", "region", "city", "params", "browser", "os", "device", "viewport"}
    assert set(data["identity"]) - {"adClickIds"} == identity
    goals = "completedCustomGoals" if entry is documented.EDITION_2025 else "completedGoals"
    counts = {"visitCount", "pageViewCount", "timeSinceFirstVisit", "timeSinceCurrentVisit"}
    assert set(data["activity"]) == counts | {"firstVisitAt", "lastVisitAt", "currentUrl", "visitedPages", goals}


@pytest.mark.parametrize("hour", [0, 3, 9, 15, 23])
def test_nothing_of_a_documented_visitor_lies_in_the_future_at_any_hour(http, hour):
    clock = Clock(NOON.replace(hour=hour, minute=0, second=1))
    with Sandbox(clock=clock) as sandbox:
        for entry in HEALTHY:
            headers = {"Authorization": f"Bearer {key_of(entry)}"}
            data = http.get(f"{sandbox.base_url}/visitors/{entry.visitor_id}", headers=headers).json()["data"]
            assert moments(data)
            assert max(moments(data)) <= clock()
            assert data["activity"]["timeSinceCurrentVisit"] >= 0
            if data.get("profile"):
                assert moment(data["profile"]["identifiedAt"]) <= clock()


def key_of(entry):
    return LUMENKIT_KEY if entry.website is LUMENKIT else POCKETGARDEN_KEY


@pytest.mark.parametrize("entry", HEALTHY, ids=lambda entry: entry.name)
def test_counts_and_moments_agree_with_the_list_of_pages(get, entry):
    activity = visitor(get, entry)["activity"]
    pages = sorted(p["timestamp"] for p in activity["visitedPages"] if TIMESTAMP.fullmatch(p["timestamp"] or ""))
    starts = [pages[0]] + [
        later for earlier, later in pairwise(pages) if (moment(later) - moment(earlier)).total_seconds() > 1800
    ]
    assert activity["lastVisitAt"] == starts[-1]
    assert activity["timeSinceCurrentVisit"] == round((NOON - moment(starts[-1])).total_seconds() * 1000)
    if entry is documented.CUT_OFF_LIST:
        return
    assert activity["firstVisitAt"] == starts[0]
    if entry is not documented.HOSTILE:
        assert activity["pageViewCount"] == len(pages)
    if entry not in {documented.COOKIELESS, documented.OLD_EVENTS}:
        assert activity["visitCount"] == len(starts)


def test_the_returning_lead_keeps_reading_pricing_and_is_likely_to_buy(get):
    data = visitor(get, documented.RETURNING_LEAD)
    pricing = [page for page in data["activity"]["visitedPages"] if "/pricing" in page["url"]]
    assert len(pricing) >= 8
    assert data["prediction"]["score"] == 88
    assert data["prediction"]["confidence"] > 0.8
    assert data["identity"]["params"]["utm_source"] == "linkedin"
    assert data["identity"]["adClickIds"]["li_fat_id"]
    assert not [goal for goal in data["activity"]["completedGoals"] if goal["origin"] == "payment_provider"]


def test_the_customer_has_renewals_two_currencies_metadata_amounts_and_a_refund(get):
    data = visitor(get, documented.CUSTOMER)
    goals = data["activity"]["completedGoals"]
    names = [goal["name"] for goal in goals]
    assert names.count("subscription_renewed") == 3
    assert names.count("payment_refunded") == 1
    assert {goal["currency"] for goal in goals if "currency" in goal} == {"USD", "EUR"}
    assert [g["metadata"]["amount"] for g in goals if "amount" in g.get("metadata", {})] == ["49.00", "49.00", "99.00"]
    assert {goal["origin"] for goal in goals} == {"manual", "payment_provider"}
    assert all(re.fullmatch(r"[a-z0-9_:-]{1,64}", name) for name in names)
    assert data["prediction"] is None
    assert data["profile"]["metadata"]["name"] == "Jonas Weber"


def test_the_long_one_has_10000_page_views_in_400_visits_and_500_goals(get):
    activity = visitor(get, documented.TEN_THOUSAND)["activity"]
    assert (activity["visitCount"], activity["pageViewCount"]) == (400, 10_000)
    assert (len(activity["visitedPages"]), len(activity["completedGoals"])) == (10_000, 500)


def test_the_app_user_has_app_screens_and_pays_in_won(get):
    activity = visitor(get, documented.APP_USER)["activity"]
    assert any(page["url"] == "pocketgarden.example/__app/ios/PlantDoctor" for page in activity["visitedPages"])
    assert any(goal.get("currency") == "KRW" and goal["amount"] == 39_000 for goal in activity["completedGoals"])


def test_the_anonymous_one_has_one_page_view_and_no_profile(get):
    data = visitor(get, documented.ONE_PAGE)
    assert data["profile"] is None
    assert (data["activity"]["visitCount"], data["activity"]["pageViewCount"]) == (1, 1)


def test_the_reader_of_months_has_40_visits_a_negative_payment_and_an_unordered_list(get):
    activity = visitor(get, documented.FORTY_VISITS)["activity"]
    timestamps = [page["timestamp"] for page in activity["visitedPages"]]
    assert activity["visitCount"] == 40
    assert timestamps != sorted(timestamps)
    assert timestamps != sorted(timestamps, reverse=True)
    assert any(goal.get("amount") == -15_000 for goal in activity["completedGoals"])


def test_the_cut_off_list_counts_more_than_it_lists(get):
    activity = visitor(get, documented.CUT_OFF_LIST)["activity"]
    assert (activity["visitCount"], activity["pageViewCount"], len(activity["visitedPages"])) == (61, 1_240, 120)
    assert moment(activity["firstVisitAt"]) < min(moment(page["timestamp"]) for page in activity["visitedPages"])


def test_the_2025_edition_has_codes_and_custom_goals_only(get):
    data = visitor(get, documented.EDITION_2025)
    assert (data["identity"]["country"], data["identity"]["region"]) == ("KR", "KR-44")
    assert "adClickIds" not in data["identity"]
    assert "via" not in data["identity"]["params"]
    assert "profile" not in data
    assert {"name", "description", "isServer", "timestamp"} == set(data["activity"]["completedCustomGoals"][0])
    assert {goal["isServer"] for goal in data["activity"]["completedCustomGoals"]} == {True, False}


def test_several_scripts_come_raw_and_percent_encoded(get):
    response = get(f"/visitors/{documented.SCRIPTS.visitor_id}", website=POCKETGARDEN)
    text = response.content.decode()
    for part in ("블로그", "حديقة", "🌱", "%F0%9F%8C%B5", "김서연"):
        assert part in text


def test_predictions_low_in_confidence_and_missing_ones_occur(get):
    assert visitor(get, documented.LOW_CONFIDENCE)["prediction"]["confidence"] < 0.5
    assert visitor(get, documented.NO_PREDICTION)["prediction"] is None


def test_visit_counts_of_zero_and_null_occur(get):
    assert visitor(get, documented.COOKIELESS)["activity"]["visitCount"] == 0
    assert visitor(get, documented.OLD_EVENTS)["activity"]["visitCount"] is None


def test_hostile_text_stands_in_every_kind_of_string(get):
    data = visitor(get, documented.HOSTILE)
    script = "<script>alert(1)</script>"
    strings = [data["identity"]["country"], data["identity"]["browser"]["name"], data["identity"]["params"]["ref"]]
    strings += [data["profile"]["metadata"]["name"], data["activity"]["completedGoals"][0]["name"]]
    assert strings == [script] * 5
    assert data["profile"]["metadata"]["image"].startswith("javascript:")
    assert [page["timestamp"] for page in data["activity"]["visitedPages"]].count(None) == 1
    assert script in [page["timestamp"] for page in data["activity"]["visitedPages"]]


def test_two_sandboxes_with_the_same_clock_tell_the_same(http, clock):
    bodies = []
    for _ in range(2):
        with Sandbox(clock=clock) as sandbox:
            for entry in HEALTHY:
                headers = {"Authorization": f"Bearer {key_of(entry)}"}
                bodies.append(http.get(f"{sandbox.base_url}/visitors/{entry.visitor_id}", headers=headers).content)
    assert bodies[: len(HEALTHY)] == bodies[len(HEALTHY) :]


def test_the_past_holds_still_while_the_clock_goes_on(get, clock):
    before = visitor(get, documented.CUSTOMER)
    clock.forward(minutes=90)
    after = visitor(get, documented.CUSTOMER)
    assert after["activity"].pop("timeSinceFirstVisit") - before["activity"].pop("timeSinceFirstVisit") == 90 * 60_000
    assert (
        after["activity"].pop("timeSinceCurrentVisit") - before["activity"].pop("timeSinceCurrentVisit") == 90 * 60_000
    )
    assert after == before


def test_a_planned_visit_of_today_appears_when_its_time_has_come(get, clock):
    before = visitor(get, documented.RETURNING_LEAD)["activity"]
    clock.forward(hours=6)
    after = visitor(get, documented.RETURNING_LEAD)["activity"]
    assert after["visitCount"] == before["visitCount"] + 1
    assert after["visitedPages"][: len(before["visitedPages"])] == before["visitedPages"]
