"""Journeys are stored when an answer comes, and read back as they were derived."""

import sqlite3
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faulty_upstream import answer
from tests.journey.strategies import visitors
from visitors import profiles
from visitors.datafast.lenient import Note
from visitors.datafast.payload import Activity, Identity, VisitedPage, Visitor
from visitors.journey import csv_rows, derive
from visitors.models import Snapshot, StoredJourney
from visitors.profiles import store, stored_form
from visitors.profiles.stored_form import Contents, decode_contents, encode_contents
from visitors.sandbox import documented

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
VISITOR = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")


def stored(visitor):
    """The contents of an answer as they are derived, and as they come back from the store."""
    derived = Contents(
        Identity(city="Seoul", params={"b": "1", "a": None}), derive(visitor), (Note("identity", "expected text"),)
    )
    return derived, decode_contents(encode_contents(derived)[0])


@given(visitors)
def test_a_journey_is_read_back_equal(visitor):
    derived, loaded = stored(visitor)
    assert loaded == derived
    assert derived == loaded
    assert stored(visitor)[1] == loaded
    assert [*csv_rows(loaded.journey)] == [*csv_rows(derived.journey)]


@given(visitors, st.integers(1, 7), st.integers(1, 3), st.data())
@settings(deadline=None)
def test_any_slice_of_a_sequence_is_that_of_a_tuple(visitor, events, pages, data):
    original = stored_form.EVENTS_PER_CHUNK, stored_form.PAGES_PER_CHUNK
    stored_form.EVENTS_PER_CHUNK, stored_form.PAGES_PER_CHUNK = events, 2 * pages
    try:
        derived, loaded = (contents.journey for contents in stored(visitor))
        pairs = [(getattr(derived, name), getattr(loaded, name)) for name in ("visits", "milestones", "undated")]
        pairs += [(one.events, other.events) for one, other in zip(derived.visits, loaded.visits, strict=True)]
        for expected, found in pairs:
            part = data.draw(st.slices(len(expected)))
            assert found[part] == expected[part]
            assert [*reversed(found)] == [*reversed(expected)]
            assert len(found) == len(expected)
            with pytest.raises(IndexError):
                found[len(expected)]
    finally:
        stored_form.EVENTS_PER_CHUNK, stored_form.PAGES_PER_CHUNK = original


def test_only_the_chunks_that_are_read_are_decoded(monkeypatch):
    views = tuple(
        VisitedPage(url="example.com/", timestamp=f"2026-05-{1 + day:02}T12:{minute:02}:{second:02}Z")
        for day in range(10)
        for minute in range(10)
        for second in range(60)
    )
    loaded = stored(Visitor(activity=Activity(visited_pages=views)))[1].journey
    decoded = []
    chunk = stored_form._Log._chunk
    monkeypatch.setattr(
        stored_form._Log, "_chunk", lambda log, number: decoded.append((len(log.chunks), number)) or chunk(log, number)
    )
    assert len(loaded.visits[0].events) == 600
    assert {events for events, _ in decoded} == {1}  # the entry pages' only chunk
    decoded.clear()
    assert len(loaded.visits[9].events[-100:]) == 100
    assert [number for chunks, number in decoded if chunks == 60] == [5]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "entry", [entry for entry in documented.DOCUMENTED if entry.failure is None and entry.name != "bot"],
    ids=lambda entry: entry.name,
)  # fmt: skip
def test_documented_visitors_are_read_back_equal(sandbox, lumenkit, pocketgarden, entry):
    website = {site.datafast_id: site for site in (lumenkit, pocketgarden)}[entry.website.website_id]
    fetched = profiles.get_profile(website, UUID(entry.visitor_id))
    loaded = profiles.get_profile(website, UUID(entry.visitor_id))
    assert loaded == fetched
    assert loaded.contents == fetched.contents


@pytest.mark.django_db
def test_a_stored_journey_and_its_scores_cost_one_query(sandbox, lumenkit, django_assert_num_queries):
    fetched = profiles.get_profile(lumenkit, LEAD)
    with django_assert_num_queries(1):
        found = profiles.get_profile(lumenkit, LEAD)
        assert found.contents.journey.visits[0].events[:]
        assert [point.score for point in found.history] == [found.contents.journey.prediction.score]
    assert found == fetched


@pytest.mark.django_db
def test_an_answer_without_a_stored_journey_is_derived_once(sandbox, lumenkit, django_assert_num_queries):
    """As after an upgrade from a release that stored answers only."""
    expected = profiles.get_profile(lumenkit, LEAD).contents
    StoredJourney.objects.all().delete()
    assert profiles.get_profile(lumenkit, LEAD).contents == expected
    assert StoredJourney.objects.count() == 1
    with django_assert_num_queries(1):
        assert profiles.get_profile(lumenkit, LEAD).contents == expected


@pytest.mark.django_db
def test_a_journey_of_another_release_is_derived_again(sandbox, lumenkit):
    expected = profiles.get_profile(lumenkit, LEAD).contents
    StoredJourney.objects.update(code_fingerprint="another", content=b"in a form that this release can't read")
    assert profiles.get_profile(lumenkit, LEAD).contents == expected
    assert StoredJourney.objects.get().code_fingerprint == stored_form.code_fingerprint()


@pytest.mark.django_db
def test_a_journey_is_readable_when_it_cannot_be_stored(sandbox, lumenkit, monkeypatch):
    expected = profiles.get_profile(lumenkit, LEAD).contents
    StoredJourney.objects.all().delete()

    def refuse(*_):
        raise DatabaseError("attempt to write a readonly database") from sqlite3.OperationalError()

    monkeypatch.setattr(store, "_save_journey", refuse)
    assert profiles.get_profile(lumenkit, LEAD).contents == expected


@pytest.mark.django_db
def test_a_version_of_another_release_is_derived_again_while_it_is_the_newest(sandbox, lumenkit):
    version = profiles.get_profile(lumenkit, LEAD).version
    StoredJourney.objects.update(code_fingerprint="another", content=b"in a form that this release can't read")
    assert profiles.get_journey(lumenkit, LEAD, version).visits
    StoredJourney.objects.update(code_fingerprint="another")
    Snapshot.objects.update(version="newer")
    assert profiles.get_journey(lumenkit, LEAD, version) is None
    assert profiles.get_profile(lumenkit, LEAD).version == "newer"


@pytest.mark.django_db
def test_the_newest_three_versions_are_kept(faulty, lumenkit, clock):
    versions = []
    for score in (1, 2, 3, 4, 1):
        faulty.behaviors = [
            answer(200, {"status": "success", "data": {"visitorId": str(VISITOR), "prediction": {"score": score}}})
        ]
        versions.append(profiles.refresh_profile(lumenkit, VISITOR, max_age=timedelta(0)).version)
        clock.shift(60)
    assert [
        journey and journey.prediction.score
        for journey in (profiles.get_journey(lumenkit, VISITOR, version) for version in versions)
    ] == [1, None, 3, 4, 1]
    assert StoredJourney.objects.count() == store.MAX_VERSIONS
