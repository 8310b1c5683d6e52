"""What most tests need: a website with its member, the sandbox as its upstream, and services that may be missing."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection

from tests import leaks
from tests.faulty_upstream import FaultyUpstream, answer
from visitors import cached
from visitors.journey_page import article_cache
from visitors.models import Membership, Website
from visitors.profiles.client import datafast_client
from visitors.roles import Role
from visitors.sandbox import tokens, websites
from visitors.sandbox.moments import utcnow
from visitors.sandbox.server import Sandbox


def skip_without(service: str, why: str) -> None:
    """Skip a test for a service that is not there, by name; fail instead where everything is required."""
    if service in os.environ.get("REQUIRED_SERVICES", "").split(","):
        pytest.fail(f"{service} is required here, and {why}")
    pytest.skip(f"needs {service}: {why}")


@pytest.fixture(scope="session")
def leak_watch():
    """Looks at every answer and every log line of the run."""
    leak_watch = leaks.Watch()
    with leak_watch.watching():
        yield leak_watch


@pytest.fixture(autouse=True)
def _nothing_leaks(leak_watch):
    """No test lets a token or a key out."""
    yield
    found, leak_watch.found = leak_watch.found, []
    assert found == []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """pytest-django's. At the end of the run no file that was written holds a token or a key. (SQLite keeps what was
    deleted until its place is needed, so the files still have most of what all tests wrote.)"""
    yield
    files = [connection.settings_dict["NAME"], settings.CACHES["default"]["LOCATION"]]
    assert leaks.in_files(Path(file) for file in files) == []


@pytest.fixture(autouse=True)
def _empty_cache():
    """Every test begins with an empty cache that nobody has given up on, and with no cached article."""
    cached.resume()
    cache.clear()
    article_cache.clear()


@pytest.fixture
def sandbox(settings):
    """The sandbox, as the upstream of everything that this test asks."""
    with Sandbox(requests_per_minute=None) as running:
        settings.DATAFAST_API_URL = running.base_url
        yield running
        datafast_client().close()


@pytest.fixture
def sandbox_of_yesterday(settings):
    """The sandbox as of yesterday noon (UTC): what it plans for the hours of a day is the same at any time of this one.

    Tests that count visits, or need nobody on the site, override `sandbox` with it.
    """
    noon = utcnow().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    with Sandbox(requests_per_minute=None, clock=lambda: noon) as running:
        settings.DATAFAST_API_URL = running.base_url
        yield running
        datafast_client().close()


@pytest.fixture
def other_upstream(settings):
    """An upstream that answers as the test tells it, in place of the sandbox."""
    with FaultyUpstream(answer()) as running:
        settings.DATAFAST_API_URL = running.url
        yield running
        datafast_client().close()


@pytest.fixture
def clock(time_machine):
    """The time, which goes on by itself and can be shifted."""
    time_machine.move_to(datetime.now(UTC), tick=True)
    return time_machine


@pytest.fixture
def lumenkit(db):
    """A website with a key of its own (`df_…`), in New York's zone."""
    return new_website(websites.LUMENKIT, "lumenkit", tokens.LUMENKIT_KEY)


@pytest.fixture
def pocketgarden(db):
    """A website that an account's token (`dft_…`) opens, in Seoul's zone."""
    return new_website(websites.POCKETGARDEN, "pocketgarden", tokens.ACCOUNT_TOKEN)


def new_website(source: websites.Website, slug: str, token: str) -> Website:
    """One of the sandbox's websites, with the token that opens it."""
    website = Website(
        slug=slug,
        name=source.name,
        domain=source.domain,
        datafast_id=source.website_id,
        time_zone=source.timezone,
        currency=source.currency,
    )
    website.set_token(token)
    website.save()
    return website


@pytest.fixture
def person_with_role(lumenkit):
    """Make a person who has a role on Lumenkit and none anywhere else."""

    def made(name: str, role: Role):
        user = get_user_model().objects.create_user(name, password="a long password")
        Membership.objects.create(website=lumenkit, user=user, role=role)
        return user

    return made


@pytest.fixture
def member(person_with_role):
    """A person who may see Lumenkit and nothing else."""
    return person_with_role("mina", Role.MEMBER)


@pytest.fixture
def viewer(person_with_role):
    """A person who may look visitors of Lumenkit up and do nothing else."""
    return person_with_role("vera", Role.VIEWER)


@pytest.fixture
def admin(person_with_role):
    """A person who also sees to Lumenkit's key and people."""
    return person_with_role("ada", Role.ADMIN)


@pytest.fixture
def browser_of_member(client, member):
    """Django's test client, signed in as the member."""
    client.force_login(member)
    return client
