"""Properties of the journey of every answer that parses."""

import re
from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise, product
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.journey.strategies import START, visitors
from visitors.datafast.payload import Activity
from visitors.formatting.text import clean_or_none
from visitors.journey import (
    VISIT_GAP,
    Content,
    Filter,
    Form,
    Kind,
    compare_seen,
    csv_rows,
    derive,
    find_ticket_moment,
    fold,
    make_seen,
    observe,
    select,
    summarize,
    summary_text,
)
from visitors.journey.pages import parse_page
from visitors.journey.timestamps import parse_timestamp

ZONES = [ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati"), timezone(timedelta(hours=-23, minutes=-59))]
zones = st.sampled_from(ZONES)
_any = st.datetimes(timezones=zones)
_soon = st.timedeltas(timedelta(days=-3), timedelta(days=30)).map(lambda span: START + span)
any_now = _any | _soon


def dated(journey):
    """All events of all visits, oldest first."""
    return [event for visit in reversed(journey.visits) for event in visit.events]


@given(visitors)
def test_every_event_of_the_payload_is_there_exactly_once(visitor):
    journey = derive(visitor)
    activity = visitor.activity or Activity()
    events = [*dated(journey), *journey.undated]

    views = Counter((parse_page(view.url), parse_timestamp(view.timestamp)) for view in activity.visited_pages or ())
    assert Counter((event.page, event.at) for event in events if event.is_view) == views

    # The same goal in both lists is one; twice in one list is two.
    lists = [
        Counter((goal.name, parse_timestamp(goal.timestamp) or goal.timestamp) for goal in goals or ())
        for goals in (activity.completed_goals, activity.completed_custom_goals)
    ]
    expected = Counter()
    for (name, at), times in (lists[0] | lists[1]).items():
        expected[clean_or_none(name) or "", at if isinstance(at, datetime) else clean_or_none(at)] += times
    goals = [event for event in events if not event.is_view and event.kind is not Kind.IDENTIFIED]
    assert Counter((event.name, event.at or event.raw_at) for event in goals) == expected

    identified = [event for event in events if event.kind is Kind.IDENTIFIED]
    assert len(identified) == (journey.person is not None)
    assert journey.counts.all == len(events)


@given(visitors)
def test_visits_are_newest_first_and_30_minutes_apart(visitor):
    journey = derive(visitor)
    for newer, older in pairwise(journey.visits):
        assert newer.started_at - older.ended_at > VISIT_GAP
        assert newer.gap_before in (newer.started_at - older.ended_at, None)
        assert (newer.gap_before is not None) == newer.gap_known
    if journey.visits:
        assert journey.visits[-1].gap_before is None


@given(visitors)
def test_gaps_in_a_visit_are_short_and_dwell_adds_up(visitor):
    for visit in derive(visitor).visits:
        assert all(timedelta() <= b.at - a.at <= VISIT_GAP for a, b in pairwise(visit.events))
        assert sum((event.dwell for event in visit.events[:-1]), timedelta()) == visit.duration
        assert visit.events[-1].dwell is None


@given(visitors)
def test_numbers_count_down_to_the_first_known_visit(visitor):
    journey = derive(visitor)
    numbers = [visit.number for visit in journey.visits if visit.number is not None]
    assert numbers == list(range(journey.visit_count, journey.visit_count - len(numbers), -1))
    assert all(number >= 1 for number in numbers)


@given(visitors)
def test_totals_are_the_sum_of_the_payments(visitor):
    journey = derive(visitor)
    payments = [event for event in [*dated(journey), *journey.undated] if event.kind is Kind.PAYMENT]
    sums = Counter()
    for event in payments:
        sums[event.currency] += (-1 if event.is_refund else 1) * (event.amount or Decimal())
    totals = journey.totals
    assert {paid.currency: paid.net for paid in totals.paid} == {
        currency: sums[currency] for currency in {event.currency for event in payments if event.amount is not None}
    }
    number = sum(paid.payments + paid.refunds for paid in totals.paid)
    assert number + totals.payments_without_amount + totals.refunds_without_amount == len(payments)


@given(visitors)
def test_no_gap_is_known_where_events_may_be_missing(visitor):
    journey = derive(visitor)
    if journey.missing is None:
        assert all(visit.gap_known for visit in journey.visits)
        return
    for visit in journey.visits:
        if visit.gap_known:
            assert journey.missing.before is not None
            assert visit.started_at - visit.gap_before >= journey.missing.before


@given(visitors, any_now, zones)
def test_every_journey_can_be_summarized_at_any_time(visitor, now, zone):
    journey = derive(visitor)
    assert summarize(journey, now=now, zone=zone).endswith(".")
    assert all(seen.text for seen in observe(journey, now=now, zone=zone))
    assert compare_seen(make_seen(journey, now), journey).words(now) == ""
    for content, form in product(Content, Form):
        write = {"now": now, "as_of": now, "zone": zone, "link": "https://desk.example/"}
        written = summary_text(journey, content=content, form=form, **write)
        # Our own isolates around a name are in pairs; other text has none.
        assert not any(_has_control(_remove_isolates(line)) for line in written.split("\n"))
        assert "https://desk.example/" in written
    assert find_ticket_moment(journey, now, now=now).words


@given(visitors)
def test_csv_has_a_row_per_event_and_no_cell_that_runs(visitor):
    journey = derive(visitor)
    header, *rows = csv_rows(journey)
    assert len(rows) == journey.counts.all
    for row in rows:
        assert len(row) == len(header)
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)
        assert not any(_has_control(cell) for cell in row)


@given(visitors)
def test_folding_loses_no_event(visitor):
    for visit in derive(visitor).visits:
        lines = fold(visit.events)
        assert tuple(event for line in lines for event in line.events) == visit.events


@given(visitors)
def test_a_filter_without_conditions_keeps_everything(visitor):
    journey = derive(visitor)
    selection = select(journey, Filter())
    assert (selection.visits, selection.undated, selection.counts) == (
        journey.visits,
        journey.undated,
        journey.counts,
    )


@given(visitors, st.sets(st.sampled_from(list(Kind)), min_size=1))
def test_complementary_kinds_partition_the_events(visitor, kinds):
    journey = derive(visitor)
    inside = select(journey, Filter(kinds=frozenset(kinds)))
    others = frozenset(Kind) - kinds
    outside = select(journey, Filter(kinds=others)).events if others else 0
    assert inside.events + outside == journey.counts.all
    assert inside.counts == journey.counts


_ISOLATED = re.compile("[\u2066\u2068]([^\u2066\u2068\u2069]*)\u2069")


def _remove_isolates(text):
    found = 1
    while found:
        text, found = _ISOLATED.subn(r"\1", text)
    return text


def _has_control(text):
    return re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text) is not None
