"""Runs the bench and prints its table; `--json` ends it with one line of JSON. Bounded to two minutes."""

import argparse
import json
import logging
import os
import secrets
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from tests.bench import load
from tests.processes import environment, free_port, process

WORKERS, THREADS = 4, 4
SAMPLES = 400
MADE_PAGES = 200
COLD_VISITORS, WARMING_VISITORS = 60, 15
READERS = 100
FOLLOWERS, FOLLOW_SECONDS, FOLLOW_EVERY = 20, 30.0, 10.0
CONNECTIONS = 16
SERVER = (
    "import sys; from dashboard.server import serve; "
    "serve('127.0.0.1', int(sys.argv[1]), workers=int(sys.argv[2]), threads=int(sys.argv[3]), "
    "target='tests.bench.wsgi:application')"
)


class Scene:
    """A database with a signed-in member of a website whose upstream is the sandbox, and the requests to measure."""

    def __init__(self, sandbox: str, address: load.Address) -> None:
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
        from django.contrib.sessions.backends.db import SessionStore
        from django.middleware.csrf import _get_new_csrf_string

        from visitors.models import Membership, Website
        from visitors.sandbox import documented, tokens

        self.sandbox, self.address = sandbox, address
        user = get_user_model().objects.create_user("bench", password=secrets.token_urlsafe())
        website = Website(slug="lumenkit", name="Lumenkit", domain="lumenkit.example", time_zone="America/New_York")
        website.set_token(tokens.LUMENKIT_KEY)
        website.save()
        Membership.objects.create(website=website, user=user)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        self.csrf = _get_new_csrf_string()
        self.cookies = {"journeydesk_session": session.session_key, "journeydesk_csrf": self.csrf}
        self.long_one = documented.TEN_THOUSAND.visitor_id
        self.live_one = documented.LIVE.visitor_id
        self.fifty, *self.strangers = self._of_fifty_events()

    def _of_fifty_events(self) -> list[str]:
        """The sandbox's visitors whose journeys are nearest to 50 events, the nearest first."""
        listed = self.upstream("GET", "/api/v1/visitors?limit=250").json()["data"]
        sizes = {}
        for row in listed:
            activity = self.upstream("GET", f"/api/v1/visitors/{row['visitorId']}").json()["data"]["activity"]
            events = len(activity.get("visitedPages") or []) + len(activity.get("completedGoals") or [])
            sizes[row["visitorId"]] = abs(events - 50)
        return sorted(sizes, key=sizes.__getitem__)[: WARMING_VISITORS + COLD_VISITORS + 2]

    def upstream(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask the sandbox itself."""
        from visitors.sandbox.tokens import LUMENKIT_KEY

        headers = {"Authorization": f"Bearer {LUMENKIT_KEY}"}
        answer = requests.request(method, self.sandbox + path, headers=headers, timeout=30, **options)
        answer.raise_for_status()
        return answer

    def plain_client(self) -> requests.Session:
        """A client of the sandbox that keeps its connection, and does nothing that it need not."""
        from visitors.sandbox.tokens import LUMENKIT_KEY

        client = requests.Session()
        client.trust_env = False
        client.headers["Authorization"] = f"Bearer {LUMENKIT_KEY}"
        return client

    def get(self, path: str) -> bytes:
        """A signed-in GET."""
        return load.request("GET", path, {"Cookie": self._cookie()})

    def post(self, path: str, form: str) -> bytes:
        """A signed-in htmx POST."""
        headers = {
            "Cookie": self._cookie(),
            "HX-Request": "true",
            "X-CSRFToken": self.csrf,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return load.request("POST", path, headers, form.encode())

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def journey(self, visitor_id: str) -> str:
        """The address of a journey."""
        return f"/lumenkit/visitors/{visitor_id}/"

    def version(self, visitor_id: str) -> str:
        """The version of the profile that is kept."""
        from visitors.models import Snapshot

        return Snapshot.objects.get(visitor_id=visitor_id).version


def measure_pages(scene: Scene, rows: dict[str, dict[str, Any]]) -> None:
    """The pages that are ready: asked in turn, so that a noisy moment falls on all of them alike."""
    connection = load.Connection(scene.address)
    for visitor_id in (scene.fifty, scene.long_one):
        answer = connection.ask(scene.get(scene.journey(visitor_id)))
        assert answer.status == 200, answer
    payloads = {
        "bare": load.request("GET", "/bench/bare", {}),
        "signed_in": scene.get("/bench/signed-in"),
        "lookup": scene.get("/"),
        "journey_50": scene.get(scene.journey(scene.fifty)),
        "journey_10000": scene.get(scene.journey(scene.long_one)),
        "fragment_unchanged": scene.post(
            scene.journey(scene.fifty) + "refresh/", f"automatic=1&version={scene.version(scene.fifty)}"
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in payloads}
    # Several connections, since each stays with one worker.
    connections = [load.Connection(scene.address) for _ in range(WORKERS * 2)]
    for round_number in range(SAMPLES + 40):
        for name, payload in payloads.items():
            answer = connections[round_number % len(connections)].ask(payload)
            assert answer.status in (200, 204), (name, answer.status)
            if round_number >= 40:  # the first ones warm up every worker
                seconds[name].append(answer.seconds)
            rows.setdefault(name, {})["bytes"] = len(answer.body)
    for name in payloads:
        rows[name] |= {"median_ms": load.median(seconds[name]), "p99_ms": load.p99(seconds[name])}
    for name in ("bare", "signed_in", "lookup", "journey_50", "journey_10000", "fragment_unchanged"):
        rows[name]["requests_per_second"] = load.requests_per_second(scene.address, payloads[name], CONNECTIONS)
    for one in (connection, *connections):
        one.close()


def measure_made(scene: Scene, rows: dict[str, dict[str, Any]]) -> None:
    """A kept journey whose page is not ready, as for the first reader of a minute: each question is another one (for a
    visit that there is not), so each page is made."""
    connections = [load.Connection(scene.address) for _ in range(WORKERS * 2)]
    seconds = []
    for number in range(MADE_PAGES):
        path = f"{scene.journey(scene.fifty)}?open={1_000_000 + number}"
        answer = connections[number % len(connections)].ask(scene.get(path))
        assert answer.status == 200, answer
        seconds.append(answer.seconds)
    for connection in connections:
        connection.close()
    rows["journey_50_made"] = {"median_ms": load.median(seconds), "p99_ms": load.p99(seconds)}


def measure_machine(scene: Scene, rows: dict[str, dict[str, Any]]) -> None:
    """How long Python's own json takes to read the answer with 10,000 page views: what times of two machines, or of one
    machine's better and worse hours, can be compared by."""
    body = scene.upstream("GET", f"/api/v1/visitors/{scene.long_one}").content
    seconds = []
    for _ in range(60):
        started = time.perf_counter()
        json.loads(body)
        seconds.append(time.perf_counter() - started)
    rows["json_10000"] = {"median_ms": load.median(seconds), "p99_ms": load.p99(seconds)}


def count_queries(scene: Scene, rows: dict[str, dict[str, Any]]) -> None:
    """SQL queries of a page, counted in this process over the same database."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies.load(scene.cookies)
    paths = {
        "lookup": "/",
        "journey_50": scene.journey(scene.fifty),
        "journey_10000": scene.journey(scene.long_one),
    }
    for name, path in paths.items():
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        rows[name]["sql_queries"] = len(queries)
    refresh = scene.journey(scene.fifty) + "refresh/"
    form = {"automatic": "1", "version": scene.version(scene.fifty)}
    with CaptureQueriesContext(connection) as queries:
        client.post(refresh, form, headers={"HX-Request": "true"})
    rows["fragment_unchanged"]["sql_queries"] = len(queries)


def measure_cold(scene: Scene, rows: dict[str, dict[str, Any]]) -> None:
    """A journey that nobody has looked at yet, minus what a plain client takes to get the same answer of the sandbox
    over a connection that it keeps: what is left is the dashboard's own."""
    connection = load.Connection(scene.address)
    seconds, upstream_seconds = [], []
    with scene.plain_client() as client:
        for number, visitor_id in enumerate(scene.strangers[: WARMING_VISITORS + COLD_VISITORS]):
            for _ in range(2):  # the sandbox makes a visitor up when it is asked first
                started = time.perf_counter()
                client.get(f"{scene.sandbox}/api/v1/visitors/{visitor_id}", timeout=30).raise_for_status()
                upstream = time.perf_counter() - started
            answer = connection.ask(scene.get(scene.journey(visitor_id)))
            assert answer.status == 200, answer
            if number >= WARMING_VISITORS:
                seconds.append(answer.seconds - upstream)
                upstream_seconds.append(upstream)
    connection.close()
    rows["cold_journey_50"] = {
        "median_ms": load.median(seconds),
        "p99_ms": load.p99(seconds),
        "upstream_ms": load.median(upstream_seconds),
        "overhead_ms": load.median(seconds) - rows["journey_50"]["median_ms"],
    }


def calls(scene: Scene, visitor_id: str) -> int:
    """How often the sandbox was asked for a visitor."""
    return int(scene.upstream("GET", "/sandbox/calls").json()["visitors"].get(visitor_id, 0))


def measure_flight(scene: Scene, rows: dict[str, dict[str, Any]]) -> None:
    """A hundred readers open a visitor at the same moment whom nobody has looked at."""
    visitor_id = scene.strangers[-1]
    scene.upstream("POST", "/sandbox/settings", json={"latency_seconds": 0.3})
    before = calls(scene, visitor_id)
    answers = load.at_once(scene.address, scene.get(scene.journey(visitor_id)), READERS)
    scene.upstream("POST", "/sandbox/settings", json={"latency_seconds": 0})
    assert all(answer.status == 200 for answer in answers), [answer.status for answer in answers]
    seconds = [answer.seconds for answer in answers]
    rows["flight_100"] = {
        "median_ms": load.median(seconds),
        "p99_ms": load.p99(seconds),
        "upstream_calls": calls(scene, visitor_id) - before,
    }


def measure_followers(scene: Scene, rows: dict[str, dict[str, Any]]) -> None:
    """Twenty pages follow a visitor who is on the site, as the page itself does."""
    connection = load.Connection(scene.address)
    path = scene.journey(scene.live_one)
    assert connection.ask(scene.get(path)).status == 200
    before, seconds = calls(scene, scene.live_one), []
    versions = [scene.version(scene.live_one)] * FOLLOWERS
    started = time.perf_counter()
    turn = 0
    # The pages were opened at different moments: one asks, then the next one.
    while time.perf_counter() - started < FOLLOW_SECONDS:
        follower = turn % FOLLOWERS
        answer = connection.ask(scene.post(path + "follow/", f"version={versions[follower]}"))
        assert answer.status in (200, 204), answer
        seconds.append(answer.seconds)
        if answer.status == 200:
            versions[follower] = scene.version(scene.live_one)
        turn += 1
        time.sleep(max(0.0, started + turn * FOLLOW_EVERY / FOLLOWERS - time.perf_counter()))
    connection.close()
    rows["followers_20"] = {
        "median_ms": load.median(seconds),
        "p99_ms": load.p99(seconds),
        "upstream_calls": calls(scene, scene.live_one) - before,
    }


def memory_of_workers(server: subprocess.Popen[bytes]) -> list[int]:
    """The resident memory of the server's processes, in MB, the supervisor's first."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in (str(server.pid), *children)]
    return [count * os.sysconf("SC_PAGE_SIZE") // 2**20 for count in pages]


def show(rows: dict[str, dict[str, Any]], memory: list[int]) -> None:
    """Print the table."""
    names = (
        "median_ms",
        "p99_ms",
        "ratio_bare",
        "ratio_signed_in",
        "requests_per_second",
        "sql_queries",
        "upstream_calls",
    )
    heads = ("median ms", "p99 ms", "x bare", "x signed-in", "requests/s", "SQL", "upstream calls")
    print(f"{'':20}" + "".join(f"{head:>15}" for head in heads))
    for row_name, row in rows.items():
        cells = [row.get(name) for name in names]
        texts = ["" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
        print(f"{row_name:20}" + "".join(f"{text:>15}" for text in texts))
    cold = rows["cold_journey_50"]
    print(
        f"\nA cold journey takes {cold['median_ms']:.1f} ms beside the {cold['upstream_ms']:.1f} ms of a plain client:"
        f" {cold['overhead_ms']:.1f} ms more than a kept one."
    )
    sizes = ", ".join(f"{name} {row['bytes'] / 1000:.1f} KB" for name, row in rows.items() if "bytes" in row)
    print(f"Answers as they travel: {sizes}.")
    print(f"Memory of the server's processes: {', '.join(f'{size} MB' for size in memory)}.")


def main() -> None:
    """Set the scene, measure, print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    sandbox_port, port = free_port(), free_port()
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    with tempfile.TemporaryDirectory(prefix="journeydesk-bench-") as folder:
        # The pages stay fresh while they are measured.
        os.environ |= environment(folder, f"{sandbox}/api/v1") | {"PROFILE_FRESH_SECONDS": "600"}
        import django

        django.setup()
        logging.disable(logging.INFO)  # requests that this process makes to itself are no part of the table
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        sandbox_words = ["manage.py", "sandbox", "--port", str(sandbox_port), "--requests-per-minute", "0"]
        with process(sandbox_words, sandbox):
            scene = Scene(sandbox, ("127.0.0.1", port))
            server_words = ["-c", SERVER, str(port), str(WORKERS), str(THREADS)]
            rows: dict[str, dict[str, Any]] = {}
            health = f"http://127.0.0.1:{port}/healthz"
            # A line per request, as in production: it is part of what is measured, but no part of what is told here.
            with (Path(folder) / "log").open("wb") as log, process(server_words, health, log=log) as server:
                measure_pages(scene, rows)
                measure_made(scene, rows)
                measure_machine(scene, rows)
                count_queries(scene, rows)
                measure_cold(scene, rows)
                measure_flight(scene, rows)
                measure_followers(scene, rows)
                memory = memory_of_workers(server)
    for row in rows.values():
        row["ratio_bare"] = row["median_ms"] / rows["bare"]["median_ms"]
        row["ratio_signed_in"] = row["median_ms"] / rows["signed_in"]["median_ms"]
    show(rows, memory)
    if options.json:
        print(json.dumps({name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()}))


if __name__ == "__main__":
    main()
