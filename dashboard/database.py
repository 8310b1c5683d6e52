"""Tell a database that cannot be used at the moment from a fault of our code."""

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.utils import InternalError

# When a caller may try again, in seconds. A lock is mostly released by then.
RETRY_AFTER_SECONDS = 10


def is_database_unavailable(error: BaseException | None) -> bool:
    """Whether an error was caused by a database that is locked, full, read-only, damaged or not reachable."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError | InternalError):
            return True
        # A damaged SQLite file. Errors of this class that Django raises by itself have no cause.
        if type(error) is DatabaseError and error.__cause__ is not None:
            return True
        error = error.__cause__ or error.__context__
    return False
