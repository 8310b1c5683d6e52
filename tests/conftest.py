"""Fixtures for most tests: a website with a member, the sandbox as its DataFast API, and optional services."""

import gc
import os
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit
from uuid import uuid4

import django
import hypothesis
import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate

from tests import leaks
from tests.faulty_upstream import FaultyUpstream, answer
from tests.sessions import sign_in
from visitors import migrations
from visitors.integrations.api import masked_answers
from visitors.journey_page import article_cache
from visitors.models import Membership, Website
from visitors.profiles.client import datafast_client
from visitors.roles import Role
from visitors.sandbox import tokens, websites
from visitors.sandbox.clock import utcnow
from visitors.sandbox.server import Sandbox

POSTGRESQL_SERVER = os.environ.get("TEST_POSTGRESQL_SERVER", "postgresql://postgres@127.0.0.1:5432")
# Tests that use one of these start another program.
PROCESS_FIXTURES = {"manage", "running", "workers"}

# No deadline and no check of speed: a busy machine is not a bug. `make test` draws the same examples in each run, so
# that only a change of the code makes it fail; `make test-matrix` draws new ones.
hypothesis.settings.register_profile(
    "short",
    max_examples=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "long",
    max_examples=1_000,
    print_blob=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("short")


def skip_without(service: str, why: str) -> None:
    """Skip a test because a service is missing; fail it where REQUIRED_SERVICES names the service."""
    if is_required(service):
        pytest.fail(f"{service} is required here, and {why}")
    pytest.skip(f"needs {service}: {why}")


def is_required(service: str) -> bool:
    """Whether REQUIRED_SERVICES, a list with commas, names the service."""
    return service in os.environ.get("REQUIRED_SERVICES", "").split(",")


def postgresql_problem(url: str) -> str | None:
    """Return why the PostgreSQL server at this address cannot be used, without a password; None where it answers."""
    try:
        with psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), connect_timeout=5):
            return None
    except psycopg.OperationalError as error:
        return f"{url.rpartition('@')[2]} does not answer ({type(error).__name__})"


def pytest_sessionstart(session):
    """End a run on PostgreSQL where there is none: with an error if it is required, else with a sentence."""
    url = os.environ.get("TEST_DATABASE_URL")
    if url and (problem := postgresql_problem(url)):
        pytest.exit(f"Skipped the tests on PostgreSQL: {problem}.", returncode=int(is_required("postgresql")))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark tests by their fixtures, before pytest selects by marks."""
    for item in items:
        if PROCESS_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("process")
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_collection_finish():
    """Let the garbage collector skip what was imported and collected: searching it took a tenth of a run."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def postgresql_url():
    """The address of a new PostgreSQL database, which does not exist yet and is dropped after the test."""
    name = f"journeydesk_{uuid4().hex[:12]}"
    url = f"{POSTGRESQL_SERVER}/{name}"
    if problem := postgresql_problem(url):
        skip_without("postgresql", problem)
    yield url
    with psycopg.connect(f"{POSTGRESQL_SERVER}/postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def leak_watch():
    """Search every response and every log line of the run for secrets."""
    leak_watch = leaks.Watch()
    with leak_watch.watching():
        yield leak_watch


@pytest.fixture(autouse=True)
def _nothing_leaks(leak_watch):
    """Fail a test that leaks a token or a key."""
    yield
    found, leak_watch.found = leak_watch.found, []
    assert found == []


@pytest.fixture(scope="session")
def migrated_template(pytestconfig):
    """Where a run leaves an empty SQLite database with all migrations for the next run, which takes 1.6 s per process.

    Another migration, or another version of Django, has another file. On PostgreSQL there is none.
    """
    if connection.vendor != "sqlite":
        return None
    state = sha256(django.__version__.encode())
    for migration in sorted(Path(migrations.__path__[0]).glob("*.py")):
        state.update(migration.read_bytes())
    return pytestconfig.cache.mkdir("database") / f"{state.hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb(migrated_template, django_db_modify_db_settings):
    """Let pytest-django start with a copy of the template, if there is one."""
    if migrated_template is None or not migrated_template.exists():
        return False
    shutil.copyfile(migrated_template, connection.settings_dict["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, migrated_template):
    """Extend pytest-django's fixture: keep the migrated database as a template, and search the files after the run.

    No file that was written may contain a token or a key. SQLite keeps deleted rows until it needs their space, so the
    files still contain most of what the tests wrote.
    """
    if migrated_template is not None and not migrated_template.exists():
        written = migrated_template.with_suffix(f".{os.getpid()}")
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(written)])
        written.replace(migrated_template)
    # Each flush after a test with transactions would write these rows again. Nothing here reads them.
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    yield
    assert leaks.in_files([Path(connection.settings_dict["NAME"])]) == []


@pytest.fixture(autouse=True)
def _empty_caches():
    """Start every test without cached articles and answers."""
    article_cache.clear()
    masked_answers.load.cache_clear()


@pytest.fixture(scope="session")
def running_sandbox():
    """One sandbox for the whole run; `sandbox` resets it for each test."""
    with Sandbox(requests_per_minute=None) as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox, settings):
    """The running sandbox, as the DataFast API of this test."""
    running_sandbox.reset()
    settings.DATAFAST_API_URL = running_sandbox.base_url
    yield running_sandbox
    datafast_client().close()


@pytest.fixture
def answers_wait(sandbox, monkeypatch):
    """The sandbox answers no call until the test sets this event."""
    go_on = Event()
    monkeypatch.setattr(sandbox, "closing", go_on)
    sandbox.set_latency(60)
    yield go_on
    go_on.set()


@pytest.fixture
def sandbox_of_yesterday(running_sandbox, settings):
    """The sandbox at yesterday noon (UTC), so that its visitors have the same events at any hour of today.

    Tests that count visits, or need an empty site, override `sandbox` with it.
    """
    noon = utcnow().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    running_sandbox.reset(lambda: noon)
    settings.DATAFAST_API_URL = running_sandbox.base_url
    yield running_sandbox
    datafast_client().close()


@pytest.fixture
def other_upstream(settings):
    """A DataFast API that answers as the test wants (`other_upstream.behaviors`), in place of the sandbox."""
    with FaultyUpstream(answer()) as running:
        settings.DATAFAST_API_URL = running.url
        yield running
        datafast_client().close()


@pytest.fixture
def clock(time_machine):
    """The running clock, which a test can shift."""
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
    """Create one of the sandbox's websites with the token that opens it."""
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
    """Create a user with a role on Lumenkit and on no other website."""

    def create(name: str, role: Role):
        user = get_user_model().objects.create_user(name, password="a long password")
        Membership.objects.create(website=lumenkit, user=user, role=role)
        return user

    return create


@pytest.fixture
def member(person_with_role):
    """A user who can see Lumenkit and export from it."""
    return person_with_role("mina", Role.MEMBER)


@pytest.fixture
def viewer(person_with_role):
    """A user who can look up Lumenkit's visitors and nothing else."""
    return person_with_role("vera", Role.VIEWER)


@pytest.fixture
def admin(person_with_role):
    """A user who also manages Lumenkit's key and members."""
    return person_with_role("ada", Role.ADMIN)


@pytest.fixture
def browser_of_member(client, member):
    """Django's test client, signed in as the member."""
    sign_in(client, member)
    return client
