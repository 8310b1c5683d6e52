"""`manage.py sandbox`: serve the sandbox, a stand-in for the DataFast API."""

import threading
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from visitors.sandbox import Sandbox
from visitors.sandbox.documented import DOCUMENTED
from visitors.sandbox.tokens import TOKENS
from visitors.sandbox.websites import WEBSITES


class Command(BaseCommand):
    help = "Serve a stand-in for the DataFast API, with generated visitors, until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to serve (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8001, help="the port to serve (default: %(default)s)")
        parser.add_argument(
            "--requests-per-minute",
            type=int,
            default=60,
            help="the limit of each token (default: %(default)s; 0 = none)",
        )
        parser.add_argument("--allow-remote", action="store_true", help="allow addresses that other machines can reach")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 (Django's signature)
        try:
            sandbox = Sandbox(
                options["host"],
                options["port"],
                requests_per_minute=options["requests_per_minute"] or None,
                allow_remote=options["allow_remote"],
            )
        except ValueError as error:
            raise CommandError(f"{error} To serve it anyway, add --allow-remote.") from error
        except (OSError, OverflowError) as error:
            where = f"{options['host']} port {options['port']}"
            reason = getattr(error, "strerror", None) or error
            raise CommandError(f"The sandbox cannot serve {where} ({reason}): choose another with --port.") from error
        with sandbox, suppress(KeyboardInterrupt):
            self._describe(sandbox)
            threading.Event().wait()
        self.stdout.write("\nThe sandbox has stopped.")

    def _describe(self, sandbox: Sandbox) -> None:
        self.stdout.write(f"The sandbox serves {sandbox.base_url}")
        self.stdout.write("\nWebsites")
        for website in WEBSITES:
            self.stdout.write(f"  {website.website_id}  {website.domain:<22}{website.timezone}, {website.currency}")
        self.stdout.write("\nTokens (they open nothing but this sandbox)")
        for token in TOKENS:
            self.stdout.write(f"  {token.value:<40}{token.description}")
        self.stdout.write("\nVisitors")
        for entry in DOCUMENTED:
            domain = entry.website.domain if entry.website else "either website"
            self.stdout.write(f"  {entry.visitor_id}  {domain:<22}{entry.name}: {entry.description}")
        self.stdout.write("\nCtrl-C ends it.")
        self.stdout.flush()
