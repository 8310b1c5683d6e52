"""Runs the bench and prints its table; `--json` ends it with one line of JSON. Takes about two minutes.

`--browser` measures how long a browser takes to show a journey instead, `--scale` how pages slow down as the database
grows.
"""

import argparse
import json
import logging
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from tests.bench import browser, load, scale
from tests.processes import environment, free_port, process

WORKERS, THREADS = 4, 4
SAMPLES, WARM_UP_ROUNDS = 300, 40
COLD_VISITORS, WARM_UP_VISITORS = 60, 15
READERS = 100
FOLLOWERS, FOLLOW_SECONDS, FOLLOW_INTERVAL_SECONDS = 20, 30.0, 10.0
CONNECTIONS = 16
PEOPLE, PEOPLE_BATCH = 100_000, 5_000
SERVER = (
    "import sys; from dashboard.server import serve; "
    "serve('127.0.0.1', int(sys.argv[1]), workers=int(sys.argv[2]), threads=int(sys.argv[3]), "
    "target='tests.bench.wsgi:application')"
)
HTMX = {"HX-Request": "true"}
JSON = {"Content-Type": "application/json"}
# Row: its figure, the most that it may be, and of which other row's figure that is a multiple.
TARGETS: dict[str, tuple[str, float, str]] = {
    "journey_50": ("median_ms", 2.5, "signed_in"),
    "journey_10000": ("median_ms", 1.5, "journey_50"),
    "journey_50_made": ("median_ms", 5, "signed_in"),
    "journey_10000_made": ("median_ms", 1.5, "journey_50_made"),
    "older_visits_10000": ("median_ms", 5, "signed_in"),
    "oldest_visits_10000": ("median_ms", 1.5, "older_visits_10000"),
    "cold_journey_50": ("median_ms", 10, "signed_in"),
    "api_kept": ("median_ms", 1.5, "signed_in"),
    "mcp_journey": ("median_ms", 2.5, "signed_in"),
    "search_100000": ("median_ms", 5, "signed_in"),
    "flight_100": ("upstream_calls", 1, ""),
    "followers_20": ("upstream_calls", 4, ""),
}
MAX_SQL_QUERIES = 5
# The home page lists the hottest leads, and writes that into the audit log: a query, and a transaction of three.
MORE_SQL_QUERIES = {"lookup": 10}
COLUMNS = {
    "median ms": "median_ms",
    "p99 ms": "p99_ms",
    "x bare": "ratio_bare",
    "x signed-in": "ratio_signed_in",
    "requests/s": "requests_per_second",
    "SQL": "sql_queries",
    "calls": "upstream_calls",
}

Rows = dict[str, dict[str, Any]]


class Scene:
    """A signed-in member of a website that the sandbox answers for, and that member's requests."""

    def __init__(self, sandbox: str, address: load.Address) -> None:
        from django.contrib.auth import get_user_model
        from django.test import Client

        from visitors.integrations.tokens import actions
        from visitors.models import Membership, Website
        from visitors.sandbox import documented, tokens

        self.address, self._sandbox = address, sandbox
        self.upstream = requests.Session()
        self.upstream.trust_env = False
        self.upstream.headers["Authorization"] = f"Bearer {tokens.LUMENKIT_KEY}"
        user = get_user_model().objects.create_user("bench", password=secrets.token_urlsafe())
        website = Website(slug="lumenkit", name="Lumenkit", domain="lumenkit.example", time_zone="America/New_York")
        website.set_token(tokens.LUMENKIT_KEY)
        website.save()
        Membership.objects.create(website=website, user=user)
        self.bearer = {"Authorization": f"Bearer {actions.create(user, name='bench', website=None, days=1)}"}
        self.client = Client(HTTP_HOST="127.0.0.1")
        self.client.force_login(user)
        self.client.get("/")  # sets the cookie that protects forms
        self.long, self.live = documented.TEN_THOUSAND.visitor_id, documented.LIVE.visitor_id
        self.fifty, self.in_flight, *self.cold = self._visitors_of_fifty_events()

    def _visitors_of_fifty_events(self) -> list[str]:
        """The sandbox's visitors with about 50 events, the nearest first."""
        distances = {}
        for row in self.ask_sandbox("GET", "/api/v1/visitors?limit=250").json()["data"]:
            activity = self.ask_sandbox("GET", f"/api/v1/visitors/{row['visitorId']}").json()["data"]["activity"]
            events = len(activity.get("visitedPages") or []) + len(activity.get("completedGoals") or [])
            distances[row["visitorId"]] = abs(events - 50)
        return sorted(distances, key=distances.__getitem__)[: WARM_UP_VISITORS + COLD_VISITORS + 2]

    def ask_sandbox(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request to the sandbox itself."""
        response = self.upstream.request(method, self._sandbox + path, timeout=30, **options)
        response.raise_for_status()
        return response

    def calls(self, visitor_id: str) -> int:
        """How often the sandbox was asked for a visitor."""
        return int(self.ask_sandbox("GET", "/sandbox/calls").json()["visitors"].get(visitor_id, 0))

    def get(self, path: str, headers: dict[str, str] | None = None) -> bytes:
        """A GET of the member."""
        return load.request("GET", path, {"Cookie": self._cookies()} | (headers or {}))

    def call_api(self, visitor_id: str) -> bytes:
        """A program's Get visitor, with a token of the member."""
        return load.request("GET", f"/api/v1/visitors/{visitor_id}", self.bearer)

    def call_mcp(self, visitor_id: str) -> bytes:
        """An AI agent's `get_journey`, with a token of the member."""
        return load.request("POST", "/mcp", self.bearer | JSON, mcp_call(visitor_id))

    def post(self, path: str, form: str) -> bytes:
        """A POST of the member by htmx."""
        headers = {
            "Cookie": self._cookies(),
            "X-CSRFToken": self.client.cookies["journeydesk_csrf"].value,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return load.request("POST", path, headers | HTMX, form.encode())

    def cookies(self) -> dict[str, str]:
        """The cookies of the member."""
        return {name: morsel.value for name, morsel in self.client.cookies.items()}

    def _cookies(self) -> str:
        return self.client.cookies.output(attrs=[], header="", sep=";").strip()

    def version(self, visitor_id: str) -> str:
        """The version of the stored profile."""
        from visitors.models import Snapshot

        return Snapshot.objects.get(visitor_id=visitor_id).version


def journey(visitor_id: str) -> str:
    """The path of a journey page."""
    return f"/lumenkit/visitors/{visitor_id}/"


def mcp_call(visitor_id: str) -> bytes:
    """The body of a call of MCP's `get_journey`."""
    arguments = {"visitor": visitor_id, "website": "lumenkit"}
    params = {"name": "get_journey", "arguments": arguments}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()


def measure_pages(scene: Scene, rows: Rows) -> None:
    """Everything that is answered from stored profiles, in turn, so that a noisy moment slows all of them alike.

    A page is made, not served from the article cache, where each request asks for another fold. With a visit that does
    not exist it looks the same.
    """
    connection = load.Connection(scene.address)
    pages = {name: connection.send(scene.get(journey(one))) for name, one in (("50", scene.fifty), ("l", scene.long))}
    assert all(page.status == 200 for page in pages.values()), pages
    connection.close()
    unchanged = f"automatic=1&version={scene.version(scene.fifty)}"
    older = f"{journey(scene.long)}timeline/?part=visits&version={scene.version(scene.long)}&from="
    requests_of: dict[str, Callable[[int], bytes]] = {
        "bare": lambda _: load.request("GET", "/bench/bare", {}),
        "signed_in": lambda _: scene.get("/bench/signed-in"),
        "lookup": lambda _: scene.get("/"),
        "journey_50": lambda _: scene.get(journey(scene.fifty)),
        "journey_10000": lambda _: scene.get(journey(scene.long)),
        "api_kept": lambda _: scene.call_api(scene.fifty),
        "mcp_journey": lambda _: scene.call_mcp(scene.fifty),
        "fragment_unchanged": lambda _: scene.post(f"{journey(scene.fifty)}refresh/", unchanged),
        "journey_50_made": lambda number: scene.get(f"{journey(scene.fifty)}?open={1_000_000 + number}"),
        "journey_10000_made": lambda number: scene.get(f"{journey(scene.long)}?open={1_000_000 + number}"),
        "older_visits_10000": lambda _: scene.get(f"{older}370", HTMX),
        "oldest_visits_10000": lambda _: scene.get(f"{older}25", HTMX),
    }
    seconds: dict[str, list[float]] = {name: [] for name in requests_of}
    # Several connections, since each stays with one worker.
    connections = [load.Connection(scene.address) for _ in range(WORKERS * 2)]
    for number in range(WARM_UP_ROUNDS + SAMPLES):
        for name, make_request in requests_of.items():
            answer = random.choice(connections).send(make_request(number))
            assert answer.status == 200, (name, answer.status)
            if number >= WARM_UP_ROUNDS:
                seconds[name].append(answer.seconds)
            rows.setdefault(name, {})["bytes"] = len(answer.body)
    for connection in connections:
        connection.close()
    for name, make_request in requests_of.items():
        rows[name] |= load.summarize(seconds[name])
        if not name.endswith(("_made", "visits_10000")):
            rows[name]["requests_per_second"] = load.requests_per_second(scene.address, make_request(0), CONNECTIONS)


def count_queries(scene: Scene, rows: Rows) -> None:
    """The SQL queries of a page, counted in this process over the same database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(send: Callable[[], Any]) -> int:
        send()
        with CaptureQueriesContext(connection) as queries:
            assert send().status_code == 200
        return len(queries)

    form = {"automatic": "1", "version": scene.version(scene.fifty)}
    paths = {"lookup": "/", "journey_50": journey(scene.fifty), "journey_10000": journey(scene.long)}
    paths |= {f"{name}_made": f"{paths[name]}?open=9999999" for name in ("journey_50", "journey_10000")}
    for name, path in paths.items():
        from visitors.journey_page import article_cache

        rows[name]["sql_queries"] = count(
            lambda: (name.endswith("_made") and article_cache.clear()) or scene.client.get(path)  # noqa: B023
        )
    api = f"/api/v1/visitors/{scene.fifty}"
    rows["api_kept"]["sql_queries"] = count(lambda: scene.client.get(api, headers=scene.bearer))
    rows["mcp_journey"]["sql_queries"] = count(
        lambda: scene.client.post("/mcp", mcp_call(scene.fifty), JSON["Content-Type"], headers=scene.bearer)
    )
    refresh = f"{journey(scene.fifty)}refresh/"
    rows["fragment_unchanged"]["sql_queries"] = count(lambda: scene.client.post(refresh, form, headers=HTMX))


def measure_search(scene: Scene, rows: Rows) -> None:
    """Results while typing, with few people who are known and with 100,000: rare words, common ones, parts of words and
    words that nobody has."""
    queries = ["Priya", "pr", "ann berg", "freight", "example", "iedma", "cus_09812", "zebra crossing"]
    fill = {"search_few": lambda: None, "search_100000": lambda: add_people(PEOPLE)}
    for name, prepare in fill.items():
        prepare()
        connection = load.Connection(scene.address)
        seconds = []
        for number in range(WARM_UP_ROUNDS + SAMPLES):
            answer = connection.send(scene.post("/search/suggestions/", f"pasted={queries[number % len(queries)]}"))
            assert answer.status == 200, answer
            seconds += [answer.seconds] if number >= WARM_UP_ROUNDS else []
        rows[name] = load.summarize(seconds)
        connection.close()


def add_people(number: int) -> None:
    """Store anonymous answers, and made-up people for them."""
    from django.db import connection

    from visitors.datafast.payload import UserProfile, Visitor
    from visitors.journey import derive
    from visitors.models import KnownPerson, Snapshot, Website
    from visitors.profiles import known_people
    from visitors.profiles.stored_form import Contents

    website, now, chance = Website.objects.get(), datetime.now(UTC), random.Random(1)
    syllables = ["an", "be", "car", "di", "el", "ga", "hol", "ing", "jo", "ka", "lu", "ni", "pri", "sta", "vin"]

    def name() -> str:
        return "".join(chance.choices(syllables, k=3)).capitalize()

    for start in range(0, number, PEOPLE_BATCH):
        batch = [
            Snapshot(website=website, visitor_id=uuid4(), fetched_at=now, version="1", answer_compressed=b"")
            for _ in range(PEOPLE_BATCH)
        ]
        people = []
        for at, snapshot in enumerate(Snapshot.objects.bulk_create(batch), start):
            first, last, company = name(), name(), name()
            email = f"{first}.{last}@{company}.example".lower()
            metadata = {"name": f"{first} {last}", "email": email, "company": f"{company} Freight"}
            profile = UserProfile(user_id=f"cus_{at:05}", metadata=metadata)
            people.append(known_people.make(snapshot, Contents(None, derive(Visitor(profile=profile)), ())))
        KnownPerson.objects.bulk_create(people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure_cold(scene: Scene, rows: Rows) -> None:
    """Journeys that are not stored yet, minus the time in which a plain client gets the same answer of the sandbox over
    a connection that it keeps open: what is left is the dashboard's own."""
    connection = load.Connection(scene.address)
    seconds, upstream_seconds = [], []
    for visitor_id in scene.cold:
        for _ in range(2):  # the sandbox makes up a visitor at the first call
            started = time.perf_counter()
            scene.ask_sandbox("GET", f"/api/v1/visitors/{visitor_id}")
            upstream = time.perf_counter() - started
        answer = connection.send(scene.get(journey(visitor_id)))
        assert answer.status == 200, answer
        seconds.append(answer.seconds - upstream)
        upstream_seconds.append(upstream)
    connection.close()
    rows["cold_journey_50"] = load.summarize(seconds[WARM_UP_VISITORS:])
    rows["cold_journey_50"]["upstream_ms"] = load.median(upstream_seconds[WARM_UP_VISITORS:])
    rows["cold_journey_50"]["overhead_ms"] = rows["cold_journey_50"]["median_ms"] - rows["journey_50"]["median_ms"]


def measure_flight(scene: Scene, rows: Rows) -> None:
    """A hundred readers open a journey that is not stored yet, at the same moment."""
    before = scene.calls(scene.in_flight)
    scene.ask_sandbox("POST", "/sandbox/settings", json={"latency_seconds": 0.3})
    answers = load.at_once(scene.address, scene.get(journey(scene.in_flight)), READERS)
    scene.ask_sandbox("POST", "/sandbox/settings", json={"latency_seconds": 0})
    assert all(answer.status == 200 for answer in answers), [answer.status for answer in answers]
    rows["flight_100"] = load.summarize([answer.seconds for answer in answers])
    rows["flight_100"]["upstream_calls"] = scene.calls(scene.in_flight) - before


def measure_followers(scene: Scene, rows: Rows) -> None:
    """Twenty pages follow a visitor who is on the site, one request after the other, as pages opened in turn do."""
    connection = load.Connection(scene.address)
    path = journey(scene.live)
    assert connection.send(scene.get(path)).status == 200
    before, seconds = scene.calls(scene.live), []
    versions = [scene.version(scene.live)] * FOLLOWERS
    started, turn = time.perf_counter(), 0
    while time.perf_counter() - started < FOLLOW_SECONDS:
        follower = turn % FOLLOWERS
        answer = connection.send(scene.post(f"{path}follow/", f"version={versions[follower]}"))
        assert answer.status in (200, 204), answer
        seconds.append(answer.seconds)
        if answer.status == 200:
            versions[follower] = scene.version(scene.live)
        turn += 1
        time.sleep(max(0.0, started + turn * FOLLOW_INTERVAL_SECONDS / FOLLOWERS - time.perf_counter()))
    connection.close()
    rows["followers_20"] = load.summarize(seconds)
    rows["followers_20"]["upstream_calls"] = scene.calls(scene.live) - before


def memory_of_workers(server: subprocess.Popen[bytes]) -> list[int]:
    """The resident memory of the server's processes, in MB, the supervisor's first."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in (str(server.pid), *children)]
    return [count * os.sysconf("SC_PAGE_SIZE") // 2**20 for count in pages]


def describe_target(rows: Rows, name: str) -> str:
    """What a row should reach, and whether it does."""
    texts, row = [], rows[name]
    if name in TARGETS:
        figure, most, other = TARGETS[name]
        value = row[figure] / rows[other][figure] if other else row[figure]
        what = f"x {other}" if other else "calls"
        texts.append(f"{'ok' if value <= most else 'MISSED'}: {value:.3g} of {most:g} {what}")
    most_queries = MORE_SQL_QUERIES.get(name, MAX_SQL_QUERIES)
    if row.get("sql_queries", 0) > most_queries:
        texts.append(f"MISSED: {row['sql_queries']} of {most_queries} SQL queries")
    return ", ".join(texts)


def show(rows: Rows, memory: list[int]) -> None:
    """Print the table."""
    print(f"{'':20}" + "".join(f"{head:>13}" for head in COLUMNS) + "  target")
    for name, row in rows.items():
        cells = [row.get(figure) for figure in COLUMNS.values()]
        texts = ["" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
        print(f"{name:20}" + "".join(f"{text:>13}" for text in texts) + f"  {describe_target(rows, name)}")
    print(f"\nA cold journey: without the {rows['cold_journey_50']['upstream_ms']:.1f} ms of a plain client's call.")
    sizes = ", ".join(f"{name} {row['bytes'] / 1000:.1f} KB" for name, row in rows.items() if "bytes" in row)
    print(f"Compressed answers: {sizes}.")
    print(f"Memory of the server's processes: {', '.join(f'{size} MB' for size in memory)}.")


def print_json(rows: Rows | browser.Figures | scale.Figures) -> None:
    """Print the figures for a machine."""
    print(json.dumps({name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()}))


def measure_scale(options: argparse.Namespace) -> None:
    """Fill a database, and measure the same pages before and after."""
    server = os.environ.get("TEST_POSTGRESQL_SERVER", "postgresql://postgres@127.0.0.1:5432")
    port = free_port()
    sandbox = f"http://127.0.0.1:{port}"
    with (
        tempfile.TemporaryDirectory(prefix="journeydesk-bench-") as folder,
        scale.postgresql_database(server) if options.postgresql else nullcontext("") as database,
    ):
        os.environ |= environment(folder, f"{sandbox}/api/v1")
        os.environ |= {"PROFILE_FRESH_SECONDS": "86400", "DATABASE_URL": database}
        import django

        django.setup()
        logging.disable(logging.INFO)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        with process(["manage.py", "sandbox", "--port", str(port), "--requests-per-minute", "0"], sandbox):
            scene = Scene(sandbox, ("127.0.0.1", port))
            figures = scale.run(scene, journey(scene.fifty), options.scale)
    print(scale.describe_database(database))
    scale.show(figures)
    if options.json:
        print_json(figures)


def main() -> None:
    """Set the scene, measure, print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--browser", action="store_true", help="measure a browser's loading of a journey instead")
    parser.add_argument(
        "--scale",
        nargs="?",
        type=float,
        const=1.0,
        help="measure how pages slow down with 300,000 visitors instead; a number below 1 fills less",
    )
    parser.add_argument("--postgresql", action="store_true", help="with --scale: on TEST_POSTGRESQL_SERVER")
    options = parser.parse_args()
    # As Ctrl-C does: end with an exception, so that folder, processes and database are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    if options.scale:
        measure_scale(options)
        return
    sandbox_port, port = free_port(), free_port()
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    rows: Rows = {}
    with tempfile.TemporaryDirectory(prefix="journeydesk-bench-") as folder:
        # Profiles stay fresh while they are measured.
        os.environ |= environment(folder, f"{sandbox}/api/v1") | {"PROFILE_FRESH_SECONDS": "600"}
        import django

        django.setup()
        logging.disable(logging.INFO)  # of requests in this process
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        sandbox_words = ["manage.py", "sandbox", "--port", str(sandbox_port), "--requests-per-minute", "0"]
        server_words = ["-c", SERVER, str(port), str(WORKERS), str(THREADS)]
        health = f"http://127.0.0.1:{port}/healthz"
        with process(sandbox_words, sandbox), (Path(folder) / "log").open("wb") as log:
            scene = Scene(sandbox, ("127.0.0.1", port))
            # The server logs each request, as in production; that is part of what is measured.
            if options.browser:
                path = browser.store_journey(scene)
                with process(server_words, health, log=log):
                    figures = browser.measure(scene.address, scene.cookies(), path)
                browser.show(figures)
                if options.json:
                    print_json(figures)
                return
            with process(server_words, health, log=log) as server:
                measure_pages(scene, rows)
                count_queries(scene, rows)
                measure_cold(scene, rows)
                measure_flight(scene, rows)
                measure_followers(scene, rows)
                measure_search(scene, rows)
                memory = memory_of_workers(server)
    for row in rows.values():
        row["ratio_bare"] = row["median_ms"] / rows["bare"]["median_ms"]
        row["ratio_signed_in"] = row["median_ms"] / rows["signed_in"]["median_ms"]
    show(rows, memory)
    if options.json:
        print_json(rows)


if __name__ == "__main__":
    main()
