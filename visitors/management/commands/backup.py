"""`manage.py backup`: copy the SQLite database while the server runs."""

import os
import sqlite3
from argparse import ArgumentParser
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from visitors.web.backups import record_backup


class Command(BaseCommand):
    """Copy the database with SQLite's online backup, and check the copy."""

    help = (
        "Copy the SQLite database to a new file, while the server runs. The copy is consistent, integrity-checked, and "
        "readable by its owner only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the new file; it must not exist")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Write to a temporary file beside the target first, so that the target is always a complete backup."""
        path: Path = options["path"]
        if connection.vendor != "sqlite":
            raise CommandError("The database is PostgreSQL: back it up with pg_dump.")
        source = Path(connection.settings_dict["NAME"])
        if not source.is_file():
            raise CommandError(f"There is no database at {source} yet, so there is nothing to back up.")
        exists = f"{path} exists already. Backups are not overwritten: choose another name."
        if path.exists():
            raise CommandError(exists)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            # Created with the final permissions: it contains personal data.
            os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _copy(source, unfinished)
            # Unlike a rename, a link does not replace a file that was created meanwhile.
            os.link(unfinished, path)
        except FileExistsError as error:
            raise CommandError(exists) from error
        except (OSError, sqlite3.Error) as error:
            raise CommandError(f"No backup was made: {error}") from error
        finally:
            with suppress(FileNotFoundError):
                unfinished.unlink()
        self.stdout.write(f"{path} is a complete, checked backup ({path.stat().st_size / 1e6:.1f} MB).")
        try:
            record_backup()
        except OSError as error:
            self.stderr.write(f"Its time could not be recorded: {error}")
        self.stdout.write("Store .env elsewhere: without CREDENTIAL_KEY the websites’ tokens in it cannot be read.")


def _copy(source: Path, target: Path) -> None:
    """Copy a database that is in use. Raises sqlite3.Error, also when the copy fails the integrity check."""
    url = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(url, uri=True, timeout=10)) as original, closing(sqlite3.connect(target)) as copy:
        # One step, so one state of the database. Writers go on meanwhile (WAL).
        original.backup(copy)
        # A single file that can be moved, without a write-ahead log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        [(result,)] = copy.execute("PRAGMA integrity_check(1)").fetchall()
    if result != "ok":
        raise sqlite3.DatabaseError(f"the copy is damaged ({result})")
    with target.open("rb") as written:
        os.fsync(written.fileno())
