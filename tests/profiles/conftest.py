"""For tests of the service: a DataFast that fails, simultaneous readers, and worker processes."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, connections

from tests.faulty_upstream import FaultyUpstream
from tests.settings import SCRATCH
from visitors.datafast.errors import UpstreamError
from visitors.profiles import lease
from visitors.profiles.client import datafast_client

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def faulty(settings):
    """A DataFast that misbehaves as set in `faulty.behaviors`, and a deadline of one second."""
    settings.UPSTREAM_DEADLINE_SECONDS = 1
    with FaultyUpstream() as running:
        settings.DATAFAST_API_URL = running.url
        yield running
        datafast_client().close()


@pytest.fixture
def together():
    """Runs functions in threads that begin at the same moment. Returns what each returned, or the UpstreamError that it
    raised."""

    def run(*functions):
        begin = threading.Barrier(len(functions))

        def one(function):
            try:
                begin.wait()
                return function()
            except UpstreamError as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as threads:
            return list(threads.map(one, functions))

    return run


@pytest.fixture
def is_waiting(monkeypatch):
    """An event: a reader waits for another reader's call."""
    event, wait = threading.Event(), lease.wait

    def noticed(last, deadline):
        event.set()
        wait(last, deadline)

    monkeypatch.setattr(lease, "wait", noticed)
    return event


class Worker:
    """A process of its own with the database and the upstream of the test; see `worker`."""

    def __init__(self, environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.profiles.worker"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self):
        assert self.process.stdout.readline() == "ready\n"

    def begin(self, website, visitor_ids, token=None):
        """Look up these visitors, in as many threads as a worker has; with an access token through the API."""
        line = [website.pk, [str(visitor_id) for visitor_id in visitor_ids], token]
        print(json.dumps(line), file=self.process.stdin)
        self.process.stdin.flush()

    def results(self):
        """A list of (version or None, error's name or None, seconds), in the order of the visitors."""
        return json.loads(self.process.stdout.readline())

    def kill(self):
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.wait()

    def close(self):
        self.process.communicate(timeout=60)


@pytest.fixture
def workers(transactional_db, settings):
    """Starts worker processes."""
    started = []

    def start(count):
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "DATABASE_URL": _url_of_the_tests_database(),
            "STATE_DIR": str(SCRATCH),
            "DATAFAST_API_URL": settings.DATAFAST_API_URL,
            "UPSTREAM_DEADLINE_SECONDS": str(settings.UPSTREAM_DEADLINE_SECONDS),
            "DATAFAST_REQUESTS_PER_MINUTE": str(settings.DATAFAST_REQUESTS_PER_MINUTE),
        }
        fresh = [Worker(environment) for _ in range(count)]
        started.extend(fresh)
        for worker in fresh:
            worker.wait_until_ready()
        return fresh

    yield start
    for worker in started:
        worker.close()


def _url_of_the_tests_database():
    its = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{its['NAME']}"
    password = f":{its['PASSWORD']}" if its["PASSWORD"] else ""
    return f"postgresql://{its['USER']}{password}@{its['HOST']}:{its['PORT'] or 5432}/{its['NAME']}"
