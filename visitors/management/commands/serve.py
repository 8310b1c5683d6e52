"""`manage.py serve`: check and prepare everything, then run the production server."""

import fcntl
import hashlib
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import WARNING, run_checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from dashboard import server
from dashboard.addresses import local_address, public_origin
from visitors.accounts import invitations
from visitors.audit import retention
from visitors.models import Invitation
from visitors.operations.checks import database_files, is_own

# Any number that no other program uses for an advisory lock in this database.
_LOCK_ID = 7_020_815_441


class Command(BaseCommand):
    """Check the deployment, bring the database and the static files up to date, and serve."""

    help = "Run the production server. Refuses to start when one of Django's deployment checks warns."
    requires_system_checks: list[str] = []  # noqa: RUF012 Django's own type; the deployment checks run below

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--workers", type=int, default=server.WORKERS, help="number of processes")
        parser.add_argument("--threads", type=int, default=server.THREADS, help="threads of each process")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        host, port = options["host"], options["port"]
        self._check_deployment()
        server.check_port(host, port)
        with start_lock():
            prepare()
            retention.make_due()
            invitation = invitations.invite_first_administrator()
        server.serve(
            host,
            port,
            workers=options["workers"],
            threads=options["threads"],
            started=lambda: self._print_welcome(host, port, invitation),
        )

    def _check_deployment(self) -> None:
        """Print our own warnings, which must not stop a running deployment's restart; refuse to start with others."""
        messages = run_checks(include_deployment_checks=True)
        messages = [message for message in messages if message.level >= WARNING and not message.is_silenced()]
        for message in messages:
            if is_own(message):
                self.stderr.write(str(message))
        refused = "\n".join(str(message) for message in messages if not is_own(message))
        if refused:
            raise CommandError(f"Not started, since `manage.py check --deploy` warns:\n{refused}")

    def _print_welcome(self, host: str, port: int, invitation: Invitation | None) -> None:
        text = f"Journeydesk serves http://{local_address(host, port)}/"
        if invitation:
            link = public_origin(host, port) + invitations.path(invitation)
            text += (
                f"\n\nThere is no administrator yet. Open this link to become the first one:\n\n  {link}\n\n"
                "It works once, for three days. Until then, every start of a server prints the same link.\n"
            )
        self.stdout.write(text)


@contextmanager
def start_lock() -> Iterator[None]:
    """Wait while another server prepares the database, on this machine or another, and let later ones wait.

    PostgreSQL: an advisory lock of this connection. SQLite: a locked file, as only this machine uses the database. Both
    are released if the process dies.
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


def prepare() -> None:
    """Bring the database and the collected static files up to date."""
    call_command("migrate", interactive=False, verbosity=0)
    for file in database_files():
        # Earlier releases created them readable by other users. One that belongs to another user can't be changed.
        with suppress(FileNotFoundError, PermissionError):
            file.chmod(0o600)
    # Earlier releases cached profiles in a file. It contains personal data, and nothing deletes it otherwise.
    for suffix in ("", "-wal", "-shm"):
        (settings.STATE_DIR / f"cache.sqlite3{suffix}").unlink(missing_ok=True)
    # Compressing them takes seconds, so it is done only when a file has changed.
    stamp, sources = Path(settings.STATIC_ROOT) / "sources", _static_sources()
    if not (stamp.is_file() and stamp.read_text() == sources):
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(sources)


def _static_sources() -> str:
    """Return a fingerprint of the static files in the source tree: of their names, sizes and modification times."""
    digest = hashlib.blake2b(digest_size=16)
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
