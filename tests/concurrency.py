"""Run changes at the same time."""

from threading import Barrier, Thread

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
