"""`manage.py invite`: make an invitation link without a browser."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard.addresses import public_origin
from visitors.accounts import invitations
from visitors.accounts.forms import InviteForm
from visitors.models import Website
from visitors.roles import Role


class Command(BaseCommand):
    """Print the link of an invitation: for an administrator, or for a member of a website."""

    help = "Print a link that works once, for three days, and makes its user an administrator or a member of a website."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name_or_email", help="an existing user or an email address")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--administrator", action="store_true", help="manages all websites and users")
        what.add_argument("--website", metavar="SLUG", help="the website's slug")
        parser.add_argument("--role", choices=[str(role) for role in Role], help="the role there (default: viewer)")
        parser.add_argument("--host", default=settings.HOST, help="where the server listens")
        parser.add_argument("--port", type=int, default=settings.PORT, help="where the server listens")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        if options["administrator"] and options["role"]:
            raise CommandError("An administrator has no role: leave --role out, or name a website with --website.")
        # The form of the pages that invite, so that the same rules apply.
        form = InviteForm({"name_or_email": options["name_or_email"]})
        if not form.is_valid():
            raise CommandError(" ".join(str(error) for error in form.errors["name_or_email"]))
        name_or_email = form.cleaned_data["name_or_email"]
        role = Role(options["role"] or Role.VIEWER) if options["website"] else None
        invitation = invitations.invite(name_or_email, self._find_website(options["website"]), role, by=None)
        link = public_origin(options["host"], options["port"]) + invitations.path(invitation)
        self.stdout.write(
            f"This link makes {name_or_email} {invitation.grant}. It works once, for three days:\n\n  {link}\n"
        )
        if form.user:
            name = form.user.get_username()
            self.stdout.write(
                f"\nThe account {name} exists already: sign in with it and open the link. "
                f"If its password is lost: manage.py changepassword {name}"
            )

    def _find_website(self, slug: str | None) -> Website | None:
        if slug is None:
            return None
        website = Website.objects.filter(slug=slug).first()
        if website is None:
            known = ", ".join(Website.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no website {slug}. There are: {known}.")
        return website
