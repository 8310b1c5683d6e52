"""The service's tests once more, on a real PostgreSQL and a real Redis, in databases of their own."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import redis

from tests.conftest import skip_without

ROOT = Path(__file__).resolve().parent.parent
POSTGRESQL = os.environ.get("TEST_POSTGRESQL_SERVER", "postgresql://postgres@127.0.0.1:5432")
REDIS = os.environ.get("TEST_REDIS_SERVER", "redis://127.0.0.1:6379")
SERVICE_TESTS = [
    "tests/profiles",
    "tests/accounts/test_invitations.py",
    "tests/accounts/test_administration.py",
    "tests/websites/test_members.py",
    "tests/audit",
    "tests/websites/test_actions.py",
    "tests/journey_page/views/test_seen.py",
]
# While it runs, a run's Redis database holds this key, so that another run at the same time takes another one.
TAKEN = "journeydesk-test-run"


@pytest.fixture
def postgresql_url():
    """The address of a database on the server, under a name that nobody else uses."""
    try:
        with psycopg.connect(f"{POSTGRESQL}/postgres", connect_timeout=2):
            pass
    except psycopg.OperationalError as error:
        skip_without("postgresql", f"{POSTGRESQL.rpartition('@')[2]} does not answer ({type(error).__name__})")
    name = f"journeydesk_{uuid4().hex[:12]}"
    yield f"{POSTGRESQL}/{name}"
    # The run itself makes `test_…` of it and removes that; a run that was cut short leaves it to us.
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "test_{name}" WITH (FORCE)')


@pytest.fixture
def redis_url():
    """The address of an empty Redis database, emptied again afterwards."""
    with closing(redis.Redis.from_url(REDIS, socket_connect_timeout=2)) as server:
        try:
            count = int(server.config_get("databases")["databases"])
        except redis.ConnectionError as error:
            skip_without("redis", f"{REDIS} does not answer ({type(error).__name__})")
    for number in reversed(range(1, count)):
        with closing(redis.Redis.from_url(f"{REDIS}/{number}")) as database:
            if database.dbsize() == 0 and database.set(TAKEN, 1, nx=True, ex=600):
                yield f"{REDIS}/{number}"
                database.flushdb()
                return
    skip_without("redis", f"none of the {count} databases of {REDIS} is empty")


@pytest.mark.postgresql
@pytest.mark.redis
def test_the_service_keeps_its_promises_on_postgresql_and_redis(postgresql_url, redis_url):
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SERVICE_TESTS],
        cwd=ROOT,
        env=os.environ | {"TEST_DATABASE_URL": postgresql_url, "TEST_CACHE_URL": redis_url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
