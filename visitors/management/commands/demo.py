"""`manage.py demo`: Journeydesk with the sandbox as its DataFast API. `make demo` calls it."""

import json
import os
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from dashboard import addresses, server
from dashboard.environment import LOOPBACK_NAMES
from visitors import profiles
from visitors.datafast.errors import UpstreamError
from visitors.integrations.tokens import actions
from visitors.management.commands.serve import prepare
from visitors.models import AccessToken, Membership, Tag, Website
from visitors.roles import Role
from visitors.sandbox import documented, tokens, websites
from visitors.sandbox.server import Sandbox

USER = PASSWORD = "demo"  # noqa: S105 of the demo's own database only
# One website with a website key, one with an account token, to show both kinds.
WEBSITES = {
    "lumenkit": (websites.LUMENKIT, tokens.LUMENKIT_KEY),
    "pocketgarden": (websites.POCKETGARDEN, tokens.ACCOUNT_TOKEN),
}
# By user name: the full name, and the role on each website.
COLLEAGUES = {
    "ada": ("Ada Okafor", {"lumenkit": Role.ADMIN}),
    "mina": ("Mina Park", {"lumenkit": Role.MEMBER, "pocketgarden": Role.MEMBER}),
    "victor": ("Victor Lind", {"pocketgarden": Role.VIEWER}),
}
TOKEN_NAME = "Printed by make demo"  # noqa: S105 a name
TAGS = ("partner", "key account", "at risk")
# Few enough to leave most of the first minute's calls to the user.
STORED_VISITORS = 20


class Command(BaseCommand):
    """Start the sandbox and the dashboard. Everything that they write is in `.state/demo`."""

    help = "Serve Journeydesk with sample visitors, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Create the demo's database, start the sandbox on a free port, and serve."""
        if not settings.IS_DEMO:
            raise CommandError("The demo has a state folder of its own: start it with `make demo`.")
        host, port = options["host"], options["port"]
        server.check_port(host, port)
        prepare()
        self._seed()
        with Sandbox() as sandbox:
            # Workers inherit these settings when they are forked, and read the environment when they are spawned.
            settings.DATAFAST_API_URL = os.environ["DATAFAST_API_URL"] = sandbox.base_url
            settings.ALLOWED_HOSTS = _allowed_hosts(host)
            # Links must also work on the other machines that can open the demo.
            name = addresses.network_address() if addresses.is_wildcard(host) else host
            settings.PUBLIC_URL = settings.PUBLIC_URL or f"http://{addresses.local_address(name, port)}"
            os.environ |= {"ALLOWED_HOSTS": ",".join(settings.ALLOWED_HOSTS), "HTTPS": "false"}
            os.environ["PUBLIC_URL"] = settings.PUBLIC_URL
            _allow_desk(port)
            _store_visitors()
            server.serve(host, port, started=lambda: self._print_welcome(host, port))
        self.stdout.write("\nThe demo has ended.")

    def _seed(self) -> None:
        """Create or reset the demo's users, websites and roles."""
        user = self._create_user(USER, is_superuser=True)
        for slug, (source, token) in WEBSITES.items():
            values = {
                "name": source.name,
                "domain": source.domain,
                "datafast_id": source.website_id,
                "time_zone": source.timezone,
                "currency": source.currency,
            }
            website, _ = Website.objects.update_or_create(slug=slug, defaults=values)
            website.set_token(token)
            website.save()
            Membership.objects.update_or_create(website=website, user=user, defaults={"role": Role.ADMIN})
        for name, (full_name, roles) in COLLEAGUES.items():
            colleague = self._create_user(name, first_name=full_name, email=f"{name}@example.com", is_superuser=False)
            for slug, role in roles.items():
                website = Website.objects.get(slug=slug)
                Membership.objects.update_or_create(website=website, user=colleague, defaults={"role": role})

    def _create_user(self, name: str, **values: Any) -> User:
        """Create or reset a user with the demo's password."""
        defaults = values | {"is_active": True, "password": make_password(PASSWORD)}
        user, _ = User.objects.update_or_create(username=name, defaults=defaults)
        return user

    def _print_welcome(self, host: str, port: int) -> None:
        self.stdout.write(f"\nJourneydesk is at {settings.PUBLIC_URL}/  (sign in as {USER}, password {PASSWORD})\n")
        if addresses.is_wildcard(host):
            local = addresses.local_address(host, port)
            self.stdout.write(f"On this machine also at http://{local}/. PUBLIC_URL sets another address for links.\n")
        if not _is_this_machine(host):
            self.stdout.write("Everyone who can reach this machine can sign in too. All data in the demo is made up.\n")
        self.stdout.write(f"Colleagues with fewer rights, same password: {', '.join(COLLEAGUES)}\n")
        self.stdout.write("\nVisitor ids to paste there:\n")
        for visitor in documented.HEADLINES:
            self.stdout.write(f"  {visitor.visitor_id}  {visitor.name}: {visitor.description}")
        token = _create_token()
        address = f"{settings.PUBLIC_URL}/api/v1/visitors/{documented.RETURNING_LEAD.visitor_id}"
        self.stdout.write("\nA request to the API with an access token, which is valid until the next start:\n")
        self.stdout.write(f"  curl -H 'Authorization: Bearer {token}' '{address}?websiteId=lumenkit'\n")
        self.stdout.write("\nThe same token for an AI agent (MCP), and a request as the agent would make it:\n")
        self.stdout.write(f"  {_mcp_command(token)}\n  {_mcp_request(token)}\n")
        self.stdout.write(f"\nThe panel in a demo help desk: {settings.PUBLIC_URL}/demo/desk/\n")
        self.stdout.write("\nCtrl-C ends the demo.\n")


def _create_token() -> str:
    """Create the token that the demo prints, in place of the one of its last start."""
    user = User.objects.get(username=USER)
    AccessToken.objects.filter(user=user, name=TOKEN_NAME).delete()
    return actions.create(user, name=TOKEN_NAME, website=None, days=7)


def _mcp_command(token: str) -> str:
    """Return the command that connects Claude Code; other agents take the same URL and header."""
    command = f"claude mcp add --transport http journeydesk {settings.PUBLIC_URL}/mcp"
    return f"{command} --header 'Authorization: Bearer {token}'"


def _mcp_request(token: str) -> str:
    """Return a command that calls the tool `get_journey` without an agent."""
    arguments = {"visitor": documented.RETURNING_LEAD.visitor_id, "website": "lumenkit"}
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "get_journey", "arguments": arguments},
    }
    headers = f"-H 'Authorization: Bearer {token}' -H 'Content-Type: application/json'"
    return f"curl {headers} -d '{json.dumps(call)}' {settings.PUBLIC_URL}/mcp"


def _allow_desk(port: int) -> None:
    """Let the stand-in help desk frame the panel, under every name by which the demo is opened."""
    names = [f"http://{name}:{port}" for name in ("localhost", "127.0.0.1")]
    origins = list(dict.fromkeys([*names, settings.PUBLIC_URL]))
    Website.objects.filter(slug__in=WEBSITES).update(panel_origins=origins)


def _store_visitors() -> None:
    """Look up some visitors of each website, so that the lists of leads are not empty on the first day."""
    for website in Website.objects.filter(slug__in=WEBSITES):
        Tag.objects.bulk_create([Tag(website=website, name=name) for name in TAGS], ignore_conflicts=True)
        with suppress(UpstreamError):
            listed = profiles.list_visitors(website, {"limit": str(STORED_VISITORS)})
            for visitor in listed.visitors:
                profiles.get_profile(website, UUID(visitor.visitor_id))


def _allowed_hosts(host: str) -> list[str]:
    """Return the host names of the demo: those of the settings, and the address it listens on."""
    names = [*settings.ALLOWED_HOSTS, addresses.bracket_ipv6(host)]
    return ["*"] if addresses.is_wildcard(host) else list(dict.fromkeys(names))


def _is_this_machine(host: str) -> bool:
    return host in LOOPBACK_NAMES or host.startswith("127.")
