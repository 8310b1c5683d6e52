"""`manage.py forget`: forget a visitor of a website, as its admins can on a page."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from visitors.audit import erasure
from visitors.formatting import format_count
from visitors.journey_page.article_cache import ARTICLE_SECONDS
from visitors.lookup import id_parser
from visitors.models import Website


class Command(BaseCommand):
    """Removes what is kept of a visitor, and says how much that was."""

    help = (
        "Forget a visitor: everything that Journeydesk keeps of them on a website. DataFast's own copy is not touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where and whom."""
        parser.add_argument("website", help="its part of the address, as in /SLUG/visitors/…")
        parser.add_argument(
            "visitor_id", nargs="?", help="in any form that can be pasted; read from standard input where it is missing"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Forget the visitor. Ends with an error where something may be left."""
        website = Website.objects.filter(slug=options["website"]).first()
        if website is None:
            raise CommandError(f"There is no website {options['website']}.")
        try:
            visitor_id = id_parser.parse_single(options["visitor_id"] or sys.stdin.read())
        except ValueError as error:
            raise CommandError(str(error)) from error
        traces = erasure.forget(website, visitor_id, by=None)
        self.stdout.write(
            f"Removed: {'a journey' if traces.answered_at else 'no journey'},"
            f" {format_count(traces.sightings, 'point')} of history, {format_count(traces.looks, 'look')},"
            f" the id in {format_count(traces.look_ups, 'line')} of the look-up log.\n"
            f"Running servers let go of pages that they hold ready within {ARTICLE_SECONDS} seconds.\n"
            "DataFast's own copy is not touched: whoever looks the visitor up again has it fetched anew."
        )
