"""The embedded cache, and the form in which values stand in Redis."""

import pickle
import sqlite3
import threading

import msgspec
import pytest

from dashboard.caches import EmbeddedCache, MsgpackSerializer


@pytest.fixture
def make_cache(tmp_path):
    """Makes caches over one file, as processes and restarts do; their connections are closed afterwards."""
    made = []

    def make(**options):
        cache = EmbeddedCache(tmp_path / "cache.sqlite3", {"OPTIONS": options})
        made.append(cache)
        return cache

    yield make
    for cache in made:
        cache.disconnect()


@pytest.fixture
def cache(make_cache):
    return make_cache()


@pytest.mark.parametrize("value", [b"\x00bytes", "text", 7, 1.5, True, None, ["list", 1], {"a": {"b": b"c"}}])
def test_what_is_stored_comes_back(cache, value):
    cache.set("key", value)
    assert cache.get("key", "nothing") == value


def test_an_entry_outlives_the_process_that_wrote_it(make_cache):
    make_cache().set("key", b"value")
    assert make_cache().get("key") == b"value"


def test_an_entry_past_its_time_is_gone(cache, time_machine):
    time_machine.move_to("2026-05-04 12:00:00+00:00", tick=False)
    cache.set("key", b"value", 60)
    cache.set("for-good", b"value", None)
    time_machine.shift(61)
    assert cache.get("key") is None
    assert cache.get("for-good") == b"value"


def test_entries_go_by_a_pattern(cache):
    names = ["profile:a:1:v:latest", "profile:b:1:v:x:html", "profile:a:11:v:latest", "profile:a:1:w:latest", "other"]
    for name in names:
        cache.set(name, b"x")
    cache.delete_matching("profile:*:1:v:*")
    assert [name for name in names if cache.get(name)] == names[2:]


def test_add_stores_only_where_nothing_valid_stands(cache, time_machine):
    time_machine.move_to("2026-05-04 12:00:00+00:00", tick=False)
    assert cache.add("key", b"first", 60) is True
    assert cache.add("key", b"second", 60) is False
    assert cache.get("key") == b"first"
    time_machine.shift(61)
    assert cache.add("key", b"third", 60) is True


def test_of_many_simultaneous_adds_one_wins(cache):
    barrier, won = threading.Barrier(8), []

    def add():
        barrier.wait()
        if cache.add("key", threading.get_ident()):
            won.append(threading.get_ident())
        cache.disconnect()

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [cache.get("key")]


def test_touch_gives_a_new_time_to_live(cache, time_machine):
    time_machine.move_to("2026-05-04 12:00:00+00:00", tick=False)
    cache.set("key", b"value", 60)
    assert cache.touch("key", 600) is True
    time_machine.shift(300)
    assert cache.get("key") == b"value"
    assert cache.touch("other", 600) is False


def test_delete_and_clear_remove(cache):
    cache.set_many({"a": 1, "b": 2, "c": 3})
    assert cache.delete("a") is True
    assert cache.delete("a") is False
    assert cache.get_many(["a", "b", "c"]) == {"b": 2, "c": 3}
    cache.clear()
    assert cache.get_many(["b", "c"]) == {}


def test_a_full_cache_drops_what_would_go_next_and_keeps_the_rest(make_cache):
    cache = make_cache(MAX_ENTRIES=90)
    for number in range(400):
        cache.set(f"key-{number}", number, 1000 + number)
    kept = [number for number in range(400) if cache.get(f"key-{number}") is not None]
    assert 0 < len(kept) <= 90
    assert kept == list(range(400 - len(kept), 400))


def test_bytes_that_nobody_here_wrote_are_refused_and_never_run(make_cache, tmp_path):
    cache = make_cache()
    cache.set("key", b"value")
    with sqlite3.connect(tmp_path / "cache.sqlite3") as stranger:
        stranger.execute("UPDATE entry SET value = ?", (pickle.dumps({"a": object}),))
    stranger.close()
    with pytest.raises(msgspec.DecodeError):
        cache.get("key")


def test_a_file_that_is_no_database_is_replaced(make_cache, tmp_path):
    (tmp_path / "cache.sqlite3").write_bytes(b"This is not what anybody expects here. " * 500)
    cache = make_cache()
    with pytest.raises(sqlite3.DatabaseError):
        cache.get("key")
    cache.set("key", b"value")
    assert cache.get("key") == b"value"


def fill_and_break(cache, tmp_path):
    for number in range(200):
        cache.set(f"key-{number}", b"value" * 200)
    cache._execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = (tmp_path / "cache.sqlite3").read_bytes()
    (tmp_path / "cache.sqlite3").write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def test_a_file_that_breaks_while_it_is_open_is_replaced(make_cache, tmp_path):
    cache = make_cache()
    fill_and_break(cache, tmp_path)
    cache.disconnect()
    with pytest.raises(sqlite3.DatabaseError):
        cache.get("key-100")
    cache.set("key", b"value")
    assert cache.get("key") == b"value"
    assert cache.get("key-100") is None


def test_a_broken_file_is_replaced_once_by_all_who_hold_it(make_cache, tmp_path):
    first, second = make_cache(), make_cache()
    fill_and_break(first, tmp_path)
    for cache in (first, second):
        cache.disconnect()
        assert cache._connection()  # reads the first page only, which is whole
    with pytest.raises(sqlite3.DatabaseError):
        first.get("key-100")
    first.set("key", b"value")
    with pytest.raises(sqlite3.DatabaseError):
        second.get("key-100")
    assert second.get("key") == b"value"


def test_a_file_that_cannot_be_written_is_left_as_it_is(make_cache, tmp_path):
    file = tmp_path / "cache.sqlite3"
    make_cache().set("key", b"value")
    cache = make_cache()
    cache._execute("PRAGMA query_only = ON")
    with pytest.raises(sqlite3.OperationalError):
        cache.set("key", b"other")
    assert cache.get("key") == b"value"
    assert file.exists()


def test_a_value_that_msgpack_does_not_know_is_refused_when_it_is_written(cache):
    with pytest.raises(TypeError):
        cache.set("key", object())


@pytest.mark.parametrize("value", [0, -5, 10**15, True, b"12", "12", {"a": [1, None]}])
def test_values_pass_through_redis_unchanged(value):
    serializer = MsgpackSerializer()
    stored = serializer.dumps(value)
    received = str(stored).encode() if isinstance(stored, int) else stored
    loaded = serializer.loads(received)
    assert loaded == value
    assert type(loaded) is type(value)
