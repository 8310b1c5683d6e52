"""An upgrade from migration 0008, the schema before all models were renamed: every row is still there afterwards."""

import json
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.utils.crypto import salted_hmac

from tests.processes import ROOT, environment
from visitors import encryption
from visitors.accounts import users
from visitors.audit import log
from visitors.lookup import last_seen
from visitors.models import (
    AuditEntry,
    FetchLease,
    Invitation,
    LastSeen,
    Membership,
    MetricsPoint,
    OpenIDIdentity,
    RateBudget,
    Website,
)
from visitors.operations import checks

VISITOR = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
ERASED = UUID("c0ffee00-0000-4000-8000-000000000002")
LEASE = UUID("c0ffee00-0000-4000-8000-000000000003")
TOKEN = "df_thekeyoftheshop00000001"
ANSWER = {
    "status": "success",
    "data": {
        "visitorId": str(VISITOR),
        "activity": {
            "visitCount": 1,
            "pageViewCount": 1,
            "visitedPages": [{"url": "shop.example/pricing", "timestamp": "2026-05-05T20:05:00.000Z"}],
        },
        "profile": {"metadata": {"name": "Priya Raman"}},
    },
}
# As that release stored them: a mark after two page views, and the error of a visitor who was not found.
OLD_SEEN = bytes.fromhex("920197d6ff69fa4c40d6ff69fa4bc801020000c2")
OLD_ERROR = bytes.fromhex("93af56697369746f724e6f74466f756e6490c0")


def fill_old_database():
    """Migrate to 0008, and add rows with the models as they were then. Runs in a process of its own."""
    call_command("migrate", "visitors", "0008", verbosity=0)
    apps = MigrationLoader(connection).project_state(("visitors", "0008_flight_before")).apps

    def create(model, app="visitors", **values):
        return apps.get_model(app, model).objects.create(**values)

    now = datetime.now(UTC)
    ada = create(
        "User", "auth", username="ada", email="Team@shop.example", last_login=now - timedelta(1), is_superuser=True
    )
    mina = create("User", "auth", username="mina", email="team@shop.example", last_login=now)
    create("User", "auth", username="gone", email="team@shop.example", last_login=now, is_active=False)
    shop = create(
        "Website",
        name="Shop",
        slug="shop",
        domain="shop.example",
        credential_encrypted=encryption.encrypt(TOKEN),
        on_hold_since=now,
        paused_until=now,
        failures_in_a_row=3,
        key_failing_since=now,
    )
    create("Membership", website=shop, user=mina, role="admin")
    create("Invitation", website=shop, role="viewer", invited="kim", invited_by=ada, created_at=now)
    create("OpenIdentity", user=mina, issuer="https://login.example", subject="42")
    create("Budget", key="k" * 64, calls=[[1, 2]], limit=60, limit_heard_at=now, blocked_until=now)
    answer = zlib.compress(json.dumps(ANSWER).encode())
    about = {"website": shop, "visitor_id": VISITOR}
    create("Snapshot", **about, fetched_at=now, version="0" * 24, answer_compressed=answer)
    create("Sighting", **about, at=now, score=50, visits=1, page_views=1, goals=0, payments=0)
    create("Look", **about, user=mina, looked_at=now, label="Priya Raman", seen=OLD_SEEN)
    lease = {"token": LEASE, "lease_until": now, "landed_at": now, "earlier": LEASE}
    create("Flight", **about, **lease, failure=OLD_ERROR, earlier_failure=OLD_ERROR)
    line = {"website": shop, "user": mina, "user_name": "mina"}
    erased = salted_hmac(f"visitors.look_ups:{shop.pk}", str(ERASED), algorithm="sha256").hexdigest()[:32]
    create("LookUp", **line, visitor_id=VISITOR, at=now - timedelta(hours=2), source="csv", result="shown")
    create("LookUp", **line, visitor_hash=erased, at=now - timedelta(hours=1), source="page", result="bot")
    create("LookUp", **line, visitor_hash=erased, at=now, source="forget", result="done")


def read_database():
    """Return the rows after the upgrade and what the visitor's page shows, as JSON. Runs in a process of its own."""
    website, lease, seen = Website.objects.get(), FetchLease.objects.get(), LastSeen.objects.get()
    entries = AuditEntry.objects.order_by("at")
    found = {
        "token": website.credential().token,
        "failures": website.consecutive_failures,
        "website times": [bool(website.paused_at and website.circuit_open_until and website.key_rejected_since)],
        "emails": list(User.objects.order_by("username").values_list("username", "email")),
        "found by the email": users.resolve_username("TEAM@shop.example"),
        "shared": [found.msg for found in checks.check_database(databases=["default"]) if found.id.endswith("W007")],
        "roles": list(Membership.objects.values_list("user__username", "role")),
        "invitations": list(Invitation.objects.values_list("invited", "invited_by__username")),
        "identities": list(OpenIDIdentity.objects.values_list("user__username", "subject")),
        "budget": list(RateBudget.objects.values_list("key", "calls", "limit")),
        "points": list(MetricsPoint.objects.values_list("score", "visits")),
        "seen": [seen.label, last_seen.load_seen(seen.seen).page_views],
        "lease": [lease.previous_token == LEASE, bytes(lease.error) == bytes(lease.previous_error) == OLD_ERROR],
        "entries": list(entries.values_list("action", "result")),
        "erased": entries.filter(log.about_visitors(website.pk, [ERASED])).count(),
    }
    browser = Client(headers={"Host": "127.0.0.1"})
    browser.force_login(User.objects.get(username="mina"))
    page = browser.get(f"/shop/visitors/{VISITOR}/")
    found["page"] = [page.status_code, "Priya Raman" in page.text, "/pricing" in page.text]
    return json.dumps(found)


@pytest.fixture
def run(tmp_path):
    """Run `manage.py` on one deployment, and return what it prints."""
    # With DEBUG, pages need no collected static files.
    variables = environment(tmp_path, "http://127.0.0.1:9/api/v1") | {"DEBUG": "true"}

    def call(*words, database_url=""):
        ended = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=variables | {"DATABASE_URL": database_url},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    return call


def check_upgrade(run, **options):
    """Fill a database of 0008, migrate it, and compare what is in it."""
    run("shell", "-v", "0", "-c", "from tests import test_upgrade; test_upgrade.fill_old_database()", **options)
    run("migrate", "--verbosity", "0", **options)
    found = run(
        "shell", "-v", "0", "-c", "from tests import test_upgrade; print(test_upgrade.read_database())", **options
    )
    assert json.loads(found) == {
        "token": TOKEN,
        "failures": 3,
        "website times": [True],
        "emails": [
            ["ada", "Team@shop.example (shared, account 1)"],
            ["gone", "team@shop.example (shared, account 3)"],
            ["mina", "team@shop.example"],
        ],
        "found by the email": "mina",
        "shared": [
            (
                "These accounts shared their email with another one, which kept it: "
                "ada (Team@shop.example) and gone (team@shop.example)."
            )
        ],
        "roles": [["mina", "admin"]],
        "invitations": [["kim", "ada"]],
        "identities": [["mina", "42"]],
        "budget": [["k" * 64, [[1, 2]], 60]],
        "points": [[50.0, 1]],
        "seen": ["Priya Raman", 2],
        "lease": [True, True],
        "entries": [["csv", "shown"], ["page", "bot"], ["erase", "done"]],
        "erased": 2,
        "page": [200, True, True],
    }


@pytest.mark.process
def test_an_upgrade_on_sqlite_keeps_every_row(run):
    check_upgrade(run)


@pytest.mark.process
@pytest.mark.postgresql
def test_an_upgrade_on_postgresql_keeps_every_row(run, postgresql_url):
    server, _, name = postgresql_url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connected:
        connected.execute(f'CREATE DATABASE "{name}"')
    check_upgrade(run, database_url=postgresql_url)
