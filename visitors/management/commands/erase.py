"""`manage.py erase`: erase a visitor of a website, as its admins can on a page."""

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
    """Erase a visitor and print what was erased."""

    help = "Erase everything that Journeydesk stores about a visitor of a website. DataFast's own copy stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("website", help="the website's slug, as in /SLUG/visitors/…")
        parser.add_argument(
            "visitor_id", nargs="?", help="any text that contains the id; read from standard input if it is missing"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        website = Website.objects.filter(slug=options["website"]).first()
        if website is None:
            raise CommandError(f"There is no website {options['website']}.")
        try:
            visitor_id = id_parser.parse_single(options["visitor_id"] or sys.stdin.read())
        except ValueError as error:
            raise CommandError(str(error)) from error
        erased = erasure.erase(website, visitor_id, by=None)
        self.stdout.write(
            f"Erased: {'a journey' if erased.fetched_at else 'no journey'},"
            f" {format_count(erased.metrics_points, 'point')} of its history,"
            f" what {format_count(erased.users, 'user')} saw of it,"
            f" {format_count(erased.team_rows, 'note, tag, owner or pin', 'notes, tags, owners and pins')},"
            f" the id in {format_count(erased.audit_entries, 'entry', 'entries')} of the audit log.\n"
            f"Running servers drop the pages in their memory within {ARTICLE_SECONDS} seconds.\n"
            "DataFast's own copy stays: the next lookup of this visitor fetches it again."
        )
