"""Whatever is wrong with the cache, the reader gets the journey; the log gets a line."""

import logging
import pickle
import socket
import sqlite3
import time
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from uuid import UUID

import msgspec
import pytest
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache

from dashboard.caches import EmbeddedCache
from tests.faulty_upstream import refused_url
from visitors import cached, profiles
from visitors.models import Snapshot, load_visitor_context
from visitors.profiles import keys
from visitors.sandbox import documented

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(caplog, monkeypatch):
    """The warnings of the cache."""
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    return lambda: [record.getMessage() for record in caplog.records if record.name == "visitors.cached"]


@contextmanager
def silent_server():
    """The address of a server that accepts and then says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def redis_at(url):
    options = {"serializer": "dashboard.caches.MsgpackSerializer", "socket_timeout": 0.3, "socket_connect_timeout": 0.3}
    return RedisCache(url, {"OPTIONS": options})


class Trouble:
    """A cache of which each call does the same."""

    def __init__(self, trouble):
        self.trouble = trouble
        self.calls = 0

    def __getattr__(self, name):
        def call(*args):
            self.calls += 1
            return self.trouble()

        return call


def use(monkeypatch, instead):
    monkeypatch.setattr(cached, "cache", instead)


def journey_is_there(sandbox, website, calls=1):
    """Look twice, read the journey, and count the calls."""
    first = profiles.get_profile(website, LEAD)
    again = profiles.get_profile(website, LEAD)
    assert first.contents.journey.visits
    assert again == first
    assert again.answer.startswith(b'{"status":"success"')
    assert sandbox.calls.count(str(LEAD)) == calls


def test_redis_that_is_down(sandbox, lumenkit, monkeypatch, log):
    use(monkeypatch, redis_at(refused_url().replace("http", "redis").replace("/api/v1", "/0")))
    journey_is_there(sandbox, lumenkit)
    assert log() == ["The cache failed and is passed over: ConnectionError"]


def test_redis_that_does_not_answer_costs_one_time_out(sandbox, lumenkit, monkeypatch, log):
    with silent_server() as url:
        use(monkeypatch, redis_at(url))
        started = time.monotonic()
        journey_is_there(sandbox, lumenkit)
        assert time.monotonic() - started < 1
    assert log() == ["The cache failed and is passed over: TimeoutError"]


def test_an_embedded_cache_that_another_process_locks(sandbox, lumenkit, monkeypatch, log, tmp_path):
    embedded = EmbeddedCache(tmp_path / "cache.sqlite3", {})
    embedded.get("key")
    use(monkeypatch, embedded)
    other = sqlite3.connect(tmp_path / "cache.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    journey_is_there(sandbox, lumenkit)
    assert time.monotonic() - started < 2
    other.close()
    embedded.disconnect()
    assert log() == ["The cache failed and is passed over: OperationalError"]


def test_a_full_disk(sandbox, lumenkit, monkeypatch, log, tmp_path):
    embedded = EmbeddedCache(tmp_path / "cache.sqlite3", {})
    embedded._execute("PRAGMA max_page_count = 1")
    use(monkeypatch, embedded)
    journey_is_there(sandbox, lumenkit)
    embedded.disconnect()
    assert log()[0] == "The cache failed and is passed over: OperationalError"


def test_a_file_that_may_not_be_written(sandbox, lumenkit, monkeypatch, log, tmp_path):
    (tmp_path / "cache.sqlite3").mkdir()
    use(monkeypatch, EmbeddedCache(tmp_path / "cache.sqlite3", {}))
    journey_is_there(sandbox, lumenkit)
    assert log() == ["The cache failed and is passed over: OperationalError"]


def test_a_file_that_is_no_database(sandbox, lumenkit, monkeypatch, log, tmp_path):
    (tmp_path / "cache.sqlite3").write_bytes(b"anything but a database " * 500)
    embedded = EmbeddedCache(tmp_path / "cache.sqlite3", {})
    use(monkeypatch, embedded)
    journey_is_there(sandbox, lumenkit)
    assert log() == ["The cache failed and is passed over: DatabaseError"]
    cached.resume()
    journey_is_there(sandbox, lumenkit)
    assert embedded.get(keys.contents(lumenkit.pk, LEAD, profiles.get_profile(lumenkit, LEAD).version))
    embedded.disconnect()


def test_a_failing_cache_is_asked_again_after_a_moment(monkeypatch):
    def fail():
        raise ConnectionError

    trouble = Trouble(fail)
    use(monkeypatch, trouble)
    monkeypatch.setattr(cached, "PAUSE_SECONDS", 0.1)
    for _ in range(5):
        assert cached.read("key") is None
    assert trouble.calls == 1
    time.sleep(0.15)
    cached.read("key")
    assert trouble.calls == 2


@pytest.mark.parametrize("found", ["text", 7, None, {"a": 1}, ["a"], True])
def test_what_is_not_bytes_was_not_written_by_us(monkeypatch, found):
    use(monkeypatch, Trouble(lambda: found))
    assert cached.read("key") is None


EXPLOSIONS = []


def explode():
    EXPLOSIONS.append("a pickle was loaded")


class Bomb:
    """Goes off when it is unpickled."""

    def __reduce__(self):
        return (explode, ())


def test_the_bomb_would_go_off():
    pickle.loads(pickle.dumps(Bomb()))
    assert EXPLOSIONS.pop()


GARBAGE = {
    "nothing": b"",
    "noise": b"\xff\x00\x93garbage",
    "a pickle": pickle.dumps(Bomb()),
    "another shape": msgspec.msgpack.encode(["1", 2, {"three": 3}]),
    "a nested thing": b"\x91" * 100_000 + b"\x90",
    "half a value": msgspec.msgpack.encode(["version", "2026"])[:-2],
}


def plant(name, content):
    """Write as a stranger does: past the serializer, straight into the cache's storage."""
    full = cache.make_key(name)
    if hasattr(cache, "_execute"):
        cache._execute("UPDATE entry SET value = ? WHERE key = ?", (content, full))
    else:
        cache._cache.get_client(full, write=True).set(full, content)


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE.keys())
@pytest.mark.parametrize("wrapped", [True, False], ids=["as a value", "as the stored bytes"])
def test_entries_that_others_wrote_are_neither_believed_nor_run(sandbox, lumenkit, content, wrapped):
    first = profiles.get_profile(lumenkit, LEAD)
    version = first.version
    name = keys.contents(lumenkit.pk, LEAD, version)
    assert cache.get(name)
    plant(name, msgspec.msgpack.encode(content) if wrapped else content)
    cached.resume()
    journey_is_there(sandbox, lumenkit)
    assert not EXPLOSIONS


def test_entries_of_another_release_are_not_even_looked_at(lumenkit, monkeypatch):
    before = keys.contents(lumenkit.pk, LEAD, "1")
    monkeypatch.setattr(keys, "form", lambda: "0123456789ab")
    assert keys.contents(lumenkit.pk, LEAD, "1") != before


def test_a_cache_that_can_be_read_and_not_written_does_not_show_the_past(
    sandbox, lumenkit, monkeypatch, clock, tmp_path
):
    embedded = EmbeddedCache(tmp_path / "cache.sqlite3", {})
    use(monkeypatch, embedded)
    profiles.get_profile(lumenkit, LEAD)
    embedded._execute("PRAGMA query_only = ON")
    clock.shift(5)
    newer = profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0))
    cached.resume()
    assert profiles.get_profile(lumenkit, LEAD).fetched_at == newer.fetched_at
    embedded.disconnect()


def test_a_kept_profile_costs_one_query(sandbox, lumenkit, django_assert_num_queries):
    profiles.get_profile(lumenkit, LEAD)
    with django_assert_num_queries(1):
        assert profiles.get_profile(lumenkit, LEAD).contents.journey.visits


def test_of_a_website_that_was_just_opened_it_costs_none(sandbox, lumenkit, member, django_assert_num_queries):
    fetched = profiles.get_profile(lumenkit, LEAD)
    opened = load_visitor_context(member, lumenkit.slug, LEAD)
    with django_assert_num_queries(0):
        kept = profiles.get_profile(lumenkit, LEAD, context=opened)
        assert kept.contents.journey.visits
    assert kept == fetched


def test_without_a_cache_what_it_says_is_derived_again(sandbox, lumenkit, django_assert_num_queries):
    profiles.get_profile(lumenkit, LEAD)
    cache.clear()
    with django_assert_num_queries(2):
        assert profiles.get_profile(lumenkit, LEAD).contents.journey.visits


def test_a_version_that_is_gone_by_the_time_it_is_read_is_said_to_be(sandbox, lumenkit):
    """As when somebody else has fetched a newer answer meanwhile, or the visitor was forgotten."""
    profiles.get_profile(lumenkit, LEAD)
    stale = profiles.get_profile(lumenkit, LEAD)
    cache.delete(keys.contents(lumenkit.pk, LEAD, stale.version))
    Snapshot.objects.update(version="newer")
    with pytest.raises(profiles.Superseded):
        _ = stale.contents
    assert profiles.get_profile(lumenkit, LEAD).version == "newer"


def test_nothing_but_the_profiles_uses_the_cache(settings):
    assert issubclass(import_module(settings.SESSION_ENGINE).SessionStore, DatabaseSessions)
    assert not [name for name in settings.MIDDLEWARE if "cache" in name.lower()]
    assert not [name for name, value in settings.STORAGES.items() if "cache" in str(value).lower()]
