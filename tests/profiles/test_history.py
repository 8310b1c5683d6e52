"""What is stored of answers: the newest one, its version, and a short history of score and counts."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.faulty_upstream import answer
from visitors import profiles
from visitors.models import MetricsPoint, Snapshot, StoredJourney
from visitors.profiles import store
from visitors.sandbox import documented

VISITOR = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
ALWAYS_FETCH = timedelta(0)

pytestmark = pytest.mark.django_db


def answer_with(score=50.0, views=1, visits=1, goals=0, payments=0, **counters):
    """An answer with so many page views, goals and payments."""
    at = "2026-05-01T12:00:0{}.000Z"
    goal = {"name": "signup", "origin": "manual", "timestamp": at.format(1)}
    payment = {"name": "payment", "origin": "payment_provider", "amount": 5, "currency": "USD"}
    return answer(
        200,
        {
            "status": "success",
            "data": {
                "visitorId": str(VISITOR),
                "activity": {
                    "visitCount": visits,
                    "pageViewCount": views,
                    "visitedPages": [{"url": "example.com/", "timestamp": at.format(0)}] * views,
                    "completedGoals": [
                        *[goal | {"name": f"signup_{number}"} for number in range(goals)],
                        *[payment | {"timestamp": at.format(2 + number)} for number in range(payments)],
                    ],
                }
                | counters,
                "prediction": None if score is None else {"score": score},
            },
        },
    )


@pytest.fixture
def fetch(faulty, lumenkit, clock):
    """Fetches an answer, a minute after the previous one."""

    def fetch(behavior):
        clock.shift(60)
        faulty.behaviors = [behavior]
        return profiles.refresh_profile(lumenkit, VISITOR, max_age=ALWAYS_FETCH)

    return fetch


def numbers(website):
    points = MetricsPoint.objects.filter(website=website, visitor_id=VISITOR).order_by("at")
    return list(points.values_list("score", "visits", "page_views", "goals", "payments"))


def test_each_change_is_one_row_oldest_first(fetch, lumenkit):
    fetch(answer_with())
    fetch(answer_with(score=61.5))
    fetch(answer_with(score=61.5, views=2))
    fetch(answer_with(score=61.5, views=2, visits=2, goals=1))
    fetch(answer_with(score=None, views=2, visits=2, goals=1, payments=1))
    assert numbers(lumenkit) == [
        (50.0, 1, 1, 0, 0),
        (61.5, 1, 1, 0, 0),
        (61.5, 1, 2, 0, 0),
        (61.5, 2, 2, 1, 0),
        (None, 2, 2, 1, 1),
    ]
    history = profiles.get_stored_profile(lumenkit, VISITOR).history
    assert [point.score for point in history] == [50.0, 61.5, 61.5, 61.5, None]
    assert [point.at for point in history] == list(MetricsPoint.objects.order_by("at").values_list("at", flat=True))


def test_unchanged_numbers_add_no_row(fetch, lumenkit):
    fetch(answer_with())
    fetch(answer_with(currentUrl="example.com/elsewhere"))
    fetch(answer_with())
    assert len(numbers(lumenkit)) == 1


def test_the_history_of_a_visitor_is_bounded(fetch, lumenkit, monkeypatch):
    monkeypatch.setattr(store, "MAX_METRICS_POINTS", 3)
    for score in range(6):
        fetch(answer_with(score=float(score)))
    assert list(MetricsPoint.objects.order_by("at").values_list("score", flat=True)) == [3.0, 4.0, 5.0]


def test_counters_that_run_with_the_clock_make_no_new_version(fetch, lumenkit):
    first = fetch(answer_with(timeSinceFirstVisit=1000, timeSinceCurrentVisit=10))
    contents = first.contents
    again = fetch(answer_with(timeSinceFirstVisit=61000, timeSinceCurrentVisit=60010))
    assert again.version == first.version
    assert again.fetched_at > first.fetched_at
    assert profiles.get_profile(lumenkit, VISITOR).contents == contents
    assert Snapshot.objects.get().fetched_at == again.fetched_at


def test_the_same_answer_again_changes_one_row_only(fetch, lumenkit, django_assert_num_queries):
    fetch(answer_with())
    snapshot = Snapshot.objects.get()
    parsed = store.parse_visitor(snapshot.answer)
    prepared = store.prepare(store.VisitorAnswer(parsed.visitor, parsed.notes, snapshot.answer, None))
    with django_assert_num_queries(1) as captured:
        store.save_answer(lumenkit.pk, VISITOR, prepared, is_first=False)
    assert captured[0]["sql"].startswith("UPDATE")
    assert "answer_compressed" not in captured[0]["sql"]


def test_the_order_of_listed_page_views_makes_no_new_version(fetch):
    urls = ["example.com/pricing", "example.com/", "example.com/pricing"]
    pages = [{"url": url, "timestamp": f"2026-05-01T12:00:0{at}.000Z"} for at, url in enumerate(urls)]

    def ordered(step):
        return answer(200, {"status": "success", "data": {"activity": {"visitedPages": pages[::step]}}})

    assert fetch(ordered(1)).version == fetch(ordered(-1)).version


def test_a_stored_answer_is_served_while_datafast_fails(sandbox, lumenkit):
    lead = UUID(documented.RETURNING_LEAD.visitor_id)
    first = profiles.get_profile(lumenkit, lead)
    contents, history = first.contents, numbers(lumenkit)
    sandbox.answer_with(str(lead), status=500)
    again = profiles.get_profile(lumenkit, lead)
    assert again == first
    assert again.contents == contents
    assert profiles.load_answer(lumenkit, lead).startswith(b'{"status":"success"')
    assert numbers(lumenkit) == history
    assert sandbox.calls.count(str(lead)) == 1


def test_two_websites_have_separate_histories(fetch, lumenkit, pocketgarden):
    fetch(answer_with())
    assert numbers(pocketgarden) == []


def test_deleted_answers_leave_nothing(fetch, lumenkit):
    profile = fetch(answer_with())
    assert profile.contents
    store.delete_answers(lumenkit.pk, VISITOR)
    assert not Snapshot.objects.exists()
    assert not StoredJourney.objects.exists()
    assert not MetricsPoint.objects.exists()
    assert profiles.get_stored_profile(lumenkit, VISITOR) is None
    assert profiles.get_journey(lumenkit, VISITOR, profile.version) is None
