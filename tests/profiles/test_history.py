"""What outlives the cache: the last known good answer, and a thin history of score and counts."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.cache import cache

from tests.faulty_upstream import answer
from visitors import profiles
from visitors.models import MetricsPoint, Snapshot
from visitors.profiles import store
from visitors.sandbox import documented

VISITOR = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
AT_ONCE = timedelta(0)

pytestmark = pytest.mark.django_db


def said(score=50.0, views=1, visits=1, goals=0, payments=0, **counters):
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
def see(faulty, lumenkit, clock):
    """Fetches an answer, a minute after the one before."""

    def see(behavior):
        clock.shift(60)
        faulty.behaviors = [behavior]
        return profiles.refresh_profile(lumenkit, VISITOR, max_age=AT_ONCE)

    return see


def numbers(website, **limit):
    rows = profiles.get_history(website, VISITOR, **limit)
    return [(row.score, row.visits, row.page_views, row.goals, row.payments) for row in rows]


def test_a_row_for_each_change_oldest_first(see, lumenkit):
    see(said())
    see(said(score=61.5))
    see(said(score=61.5, views=2))
    see(said(score=61.5, views=2, visits=2, goals=1))
    see(said(score=None, views=2, visits=2, goals=1, payments=1))
    assert numbers(lumenkit) == [
        (50.0, 1, 1, 0, 0),
        (61.5, 1, 1, 0, 0),
        (61.5, 1, 2, 0, 0),
        (61.5, 2, 2, 1, 0),
        (None, 2, 2, 1, 1),
    ]
    times = [row.at for row in profiles.get_history(lumenkit, VISITOR)]
    assert times == sorted(times)


def test_no_row_where_no_number_has_changed(see, lumenkit):
    see(said())
    see(said(currentUrl="example.com/elsewhere"))
    see(said())
    assert len(numbers(lumenkit)) == 1


def test_the_newest_rows_within_the_limit(see, lumenkit):
    for score in range(5):
        see(said(score=float(score)))
    assert [row[0] for row in numbers(lumenkit, limit=2)] == [3.0, 4.0]


def test_a_visitors_history_is_bounded(see, lumenkit, monkeypatch):
    monkeypatch.setattr(store, "MAX_METRICS_POINTS", 3)
    for score in range(6):
        see(said(score=float(score)))
    assert list(MetricsPoint.objects.order_by("at").values_list("score", flat=True)) == [3.0, 4.0, 5.0]


def test_the_counters_that_run_with_the_clock_are_no_news(see, lumenkit, django_assert_max_num_queries):
    first = see(said(timeSinceFirstVisit=1000, timeSinceCurrentVisit=10))
    contents = first.contents
    again = see(said(timeSinceFirstVisit=61000, timeSinceCurrentVisit=60010))
    assert again.version == first.version
    assert again.fetched_at > first.fetched_at
    cache.clear()
    assert profiles.get_profile(lumenkit, VISITOR).contents == contents
    assert Snapshot.objects.get().fetched_at == again.fetched_at


def test_an_answer_that_says_the_same_changes_one_row_and_reads_none(see, lumenkit, django_assert_num_queries):
    see(said())
    snapshot = Snapshot.objects.get()
    digest = store.digest(store.VisitorAnswer(*_parsed(snapshot), snapshot.answer, None, 1))
    with django_assert_num_queries(1) as captured:
        store.keep(lumenkit.pk, VISITOR, digest, is_first=False)
    assert captured[0]["sql"].startswith("UPDATE")
    assert "answer_compressed" not in captured[0]["sql"]


def _parsed(snapshot):
    parsed = store.parse_visitor(snapshot.answer)
    return parsed.visitor, parsed.notes


def test_the_order_in_which_an_answer_lists_page_views_is_no_news(see):
    urls = ["example.com/pricing", "example.com/", "example.com/pricing"]
    pages = [{"url": url, "timestamp": f"2026-05-01T12:00:0{at}.000Z"} for at, url in enumerate(urls)]

    def ordered(step):
        return answer(200, {"status": "success", "data": {"activity": {"visitedPages": pages[::step]}}})

    assert see(ordered(1)).version == see(ordered(-1)).version


def test_what_is_kept_survives_a_flushed_cache_and_a_restart(sandbox, lumenkit):
    lead = UUID(documented.RETURNING_LEAD.visitor_id)
    first = profiles.get_profile(lumenkit, lead)
    told, history = first.contents, numbers(lumenkit)
    cache.clear()
    sandbox.answer_with(str(lead), status=500)
    again = profiles.get_profile(lumenkit, lead)
    assert again == first
    assert again.contents == told
    assert again.answer == first.answer
    assert numbers(lumenkit) == history
    assert sandbox.calls.count(str(lead)) == 1


@pytest.mark.parametrize(
    "entry", [entry for entry in documented.DOCUMENTED if entry.failure is None and entry.name != "bot"],
    ids=lambda entry: entry.name,
)  # fmt: skip
def test_every_documented_visitor_comes_back_from_the_cache_as_from_the_database(
    sandbox, lumenkit, pocketgarden, entry
):
    website = {site.datafast_id: site for site in (lumenkit, pocketgarden)}[entry.website.website_id]
    profile = profiles.get_profile(website, UUID(entry.visitor_id))
    from_cache = profile.contents
    cache.clear()
    assert profiles.get_profile(website, UUID(entry.visitor_id)).contents == from_cache


def test_two_websites_have_histories_of_their_own(see, lumenkit, pocketgarden):
    see(said())
    assert profiles.get_history(pocketgarden, VISITOR) == []


def test_forgetting_leaves_nothing(see, lumenkit):
    profile = see(said())
    assert profile.contents
    store.retract(lumenkit.pk, VISITOR, store.forget(lumenkit.pk, VISITOR))
    assert not Snapshot.objects.exists()
    assert not MetricsPoint.objects.exists()
    assert store.latest(lumenkit.pk, VISITOR) is None
    assert store.contents(lumenkit.pk, VISITOR, profile.version) is None
