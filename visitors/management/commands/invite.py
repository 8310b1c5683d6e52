"""`manage.py invite`: a link that gives somebody a place here, for whoever can't make one in the browser."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from dashboard.addresses import public_origin
from visitors.accounts import invitations
from visitors.accounts.forms import validate_name_or_email
from visitors.accounts.users import InvalidChange, find_user
from visitors.models import Website
from visitors.roles import Role


class Command(BaseCommand):
    """Prints an invitation: to see to everything, or to a website with a role."""

    help = "Print a link that works once, for three days, and makes somebody an administrator or a website's colleague."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, and to what."""
        parser.add_argument("somebody", metavar="NAME_OR_MAIL", help="whom; an e-mail address binds it to that address")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--administrator", action="store_true", help="to see to all websites and people")
        what.add_argument("--website", metavar="SLUG", help="to a website, by its part of the address")
        parser.add_argument("--role", choices=[str(role) for role in Role], help="on that website (default: viewer)")
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1", help="where the server listens")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000, help="where the server listens")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Make it and print its link."""
        somebody = options["somebody"].strip()
        try:
            validate_name_or_email(somebody)
        except ValidationError as error:
            raise CommandError(f"{somebody} is no e-mail address.") from error
        if not 0 < len(somebody) <= 254:
            raise CommandError("Say who is invited, in at most 254 characters.")
        if options["administrator"] and options["role"]:
            raise CommandError("An administrator has no role: leave --role out, or name a website with --website.")
        invitation = invitations.invite(somebody, self._website(options["website"]), self._role(options), by=None)
        link = public_origin(options["host"], options["port"]) + invitations.path(invitation)
        self.stdout.write(
            f"This link makes {somebody} {invitation.grant}. It works once, and ends in three days:\n\n  {link}\n"
        )
        self._tell_of_account(somebody)

    def _website(self, slug: str | None) -> Website | None:
        if slug is None:
            return None
        website = Website.objects.filter(slug=slug).first()
        if website is None:
            known = ", ".join(Website.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no website {slug}. There are: {known}.")
        return website

    def _role(self, options: dict[str, Any]) -> Role | None:
        return Role(options["role"] or Role.VIEWER) if options["website"] else None

    def _tell_of_account(self, somebody: str) -> None:
        try:
            user = find_user(somebody)
        except InvalidChange:
            return
        if user:
            name = user.get_username()
            self.stdout.write(
                f"\nThere is an account {name} already: sign in with it and open the link. "
                f"If its password is lost: manage.py changepassword {name}"
            )
