"""A worker process of the tests: `python -m tests.profiles.worker`.

Prints "ready", then answers each line of its input, `[website, [visitor, …], token]`, with a line of results. With a
token it asks its own API, without one the profile service.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import django

from dashboard.environment import SQLITE_OPTIONS

# No writer is sent away because the machine is busy.
SQLITE_OPTIONS["timeout"] = 60
django.setup()

from django.test import Client  # noqa: E402 (needs the set-up)

from visitors import profiles  # noqa: E402 (needs the set-up)
from visitors.datafast.errors import UpstreamError  # noqa: E402
from visitors.models import Website  # noqa: E402
from visitors.profiles import calls  # noqa: E402

# No reader is sent away because the machine is busy.
calls.MAX_SLOT_WAIT_SECONDS = 30

# As many as a worker of the production server has.
THREADS = 16


def look_up(website, visitor_id):
    started = time.monotonic()
    try:
        version, error = profiles.get_profile(website, UUID(visitor_id)).version, None
    except UpstreamError as failure:
        version, error = None, type(failure).__name__
    return version, error, time.monotonic() - started


def call_api(token, visitor_id):
    started = time.monotonic()
    response = Client().get(f"/api/v1/visitors/{visitor_id}", headers={"Authorization": f"Bearer {token}"})
    error = None if response.status_code == 200 else response.content.decode()
    return response.headers.get("ETag"), error, time.monotonic() - started


def answer(threads, website_id, visitor_ids, token):
    if token:
        return list(threads.map(lambda visitor_id: call_api(token, visitor_id), visitor_ids))
    website = Website.objects.get(pk=website_id)
    return list(threads.map(lambda visitor_id: look_up(website, visitor_id), visitor_ids))


def print_line(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    print_line("ready")
    with ThreadPoolExecutor(THREADS) as threads:
        for line in sys.stdin:
            print_line(json.dumps(answer(threads, *json.loads(line))))
