"""Forgetting what is kept of a visitor: nothing stays, and nothing comes back by itself."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Event
from uuid import UUID

import pytest
from django.core.cache import cache

from tests.profiles.test_single_flight import in_the_air, until
from visitors import profiles
from visitors.datafast.errors import VisitorNotFound
from visitors.lookup import last_seen
from visitors.models import FetchLease, LastSeen, MetricsPoint, Snapshot
from visitors.profiles import entries, fetching, keys, lease, store
from visitors.sandbox import documented

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
OTHER = UUID(documented.CUSTOMER.visitor_id)

pytestmark = pytest.mark.django_db(transaction=True)


def remove(website, visitor=LEAD):
    with profiles.removing(website.pk, visitor) as removal:
        pass
    return removal


def in_the_cache(website, version, visitor=LEAD):
    """Whether what this version says stands there."""
    return cache.get(keys.contents(website.pk, visitor, version)) is not None


def rows(visitor=LEAD):
    return [model.objects.filter(visitor_id=visitor).count() for model in (Snapshot, MetricsPoint, FetchLease)]


def test_nothing_of_a_visitor_stays_and_everything_of_others_does(sandbox, lumenkit, pocketgarden):
    profile = profiles.get_profile(lumenkit, LEAD)
    other = profiles.get_profile(lumenkit, OTHER)
    elsewhere = profiles.get_profile(pocketgarden, UUID(documented.APP_USER.visitor_id))
    assert in_the_cache(lumenkit, profile.version)
    removal = remove(lumenkit)
    assert (removal.holdings.sightings, removal.is_cache_clear) == (1, True)
    assert removal.holdings.answered_at == profile.fetched_at
    assert rows() == [0, 0, 0]
    assert not in_the_cache(lumenkit, profile.version)
    assert rows(OTHER) == [1, 1, 1]
    assert in_the_cache(lumenkit, other.version, OTHER)
    assert in_the_cache(pocketgarden, elsewhere.version, UUID(documented.APP_USER.visitor_id))
    with pytest.raises(profiles.Superseded):
        _ = profiles.Profile(lumenkit.pk, LEAD, profile.version, profile.fetched_at).contents


def test_the_entries_of_other_releases_go_as_well(lumenkit, monkeypatch):
    monkeypatch.setattr(keys, "form", lambda: "another")
    key = keys.contents(lumenkit.pk, LEAD, "1")
    cache.set(key, b"x")
    monkeypatch.undo()
    remove(lumenkit)
    assert cache.get(key) is None


def test_the_next_look_up_asks_datafast_anew(sandbox, lumenkit, clock):
    profiles.get_profile(lumenkit, LEAD)
    remove(lumenkit)
    assert profiles.get_profile(lumenkit, LEAD).contents.journey.visits
    assert sandbox.calls.count(str(LEAD)) == 2


def test_that_there_is_no_journey_is_forgotten_too(sandbox, lumenkit):
    missing = UUID("00000000-0000-4000-8000-000000000404")
    for calls in (1, 2):
        with pytest.raises(VisitorNotFound):
            profiles.get_profile(lumenkit, missing)
        assert sandbox.calls.count(str(missing)) == calls
        remove(lumenkit, missing)


# --- Against those who are at it at the same moment ---


def test_a_call_that_is_in_the_air_lands_nowhere(sandbox, lumenkit, together, monkeypatch):
    written = []
    monkeypatch.setattr(entries, "write", lambda *entry: written.append(entry))
    sandbox.set_latency(0.6)

    def forget_meanwhile():
        until(lambda: sandbox.calls.count(str(LEAD)) == 1)
        remove(lumenkit)

    reader, _ = together(partial(profiles.get_profile, lumenkit, LEAD), forget_meanwhile)
    assert isinstance(reader, profiles.VisitorErased)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert rows() == [0, 0, 0]
    assert written == []


def test_who_waits_for_a_call_of_somebody_else_does_not_make_it_anew(sandbox, lumenkit, together, monkeypatch):
    in_the_air(lumenkit, seconds=60)
    is_waiting = Event()
    wait = lease.Follower.wait

    def noticed(follower, deadline):
        is_waiting.set()
        wait(follower, deadline)

    monkeypatch.setattr(lease.Follower, "wait", noticed)
    reader, _ = together(
        partial(profiles.get_profile, lumenkit, LEAD), lambda: is_waiting.wait(10) and remove(lumenkit)
    )
    assert isinstance(reader, profiles.VisitorErased)
    assert len(sandbox.calls) == 0
    assert rows() == [0, 0, 0]


def test_a_refresh_that_is_in_the_air_lands_nowhere(sandbox, lumenkit, together, clock):
    profile = profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    sandbox.set_latency(0.6)

    def forget_meanwhile():
        until(lambda: sandbox.calls.count(str(LEAD)) == 2)
        remove(lumenkit)

    reader, _ = together(partial(profiles.refresh_profile, lumenkit, LEAD), forget_meanwhile)
    assert isinstance(reader, profiles.VisitorErased)
    assert rows() == [0, 0, 0]
    assert not in_the_cache(lumenkit, profile.version)


def test_who_was_about_to_read_what_is_forgotten_brings_nobody_back(sandbox, lumenkit):
    profile = profiles.get_profile(lumenkit, LEAD)
    remove(lumenkit)
    with pytest.raises(profiles.VisitorErased):
        profiles.load_contents(lumenkit, replace(profile, at_hand=None))
    assert sandbox.calls.count(str(LEAD)) == 1
    assert rows() == [0, 0, 0]


def test_nobody_has_looked_at_who_was_forgotten_meanwhile(sandbox, lumenkit, member):
    journey = profiles.get_profile(lumenkit, LEAD).contents.journey
    for note in (last_seen.create_unseen, last_seen.mark_seen):
        note(member, lumenkit, LEAD, journey)
        assert LastSeen.objects.count() == 1
        LastSeen.objects.all().delete()
    remove(lumenkit)
    for note in (last_seen.create_unseen, last_seen.mark_seen):
        note(member, lumenkit, LEAD, journey)
    assert not LastSeen.objects.exists()


def test_a_reader_in_another_process_gets_no_answer_of_a_visitor_who_was_forgotten(sandbox, lumenkit, workers):
    sandbox.set_latency(1)
    (worker,) = workers(1)
    worker.begin(lumenkit, [LEAD])
    until(lambda: sandbox.calls.count(str(LEAD)) == 1)
    remove(lumenkit)
    assert [error for _, error, _ in worker.results()] == ["VisitorErased"]
    assert rows() == [0, 0, 0]


def test_a_page_that_follows_by_itself_brings_nobody_back(sandbox, lumenkit):
    profiles.get_profile(lumenkit, LEAD)
    remove(lumenkit)
    with pytest.raises(profiles.VisitorErased):
        profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(seconds=10), purpose=profiles.Purpose.LIVE)
    assert sandbox.calls.count(str(LEAD)) == 1
    assert rows() == [0, 0, 0]


def test_who_has_read_before_writes_nothing_into_the_cache_afterwards(sandbox, lumenkit):
    profile = profiles.get_profile(lumenkit, LEAD)
    remove(lumenkit)
    store._remember(lumenkit.pk, LEAD, profile.version, b"read before")
    assert not in_the_cache(lumenkit, profile.version)


def test_the_word_that_a_visitor_is_forgotten_does_not_name_them_and_ends(lumenkit, clock):
    assert str(LEAD) not in keys.forgotten(lumenkit.pk, LEAD)
    remove(lumenkit)
    key = keys.contents(lumenkit.pk, LEAD, "1")
    assert not entries.write(lumenkit.pk, LEAD, key, b"x", 60)
    cache.delete(keys.forgotten(lumenkit.pk, LEAD))  # as when its time is over
    assert entries.write(lumenkit.pk, LEAD, key, b"x", 60)


def test_what_goes_besides_goes_together_or_not_at_all(sandbox, lumenkit):
    profiles.get_profile(lumenkit, LEAD)
    before = rows()
    with pytest.raises(ZeroDivisionError), profiles.removing(lumenkit.pk, LEAD):
        raise ZeroDivisionError
    assert rows() == before


def test_a_cache_that_fails_is_said(sandbox, lumenkit, cache_that_clears_nothing):
    profiles.get_profile(lumenkit, LEAD)
    assert not remove(lumenkit).is_cache_clear
    assert rows() == [0, 0, 0]


def test_who_was_forgotten_between_two_questions_is_not_brought_back(sandbox, lumenkit, clock, monkeypatch):
    profiles.get_profile(lumenkit, LEAD)
    clock.shift(3600)
    fetch = fetching.fetch

    def late(*args, **kwargs):
        remove(lumenkit)
        return fetch(*args, **kwargs)

    monkeypatch.setattr(fetching, "fetch", late)
    for purpose in (profiles.Purpose.LOOKUP, profiles.Purpose.LIVE):
        with pytest.raises(profiles.VisitorErased):
            profiles.refresh_profile(lumenkit, LEAD, purpose=purpose)
        assert rows() == [0, 0, 0]
        monkeypatch.setattr(fetching, "fetch", fetch)
        profiles.get_profile(lumenkit, LEAD)
        clock.shift(3600)
        monkeypatch.setattr(fetching, "fetch", late)
