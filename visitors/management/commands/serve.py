"""`manage.py serve`: the production server, after everything that it needs was made ready and checked."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, SystemCheckError

from dashboard import server
from dashboard.addresses import local_address, public_origin
from visitors.accounts import invitations
from visitors.audit import retention
from visitors.models import Invitation


class Command(BaseCommand):
    """Checks the deployment, brings the database and the static files up to date, and serves."""

    help = "Run the production server. Refuses to start where `check --deploy` warns."
    requires_system_checks: list[str] = []  # noqa: RUF012 Django's own type; the deploy checks run below

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and how wide."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=server.WORKERS, help="processes")
        parser.add_argument("--threads", type=int, default=server.THREADS, help="threads of each process")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Check, migrate, collect, serve."""
        try:
            call_command("check", deploy=True, fail_level="WARNING", databases=["default"])
        except SystemCheckError as error:
            raise CommandError(f"Not started, since `manage.py check --deploy` warns:\n{error}") from error
        try:
            server.check_port(options["host"], options["port"])
        except server.PortTaken as taken:
            raise CommandError(str(taken)) from taken
        prepare()
        retention.make_due()
        first = invitations.invite_first_administrator()
        server.serve(
            options["host"],
            options["port"],
            workers=options["workers"],
            threads=options["threads"],
            started=lambda: self._welcome(options["host"], options["port"], first),
        )

    def _welcome(self, host: str, port: int, first: Invitation | None) -> None:
        words = f"Journeydesk serves http://{local_address(host, port)}/"
        if first:
            link = public_origin(host, port) + invitations.path(first)
            words += (
                f"\n\nNobody administers it yet. Open this link to become the first administrator:\n\n  {link}\n\n"
                "It works once, and ends in three days or when the server is started anew, which prints another one.\n"
            )
        self.stdout.write(words)


def prepare() -> None:
    """Bring the database and the collected static files up to date."""
    call_command("migrate", interactive=False, verbosity=0)
    # Compressing all of them takes seconds, which a start with the same files can do without.
    stamp, sources = Path(settings.STATIC_ROOT) / "sources", _static_sources()
    if not (stamp.is_file() and stamp.read_text() == sources):
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(sources)


def _static_sources() -> str:
    """A fingerprint of the static files as they stand in the sources: their places, sizes and times."""
    digest = hashlib.blake2b(digest_size=16)
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
