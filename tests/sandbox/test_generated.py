"""The generated crowd and the population as a whole."""

from collections import Counter

from tests.sandbox.conftest import NOON
from visitors.sandbox.attributes import EASTERN, WESTERN
from visitors.sandbox.clock import DAY, HOUR, milliseconds, start_of_day
from visitors.sandbox.generated import PER_WEBSITE, generated_visitors
from visitors.sandbox.visitor import VISIT_GAP

TODAY = start_of_day(milliseconds(NOON))


def test_the_crowd_has_the_same_ids_on_every_day():
    ids = [visitor.visitor_id for visitor in generated_visitors(TODAY)]
    assert ids == [visitor.visitor_id for visitor in generated_visitors(TODAY + 40 * DAY)]
    assert len(set(ids)) == 2 * PER_WEBSITE


def test_the_crowds_stories_move_with_the_day_and_are_otherwise_the_same():
    for earlier, later in zip(generated_visitors(TODAY), generated_visitors(TODAY + DAY), strict=True):
        assert [page.at + DAY for page in earlier.pages] == [page.at for page in later.pages]
        assert [page.body for page in earlier.pages] == [page.body for page in later.pages]


def test_everybody_was_there_before_today_and_nothing_is_planned_beyond_tomorrow():
    for visitor in generated_visitors(TODAY):
        assert visitor.pages[0].at < TODAY
        assert visitor.pages[-1].at < TODAY + DAY + 4 * HOUR
        assert list(visitor.pages) == sorted(visitor.pages, key=lambda page: page.at)


def test_reading_one_page_never_ends_a_visit():
    gaps = [
        b.at - a.at
        for visitor in generated_visitors(TODAY)
        for a, b in zip(visitor.pages, visitor.pages[1:], strict=False)
    ]
    assert not [gap for gap in gaps if 20 * 60_000 < gap <= VISIT_GAP]


def test_people_sleep_at_night():
    offsets = {place: place.utc_offset for place in (*WESTERN, *EASTERN)}
    hours = Counter(
        (page.at // HOUR + offsets[visitor.place]) % 24
        for visitor in generated_visitors(TODAY)
        for page in visitor.pages
    )
    assert sum(hours[hour] for hour in range(1, 6)) < 0.05 * sum(hours.values())


def test_the_crowd_is_mixed():
    everybody = generated_visitors(TODAY)
    assert len({visitor.place.country for visitor in everybody}) > 15
    assert {visitor.machine.type for visitor in everybody} == {"desktop", "mobile", "tablet"}
    assert sum(visitor.profile is not None for visitor in everybody) > 40
    assert sum(any(goal.body["name"] == "payment" for goal in visitor.goals) for visitor in everybody) > 10
    assert sum(len(visitor.pages) == 1 for visitor in everybody) > 30
    assert any(visitor.source.click_ids for visitor in everybody)
    assert any(visitor.shuffled and len(visitor.pages) > 5 for visitor in everybody)


def test_predictions_are_within_their_ranges_and_missing_for_customers():
    for visitor in generated_visitors(TODAY):
        bought = any(goal.body["name"] == "payment" for goal in visitor.goals)
        if visitor.prediction is None:
            continue
        assert not bought
        assert 0 <= visitor.prediction.score <= 100
        assert 0 <= visitor.prediction.conversion_rate <= 1
        assert 0 <= visitor.prediction.confidence <= 1
