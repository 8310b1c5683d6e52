"""`manage.py doctor`: what is configured, reachable and wrong, in plain words."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from visitors.formatting import format_count
from visitors.operations import doctor
from visitors.operations.doctor import Level

STYLES = {Level.OK: "SUCCESS", Level.WARN: "WARNING", Level.WRONG: "ERROR"}


class Command(BaseCommand):
    """Prints a line for each thing, with what to do below it. Changes nothing."""

    help = "Say what is configured, reachable and wrong. Ends with 1 when something is wrong."
    requires_system_checks: list[str] = []  # noqa: RUF012 Django's own type; the examination has them

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to leave out."""
        parser.add_argument("--offline", action="store_true", help="do not ask DataFast whether it can be reached")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Print what there is, as it is found."""
        wrong = 0
        for finding in doctor.examine(asks_upstream=not options["offline"]):
            style = getattr(self.style, STYLES[finding.level])
            self.stdout.write(f"{style(f'{finding.level:<6}')} {finding.text}")
            if finding.advice:
                self.stdout.write(f"       {finding.advice}")
            wrong += finding.level is Level.WRONG
        if wrong:
            self.stdout.write(f"\n{format_count(wrong, 'thing')} to mend.")
            sys.exit(1)
        self.stdout.write("\nNothing is wrong.")
