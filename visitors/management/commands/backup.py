"""`manage.py backup`: a copy of the SQLite database while the server runs."""

import os
import sqlite3
from argparse import ArgumentParser
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection


class Command(BaseCommand):
    """Copies everything by SQLite's own online backup, and looks whether the copy is whole."""

    help = "Copy the SQLite database to a new file, while the server runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("path", type=Path, help="the new file; it must not exist")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Write beside the target first, so that what stands there is always a whole back-up."""
        path: Path = options["path"]
        if connection.vendor != "sqlite":
            raise CommandError("The database is PostgreSQL: back it up with pg_dump.")
        source = Path(connection.settings_dict["NAME"])
        if not source.is_file():
            raise CommandError(f"There is no database at {source} yet, so there is nothing to back up.")
        taken = f"{path} is there already. Back-ups are not overwritten: choose another name."
        if path.exists():
            raise CommandError(taken)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            # Ours alone from the start: it holds personal data.
            os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _copy(source, unfinished)
            # Unlike a rename, this does not replace what somebody has put there meanwhile.
            os.link(unfinished, path)
        except FileExistsError as error:
            raise CommandError(taken) from error
        except (OSError, sqlite3.Error) as error:
            raise CommandError(f"No back-up was made: {error}") from error
        finally:
            with suppress(FileNotFoundError):
                unfinished.unlink()
        self.stdout.write(f"{path} holds everything, and is whole ({path.stat().st_size / 1e6:.1f} MB).")
        self.stdout.write("Keep .env at another place: without CREDENTIAL_KEY the websites’ tokens in it stay shut.")


def _copy(source: Path, target: Path) -> None:
    """Copy a database that others read and write. Raises sqlite3.Error, also when the copy is not whole."""
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=10)) as original, closing(sqlite3.connect(target)) as copy:
        # In one step, so of one moment. Writers go on meanwhile (WAL).
        original.backup(copy)
        # One file that can be carried away, without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        [(finding,)] = copy.execute("PRAGMA integrity_check(1)").fetchall()
    if finding != "ok":
        raise sqlite3.DatabaseError(f"the copy is not whole ({finding})")
    with target.open("rb") as written:
        os.fsync(written.fileno())
