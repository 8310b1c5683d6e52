"""`manage.py add_website`: connect a website, with its token from standard input."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from visitors.accounts.users import InvalidChange, find_user
from visitors.datafast.credentials import CredentialError, is_account_token
from visitors.models import Membership, Website
from visitors.roles import Role
from visitors.web import change_log
from visitors.websites.actions import warn_of_same_domain
from visitors.websites.forms import NewWebsiteForm


class Command(BaseCommand):
    """Add a website. The token comes from standard input, so that no shell history and no process list contains it."""

    help = "Connect a website of DataFast. Reads its token (df_… or dft_…) from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the website. With a website key, only the slug and the domain are required."""
        parser.add_argument("slug", help="the website's part of the URL: /SLUG/visitors/…")
        parser.add_argument("--domain", required=True, help="such as example.com")
        parser.add_argument("--name", help="the name that your team uses (default: the domain)")
        parser.add_argument(
            "--website-id", default="", help="24 hexadecimal digits; only with an account token (dft_…)"
        )
        parser.add_argument("--time-zone", default="UTC", help="the time zone on pages, such as Europe/Berlin")
        parser.add_argument("--currency", default="USD", help="the website's currency (ISO 4217)")
        for role in Role:
            parser.add_argument(
                f"--{role}",
                action="append",
                default=[],
                metavar="NAME",
                help=f"a user to add as {role}; may be repeated",
            )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Check everything, then save the website and its members in one transaction."""
        token = self._read_token()
        website = self._build_website(options, token)
        try:
            website.set_token(token)
        except CredentialError as error:
            raise CommandError(str(error)) from error
        roles = {self._find_user(name): role for role in Role for name in options[role]}
        with transaction.atomic():
            website.save()
            Membership.objects.bulk_create(
                [Membership(website=website, user=user, role=role) for user, role in roles.items()]
            )
        change_log.record(None, "added a website", website=website)
        if same_domain := warn_of_same_domain(website):
            self.stderr.write(same_domain)
        members = ", ".join(sorted(f"{user.get_username()} ({role})" for user, role in roles.items())) or "none yet"
        self.stdout.write(
            f"Added {website.name} with the token {website.credential_mask}. Members: {members}.\n"
            f"Its visitors are at /{website.slug}/visitors/VISITOR_ID/."
        )

    def _build_website(self, options: dict[str, Any], token: str) -> Website:
        """Build the website with the form of the page that adds one, so that the same rules apply."""
        if options["website_id"] and not is_account_token(token):
            raise CommandError("A website key (df_…) opens one website: it needs no --website-id.")
        names = {"datafast_id": "website_id"}
        values = {name: options[names.get(name, name)] for name in NewWebsiteForm.Meta.fields}
        form = NewWebsiteForm(values, token=token)
        if not form.is_valid():
            problems = form.errors.as_data().items()
            sentences = [
                f"{names.get(field, field)}: {' '.join(ValidationError(of).messages)}" for field, of in problems
            ]
            raise CommandError(" ".join(sentences))
        website: Website = form.instance
        return website

    def _find_user(self, name: str) -> User:
        try:
            user = find_user(name)
        except InvalidChange as error:
            raise CommandError(f"{name}: {error}") from error
        if user is None:
            raise CommandError(f"There is no user {name}. `manage.py invite` invites one.")
        return user

    def _read_token(self) -> str:
        if sys.stdin.isatty():
            return getpass.getpass("Token (not shown): ").strip()
        return sys.stdin.readline().strip()
