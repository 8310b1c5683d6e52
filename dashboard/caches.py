"""The two caches that a deployment can have: one embedded in a file, and Redis. Neither ever unpickles.

Values are what msgpack knows: bytes, text, numbers, booleans, None, lists and dicts. Django's own backends pickle, so
whoever can write to the cache could run code in the dashboard; here the worst that a stranger's bytes can do is not to
be readable.
"""

import sqlite3
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache as DjangosRedisCache


class MsgpackSerializer:
    """How values stand in Redis. Whole numbers stay text, so that Redis itself can count them."""

    def dumps(self, value: Any) -> bytes | int:
        """Return what to store. Raises TypeError for a value that msgpack does not know."""
        return value if type(value) is int else msgspec.msgpack.encode(value)

    def loads(self, stored: bytes) -> Any:
        """Return the value again. Raises `msgspec.DecodeError` (a ValueError) for foreign bytes."""
        try:
            return int(stored)
        except ValueError:
            return msgspec.msgpack.decode(stored)


class RedisCache(DjangosRedisCache):
    """Django's own, which can also remove entries by a pattern."""

    def delete_matching(self, pattern: str) -> None:
        """Remove every entry whose name matches, `*` standing for anything."""
        client = self._cache.get_client(write=True)
        for key in client.scan_iter(match=self.make_key(pattern), count=1000):
            client.unlink(key)


SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, expires REAL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_expires ON entry (expires);
"""
UPSERT = (
    "INSERT INTO entry VALUES (?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, value = excluded.value"
)
# How many writes of one process lie between two looks at how full the cache is.
WRITES_BETWEEN_CULLS = 200


class EmbeddedCache(BaseCache):
    """A cache in one SQLite file beside the database: shared by all processes of a machine, alive after a restart.

    `LOCATION` is the file; `OPTIONS` knows `MAX_ENTRIES`. Why not what exists: Django's database cache pickles, counts
    as queries of the page and shares the write lock of the real data; its file cache lists a directory of thousands at
    each write (5.5 ms); diskcache pickles too and reopens its file after each request. Every call may raise
    `sqlite3.Error`: callers treat a cache that fails as one that is empty.
    """

    def __init__(self, location: str | Path, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = Path(location)
        self._local = threading.local()
        self._writes = 0

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection; made on first use, so that a forked or spawned worker never shares one."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            found = self._file()
            # Autocommit: each statement is its own transaction, which is all that a cache needs.
            connection = sqlite3.connect(self._path, timeout=1, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                # Losing the last writes in a power cut is fine for a cache; a torn file is not, and WAL prevents that.
                connection.execute("PRAGMA synchronous=OFF")
                connection.executescript(SCHEMA)
            except sqlite3.Error as error:
                self._start_afresh_after(error, found)
                connection.close()
                raise
            self._local.connection, self._local.file = connection, self._file()
        return connection

    def _execute(self, query: str, parameters: tuple[Any, ...] = ()) -> tuple[list[Any], int]:
        """Return the statement's rows, and how many rows it has changed."""
        try:
            with closing(self._connection().execute(query, parameters)) as cursor:
                return cursor.fetchall(), cursor.rowcount
        except sqlite3.Error as error:
            self._start_afresh_after(error, getattr(self._local, "file", None))
            raise

    def _file(self) -> int | None:
        """Which file stands there now."""
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return None

    def _start_afresh_after(self, error: sqlite3.Error, broken: int | None) -> None:
        """Remove a file that is no database, or no longer one; the next call makes a new one. What is locked, full or
        not writable (`OperationalError`) is left as it is, and so is a file that somebody has put there meanwhile."""
        if type(error) is not sqlite3.DatabaseError:
            return
        # Looked at before this connection lets go of its file: while it holds it, no other one gets the same number.
        is_still_there = broken == self._file()
        self.disconnect()
        if is_still_there:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def disconnect(self) -> None:
        """Close this thread's connection, for a thread that is about to end. (Django calls `close` after each request:
        there it would cost more than it saves.)"""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection:
            del self._local.connection
            connection.close()

    def _expiry(self, timeout: float | object | None) -> float | None:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return None if seconds is None else time.time() + float(seconds)  # type: ignore[arg-type]

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or `default` where there is none or it is past its time."""
        return self.get_many([key], version=version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """Return the values that are there, in one query."""
        names = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not names:
            return {}
        marks = ",".join("?" * len(names))
        query = f"SELECT key, value FROM entry WHERE key IN ({marks}) AND (expires IS NULL OR expires > ?)"  # noqa: S608 only question marks
        rows, _ = self._execute(query, (*names, time.time()))
        return {names[name]: msgspec.msgpack.decode(value) for name, value in rows}

    def set(
        self, key: str, value: Any, timeout: float | object | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Store a value for `timeout` seconds (None: for good)."""
        name = self.make_and_validate_key(key, version=version)
        self._execute(UPSERT, (name, self._expiry(timeout), msgspec.msgpack.encode(value)))
        self._written()

    def add(
        self, key: str, value: Any, timeout: float | object | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Store a value where none stands; one of several simultaneous callers gets True."""
        name = self.make_and_validate_key(key, version=version)
        # One statement, so atomic: an entry whose time has passed counts as none.
        query = f"{UPSERT} WHERE entry.expires <= ?"
        expiry, now = self._expiry(timeout), time.time()
        _, added = self._execute(query, (name, expiry, msgspec.msgpack.encode(value), now))
        self._written()
        return added > 0

    def touch(self, key: str, timeout: float | object | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give an entry a new time to live; False where there is none."""
        name = self.make_and_validate_key(key, version=version)
        query = "UPDATE entry SET expires = ? WHERE key = ? AND (expires IS NULL OR expires > ?)"
        _, touched = self._execute(query, (self._expiry(timeout), name, time.time()))
        return touched > 0

    def delete(self, key: str, version: int | None = None) -> bool:
        """Remove an entry; False where there was none."""
        name = self.make_and_validate_key(key, version=version)
        _, deleted = self._execute("DELETE FROM entry WHERE key = ?", (name,))
        return deleted > 0

    def delete_matching(self, pattern: str) -> None:
        """Remove every entry whose name matches, `*` standing for anything."""
        self._execute("DELETE FROM entry WHERE key GLOB ?", (self.make_key(pattern),))

    def clear(self) -> None:
        """Remove everything."""
        self._execute("DELETE FROM entry")

    def _written(self) -> None:
        self._writes += 1
        if self._writes % WRITES_BETWEEN_CULLS == 0:
            self._cull()

    def _cull(self) -> None:
        """Drop what is past its time, and where that is not enough, what would go next."""
        self._execute("DELETE FROM entry WHERE expires <= ?", (time.time(),))
        [(count,)], _ = self._execute("SELECT count(*) FROM entry")
        if count > self._max_entries:
            surplus = count - self._max_entries + self._max_entries // self._cull_frequency
            self._execute(
                "DELETE FROM entry WHERE key IN (SELECT key FROM entry ORDER BY expires NULLS LAST LIMIT ?)", (surplus,)
            )
