"""`manage.py demo`: the whole product over the sandbox's visitors, in one command that `make demo` calls."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from dashboard import addresses, server
from dashboard.environment import LOOPBACK_NAMES
from visitors.management.commands.serve import prepare
from visitors.models import Membership, Website
from visitors.roles import Role
from visitors.sandbox import documented, tokens, websites
from visitors.sandbox.server import Sandbox

USER = PASSWORD = "demo"  # noqa: S105 the demo's own sign-in, in the demo's own database
# One website with a key of its own, one with an account's token: both kinds are there to see.
WEBSITES = {
    "lumenkit": (websites.LUMENKIT, tokens.LUMENKIT_KEY),
    "pocketgarden": (websites.POCKETGARDEN, tokens.ACCOUNT_TOKEN),
}
# User name: full name, and the role on each website.
COLLEAGUES = {
    "ada": ("Ada Okafor", {"lumenkit": Role.ADMIN}),
    "mina": ("Mina Park", {"lumenkit": Role.MEMBER, "pocketgarden": Role.VIEWER}),
    "victor": ("Victor Lind", {"pocketgarden": Role.VIEWER}),
}


class Command(BaseCommand):
    """Starts the sandbox and the dashboard. Everything that it writes is in `.state/demo`."""

    help = "Serve Journeydesk with sample visitors. Ctrl-C ends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Make the demo's database, start the sandbox on a free port, serve."""
        if settings.STATE_DIR.name != "demo":
            raise CommandError("The demo keeps its data apart: start it with `make demo`.")
        host, port = options["host"], options["port"]
        try:
            server.check_port(host, port)
        except server.PortTaken as taken:
            raise CommandError(str(taken)) from taken
        prepare()
        self._seed()
        with Sandbox() as sandbox:
            # The workers take the settings over as they are here (where processes fork) or read the environment anew.
            settings.DATAFAST_API_URL = os.environ["DATAFAST_API_URL"] = sandbox.base_url
            settings.ALLOWED_HOSTS = _names(host)
            os.environ |= {"ALLOWED_HOSTS": ",".join(settings.ALLOWED_HOSTS), "HTTPS": "false"}
            server.serve(host, port, started=lambda: self._welcome(host, port))
        self.stdout.write("\nThe demo has ended.")

    def _seed(self) -> None:
        """The demo's people and websites, as they were at its first start, whatever was done to them since."""
        user = self._person(USER, is_superuser=True)
        for slug, (source, token) in WEBSITES.items():
            facts = {
                "name": source.name,
                "domain": source.domain,
                "datafast_id": source.website_id,
                "time_zone": source.timezone,
                "currency": source.currency,
            }
            website, _ = Website.objects.update_or_create(slug=slug, defaults=facts)
            website.set_token(token)
            website.save()
            Membership.objects.update_or_create(website=website, user=user, defaults={"role": Role.ADMIN})
        for name, (full_name, roles) in COLLEAGUES.items():
            colleague = self._person(name, first_name=full_name, email=f"{name}@example.com", is_superuser=False)
            for slug, role in roles.items():
                website = Website.objects.get(slug=slug)
                Membership.objects.update_or_create(website=website, user=colleague, defaults={"role": role})

    def _person(self, name: str, **facts: Any) -> User:
        """Somebody who can sign in with the demo's password."""
        defaults = facts | {"is_active": True, "password": make_password(PASSWORD)}
        user, _ = User.objects.update_or_create(username=name, defaults=defaults)
        return user

    def _welcome(self, host: str, port: int) -> None:
        address = addresses.local_address(host, port)
        self.stdout.write(f"\nJourneydesk is at http://{address}/  (sign in as {USER}, password {PASSWORD})\n")
        if not _is_this_machine(host):
            self.stdout.write("Whoever reaches this machine can sign in as well: everything in the demo is made up.\n")
        self.stdout.write(f"Colleagues with fewer rights, same password: {', '.join(COLLEAGUES)}\n")
        self.stdout.write("\nVisitor ids to paste there:\n")
        for visitor in documented.HEADLINES:
            self.stdout.write(f"  {visitor.visitor_id}  {visitor.name}: {visitor.description}")
        self.stdout.write("\nCtrl-C ends the demo.\n")


def _names(host: str) -> list[str]:
    """Under which names the demo is reached: it listens where it is told to, so there too."""
    names = [*settings.ALLOWED_HOSTS, addresses.bracket_ipv6(host)]
    return ["*"] if addresses.is_wildcard(host) else list(dict.fromkeys(names))


def _is_this_machine(host: str) -> bool:
    return host in LOOPBACK_NAMES or host.startswith("127.")
