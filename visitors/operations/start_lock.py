"""One server at a time prepares the database, on however many machines servers start at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

# Any number that no other program uses for an advisory lock in this database.
_LOCK_ID = 7_020_815_441


@contextmanager
def start_lock() -> Iterator[None]:
    """Wait until no other server migrates the database, and keep others waiting. Released if the process dies.

    PostgreSQL: an advisory lock of this connection. SQLite: a locked file, as only this machine uses the database.
    """
    if connection.vendor == "sqlite":
        settings.STATE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (settings.STATE_DIR / "start.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK_ID])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_ID])
