"""Erasing what is stored of a visitor: nothing stays, and nothing comes back by itself."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.db import transaction

from tests.profiles.test_single_flight import running_call, until
from visitors import profiles
from visitors.datafast.errors import VisitorNotFound
from visitors.lookup import last_seen
from visitors.models import FetchLease, LastSeen, MetricsPoint, Snapshot, StoredJourney
from visitors.profiles import fetching, store
from visitors.sandbox import documented

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
OTHER = UUID(documented.CUSTOMER.visitor_id)

pytestmark = pytest.mark.django_db(transaction=True)


def erase(website, visitor=LEAD):
    with transaction.atomic():
        return profiles.erase_profile(website.pk, visitor)


def rows(visitor=LEAD):
    """How many snapshots, journeys, points of history and leases there are."""
    by_id = [model.objects.filter(visitor_id=visitor).count() for model in (Snapshot, MetricsPoint, FetchLease)]
    return [*by_id, StoredJourney.objects.filter(snapshot__visitor_id=visitor).count()]


def test_everything_of_one_visitor_is_erased(sandbox, lumenkit, pocketgarden):
    profile = profiles.get_profile(lumenkit, LEAD)
    profiles.get_profile(lumenkit, OTHER)
    app_user = UUID(documented.APP_USER.visitor_id)
    profiles.get_profile(pocketgarden, app_user)
    assert erase(lumenkit) == profiles.StoredData(profile.fetched_at, 1)
    assert rows() == [0, 0, 0, 0]
    assert rows(OTHER) == rows(app_user) == [1, 1, 1, 1]
    assert StoredJourney.objects.count() == 2
    assert profiles.get_stored_profile(lumenkit, LEAD) is None
    assert profiles.get_journey(lumenkit, LEAD, profile.version) is None


def test_the_next_lookup_calls_datafast(sandbox, lumenkit, clock):
    profiles.get_profile(lumenkit, LEAD)
    erase(lumenkit)
    assert profiles.get_profile(lumenkit, LEAD).contents.journey.visits
    assert sandbox.calls.count(str(LEAD)) == 2


def test_the_answer_that_there_is_no_visitor_is_erased(sandbox, lumenkit):
    missing = UUID("00000000-0000-4000-8000-000000000404")
    for calls in (1, 2):
        with pytest.raises(VisitorNotFound):
            profiles.get_profile(lumenkit, missing)
        assert sandbox.calls.count(str(missing)) == calls
        erase(lumenkit, missing)


def test_erasure_with_others_is_all_or_nothing(sandbox, lumenkit):
    profiles.get_profile(lumenkit, LEAD)
    before = rows()
    with transaction.atomic():
        profiles.erase_profile(lumenkit.pk, LEAD)
        transaction.set_rollback(True)
    assert rows() == before


# --- Against readers and calls at the same moment ---


def test_the_answer_of_a_call_under_way_is_not_stored(sandbox, answers_wait, lumenkit, together):
    def erase_meanwhile():
        until(lambda: sandbox.calls.count(str(LEAD)) == 1)
        erase(lumenkit)
        answers_wait.set()

    reader, _ = together(partial(profiles.get_profile, lumenkit, LEAD), erase_meanwhile)
    assert isinstance(reader, profiles.VisitorErased)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert rows() == [0, 0, 0, 0]


def test_a_reader_who_waits_for_a_call_makes_none(sandbox, lumenkit, together, is_waiting):
    running_call(lumenkit, seconds=60)
    reader, _ = together(partial(profiles.get_profile, lumenkit, LEAD), lambda: is_waiting.wait(10) and erase(lumenkit))
    assert isinstance(reader, profiles.VisitorErased)
    assert len(sandbox.calls) == 0
    assert rows() == [0, 0, 0, 0]


def test_the_answer_of_a_refresh_under_way_is_not_stored(sandbox, answers_wait, lumenkit, together, clock):
    sandbox.set_latency(0)
    profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    sandbox.set_latency(60)

    def erase_meanwhile():
        until(lambda: sandbox.calls.count(str(LEAD)) == 2)
        erase(lumenkit)
        answers_wait.set()

    reader, _ = together(partial(profiles.refresh_profile, lumenkit, LEAD), erase_meanwhile)
    assert isinstance(reader, profiles.VisitorErased)
    assert rows() == [0, 0, 0, 0]


def test_a_reader_who_is_late_brings_no_visitor_back(sandbox, lumenkit, monkeypatch):
    fetch = fetching.fetch

    def fetch_and_erase(*args, **kwargs):
        fetch(*args, **kwargs)
        erase(lumenkit)

    monkeypatch.setattr(fetching, "fetch", fetch_and_erase)
    with pytest.raises(profiles.VisitorErased):
        profiles.get_profile(lumenkit, LEAD)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert rows() == [0, 0, 0, 0]


def test_a_journey_derived_during_erasure_is_not_stored(sandbox, lumenkit, monkeypatch):
    profiles.get_profile(lumenkit, LEAD)
    StoredJourney.objects.all().delete()
    derive = store._derive

    def erase_meanwhile(*answer):
        erase(lumenkit)
        return derive(*answer)

    monkeypatch.setattr(store, "_derive", erase_meanwhile)
    assert profiles.get_stored_profile(lumenkit, LEAD) is not None
    assert rows() == [0, 0, 0, 0]


def test_an_erased_visitor_is_not_marked_as_seen(sandbox, lumenkit, member):
    journey = profiles.get_profile(lumenkit, LEAD).contents.journey
    for note, about in ((last_seen.create_unseen, "Mina Park"), (last_seen.mark_seen, journey)):
        note(member, lumenkit, LEAD, about)
        assert LastSeen.objects.count() == 1
        LastSeen.objects.all().delete()
    erase(lumenkit)
    for note, about in ((last_seen.create_unseen, "Mina Park"), (last_seen.mark_seen, journey)):
        note(member, lumenkit, LEAD, about)
    assert not LastSeen.objects.exists()


def test_a_reader_in_another_process_gets_no_answer(sandbox, answers_wait, lumenkit, workers):
    (worker,) = workers(1)
    worker.begin(lumenkit, [LEAD])
    until(lambda: sandbox.calls.count(str(LEAD)) == 1)
    erase(lumenkit)
    answers_wait.set()
    assert [error for _, error, _ in worker.results()] == ["VisitorErased"]
    assert rows() == [0, 0, 0, 0]


@pytest.mark.parametrize("purpose", list(profiles.Purpose))
def test_what_refreshes_itself_brings_no_visitor_back(sandbox, lumenkit, purpose):
    profiles.get_profile(lumenkit, LEAD)
    erase(lumenkit)
    with pytest.raises(profiles.VisitorErased):
        profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0), purpose=purpose, is_automatic=True)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert rows() == [0, 0, 0, 0]


def test_erasure_between_reading_and_fetching_is_noticed(sandbox, lumenkit, clock, monkeypatch):
    profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    fetch = fetching.fetch

    def late(*args, **kwargs):
        erase(lumenkit)
        return fetch(*args, **kwargs)

    monkeypatch.setattr(fetching, "fetch", late)
    for purpose in (profiles.Purpose.LOOKUP, profiles.Purpose.LIVE):
        with pytest.raises(profiles.VisitorErased):
            profiles.refresh_profile(lumenkit, LEAD, purpose=purpose)
        assert rows() == [0, 0, 0, 0]
        monkeypatch.setattr(fetching, "fetch", fetch)
        profiles.get_profile(lumenkit, LEAD)
        clock.shift(3600)
        monkeypatch.setattr(fetching, "fetch", late)
