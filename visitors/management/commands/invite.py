"""`manage.py invite`: make an invitation link without a browser."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from dashboard.addresses import public_origin
from visitors.accounts import invitations
from visitors.accounts.forms import validate_name_or_email
from visitors.accounts.users import InvalidChange, find_user
from visitors.models import Website
from visitors.roles import Role


class Command(BaseCommand):
    """Print the link of an invitation: for an administrator, or for a member of a website."""

    help = "Print a link that works once, for three days, and makes its user an administrator or a member of a website."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the user, and what the link gives them."""
        parser.add_argument("name_or_email", help="the user; with an email address, only its owner can accept")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--administrator", action="store_true", help="manages all websites and users")
        what.add_argument("--website", metavar="SLUG", help="the website's slug")
        parser.add_argument("--role", choices=[str(role) for role in Role], help="the role there (default: viewer)")
        parser.add_argument("--host", default=settings.HOST, help="where the server listens")
        parser.add_argument("--port", type=int, default=settings.PORT, help="where the server listens")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Make the invitation and print its link."""
        name_or_email = options["name_or_email"].strip()
        try:
            validate_name_or_email(name_or_email)
        except ValidationError as error:
            raise CommandError(f"{name_or_email} is not an email address.") from error
        if not 0 < len(name_or_email) <= 254:
            raise CommandError("Enter a name or an email address of at most 254 characters.")
        if options["administrator"] and options["role"]:
            raise CommandError("An administrator has no role: leave --role out, or name a website with --website.")
        role = Role(options["role"] or Role.VIEWER) if options["website"] else None
        invitation = invitations.invite(name_or_email, self._find_website(options["website"]), role, by=None)
        link = public_origin(options["host"], options["port"]) + invitations.path(invitation)
        self.stdout.write(
            f"This link makes {name_or_email} {invitation.grant}. It works once, for three days:\n\n  {link}\n"
        )
        self._explain_existing_account(name_or_email)

    def _find_website(self, slug: str | None) -> Website | None:
        if slug is None:
            return None
        website = Website.objects.filter(slug=slug).first()
        if website is None:
            known = ", ".join(Website.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no website {slug}. There are: {known}.")
        return website

    def _explain_existing_account(self, name_or_email: str) -> None:
        try:
            user = find_user(name_or_email)
        except InvalidChange:
            return
        if user:
            name = user.get_username()
            self.stdout.write(
                f"\nThe account {name} exists already: sign in with it and open the link. "
                f"If its password is lost: manage.py changepassword {name}"
            )
