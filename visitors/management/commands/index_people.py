"""`manage.py index_people`: make the profiles that an earlier release stored searchable."""

from typing import Any

from django.core.management.base import BaseCommand

from visitors import profiles
from visitors.formatting import format_count


class Command(BaseCommand):
    """Needed once, after the upgrade to the release that introduced the search."""

    help = (
        "Make profiles that an earlier release stored searchable by name, email, company and user id. "
        "Profiles that are opened become searchable by themselves. May run beside the server, and again after a stop."
    )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        made = 0
        for made in profiles.index_people():
            if options["verbosity"] > 1:
                self.stdout.write(f"{made:,} …")
        self.stdout.write(f"Made {format_count(made, 'profile')} searchable.")
