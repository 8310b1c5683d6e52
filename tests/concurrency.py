"""Run changes at the same time, and wait for what runs in the background."""

import threading
import time
from contextlib import contextmanager
from threading import Barrier, Event, Thread

from django.core.exceptions import PermissionDenied
from django.db import connection

from visitors.accounts.users import InvalidChange


def at_once(*changes):
    """Make changes in threads with their own connections; return the type of what each raised, or None."""
    barrier, outcomes = Barrier(len(changes)), [None] * len(changes)

    def make(index, change):
        barrier.wait()
        try:
            change()
        except (InvalidChange, PermissionDenied) as error:
            outcomes[index] = type(error)
        finally:
            connection.close()

    threads = [Thread(target=make, args=pair) for pair in enumerate(changes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@contextmanager
def beside(statement, change):
    """Make a change in a thread with its own connection, just before this connection executes a statement that starts
    with `statement` (or one of several). That goes on when the change has ended, or waits for a lock.

    Yields a list, which has the type of what the change raised, or None, once the block has ended.
    """
    outcomes, has_ended = [], Event()

    def make():
        try:
            change()
            outcomes.append(None)
        except Exception as error:  # noqa: BLE001 the test compares it
            outcomes.append(type(error))
        finally:
            connection.close()
            has_ended.set()

    thread = Thread(target=make)

    def execute_after(execute, sql, *args):
        if thread.ident is None and sql.startswith(statement):
            thread.start()
            _wait_for_end_or_lock(has_ended)
        return execute(sql, *args)

    with connection.execute_wrapper(execute_after):
        yield outcomes
    thread.join()


def _wait_for_end_or_lock(has_ended):
    if connection.vendor == "sqlite":
        # Every writer waits for a transaction to end, and for nothing else.
        if not connection.in_atomic_block:
            has_ended.wait()
        return
    other = connection.copy()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    try:
        with other.cursor() as cursor:
            while not has_ended.is_set():
                cursor.execute(waiting)
                if cursor.fetchone():
                    return
                time.sleep(0.01)
    finally:
        other.close()


def wait_for_mails():
    """Wait until all mails that are sent in the background are sent, or have failed."""
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join()
