"""Retention: what is deleted and when, in batches, by one process at a time."""

import logging
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.settings import SCRATCH
from visitors import profiles
from visitors.audit import retention
from visitors.models import (
    AuditAction,
    AuditEntry,
    AuditResult,
    FetchLease,
    Invitation,
    LastSeen,
    Membership,
    MetricsPoint,
    Snapshot,
    Website,
    batches,
)
from visitors.sandbox import documented

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
JUST_NOT, JUST = timedelta(seconds=-1), timedelta(seconds=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


def store(website, user, age, *, log_age=None, visitor=None):
    """Store everything about a visitor, of this age."""
    at = NOW - age
    which = {"website": website, "visitor_id": visitor or uuid4()}
    Snapshot.objects.create(**which, fetched_at=at, version="v", answer_compressed=b"")
    MetricsPoint.objects.create(**which, at=at, visits=1, page_views=1, goals=0, payments=0)
    FetchLease.objects.create(**which, token=uuid4(), expires_at=at, finished_at=at)
    LastSeen.objects.create(**which, user=user, looked_at=at, label="", seen=b"")
    AuditEntry(
        **which,
        user=user,
        user_name="mina",
        at=NOW - (log_age or age),
        action=AuditAction.PAGE,
        result=AuditResult.SHOWN,
    ).save()


def counts():
    return [model.objects.count() for model in (Snapshot, MetricsPoint, FetchLease, LastSeen, AuditEntry)]


def test_only_rows_past_their_time_are_deleted(lumenkit, member, now, settings):
    settings.RETENTION_DAYS, settings.AUDIT_DAYS = 30, 365
    month, year = timedelta(days=30), timedelta(days=365)
    store(lumenkit, member, month + JUST_NOT, log_age=year + JUST_NOT)
    store(lumenkit, member, month + JUST, log_age=year + JUST)
    store(lumenkit, member, month + JUST, log_age=year + JUST_NOT)
    assert retention.purge() == {
        "answer": 2,
        "metrics point": 2,
        "fetch lease": 2,
        "look": 2,
        "note": 0,
        "tag": 0,
        "alert": 0,
        "audit entry": 1,
        "access token": 0,
        "invitation": 0,
    }
    assert counts() == [1, 1, 1, 1, 2]
    assert set(retention.purge().values()) == {0}
    assert Website.objects.exists()
    assert Membership.objects.exists()


def test_a_renewed_profile_loses_only_its_old_points(lumenkit, member, now):
    visitor = uuid4()
    store(lumenkit, member, timedelta(days=1), visitor=visitor)
    old = NOW - timedelta(days=40)
    MetricsPoint.objects.create(
        website=lumenkit, visitor_id=visitor, at=old, visits=1, page_views=1, goals=0, payments=0
    )
    assert retention.purge()["metrics point"] == 1
    assert counts() == [1, 1, 1, 1, 1]


def test_used_and_old_invitations_are_deleted(lumenkit, now):
    ages = {"used lately": (20, 2), "used": (20, 4), "open": (20, None), "old": (31, None)}
    for name, (made, used) in ages.items():
        Invitation.objects.create(
            website=lumenkit,
            invited=name,
            created_at=NOW - timedelta(days=made),
            used_at=used and NOW - timedelta(days=used),
        )
    assert retention.purge()["invitation"] == 2
    assert set(Invitation.objects.values_list("invited", flat=True)) == {"used lately", "open"}


def test_expired_sessions_are_deleted(now):
    for name, hours in (("over", -1), ("open", 1)):
        Session.objects.create(session_key=name, session_data="", expire_date=NOW + timedelta(hours=hours))
    retention.purge()
    assert [session.pk for session in Session.objects.all()] == ["open"]


@pytest.mark.process
def test_profiles_are_not_kept_longer_than_the_retention():
    code = "from django.conf import settings; print(settings.PROFILE_KEEP_SECONDS)"
    environment = os.environ | {"RETENTION_DAYS": "2", "PROFILE_KEEP_SECONDS": "604800"}
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert int(run.stdout) == 2 * 86_400


# --- In batches ---


def test_many_rows_are_deleted_in_batches_with_pauses(lumenkit, member, now, monkeypatch):
    pauses = []
    monkeypatch.setattr(batches, "BATCH_SIZE", 10)
    monkeypatch.setattr(batches.time, "sleep", pauses.append)
    old = NOW - timedelta(days=31)
    MetricsPoint.objects.bulk_create(
        MetricsPoint(website=lumenkit, visitor_id=uuid4(), at=old, visits=1, page_views=1, goals=0, payments=0)
        for _ in range(35)
    )
    with CaptureQueriesContext(connection) as queries:
        assert retention.purge()["metrics point"] == 35
    deleting = [query["sql"] for query in queries if query["sql"].startswith('DELETE FROM "visitors_metricspoint"')]
    assert len(deleting) == 4
    assert pauses == [batches.BATCH_PAUSE_SECONDS] * 3


def test_a_run_is_bounded_and_the_next_one_continues(lumenkit, pocketgarden, member, now, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_SIZE", 2)
    monkeypatch.setattr(retention, "MAX_ROWS_PER_RUN", 5)
    for number in range(8):
        store((lumenkit, pocketgarden)[number % 2], member, timedelta(days=4000 + number))
    assert [*retention.purge().values()] == [5, 5, 5, 5, 0, 0, 0, 5, 0, 0]
    assert counts() == [3] * 5
    assert [*retention.purge().values()] == [3, 3, 3, 3, 0, 0, 0, 3, 0, 0]
    assert counts() == [0] * 5


def test_the_command_goes_on_until_nothing_is_left(lumenkit, member, now, monkeypatch):
    monkeypatch.setattr(retention, "MAX_ROWS_PER_RUN", 2)
    for number in range(5):
        store(lumenkit, member, timedelta(days=4000 + number))
    assert retention.purge_all()["audit entry"] == 5
    assert counts() == [0] * 5


def test_the_expired_part_of_the_log_is_found_by_an_index(lumenkit, member, now):
    store(lumenkit, member, timedelta(days=4000))
    with CaptureQueriesContext(connection) as queries:
        retention.purge()
    search = next(query["sql"] for query in queries if query["sql"].startswith('SELECT "visitors_auditentry"."id"'))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{search}")
        plan = str(cursor.fetchall())
    assert "audit_by_website" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_rows_renewed_between_two_batches_stay(lumenkit, member, now, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_SIZE", 1)
    visitors = sorted((uuid4() for _ in range(3)), key=str)
    for visitor in visitors:
        store(lumenkit, member, timedelta(days=31), visitor=visitor)
    # Between two batches, a reader renews all that are left.
    monkeypatch.setattr(batches.time, "sleep", lambda _: Snapshot.objects.update(fetched_at=NOW))
    assert retention.purge()["answer"] == 1
    assert Snapshot.objects.count() == 2


def test_the_next_lookup_of_a_deleted_profile_fetches_it(sandbox, lumenkit, clock):
    lead = UUID(documented.RETURNING_LEAD.visitor_id)
    profiles.get_profile(lumenkit, lead)
    clock.shift(timedelta(days=31))
    assert retention.purge()["answer"] == 1
    assert profiles.get_profile(lumenkit, lead).is_fresh
    assert sandbox.calls.count(str(lead)) == 2


# --- Every hour ---


def test_a_purge_is_due_once_an_hour(lumenkit, member, clock):
    assert [retention.purge_if_due() for _ in range(2)] == [True, False]
    clock.shift(timedelta(minutes=59))
    assert not retention.purge_if_due()
    clock.shift(timedelta(minutes=2))
    assert retention.purge_if_due()
    retention.make_due()
    assert retention.purge_if_due()


def test_a_failed_purge_is_one_line_in_the_log(monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    monkeypatch.setattr(retention, "purge", lambda: 1 / 0)
    assert retention.purge_if_due()
    (record,) = [record for record in caplog.records if record.name == "visitors.audit.retention"]
    assert record.getMessage() == "Expired data could not be deleted: ZeroDivisionError"
    assert record.exc_info is None


def test_a_purge_that_deleted_rows_is_one_line_in_the_log(lumenkit, member, now, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    store(lumenkit, member, timedelta(days=31))
    for _ in range(2):
        retention.make_due()
        retention.purge_if_due()
    (record,) = [record for record in caplog.records if record.name == "visitors.audit.retention"]
    assert record.getMessage() == (
        "Deleted expired data: 1 answer, 1 metrics point, 1 fetch lease, 1 look, 0 notes, 0 tags, 0 alerts,"
        " 0 audit entries, 0 access tokens and 0 invitations."
    )


def test_the_thread_checks_until_it_is_stopped(monkeypatch):
    threads, twice = [], threading.Event()

    def purge():
        threads.append(threading.current_thread())
        if len(threads) == 2:
            twice.set()

    monkeypatch.setattr(retention, "FIRST_CHECK_SECONDS", 0.01)
    monkeypatch.setattr(retention, "CHECK_INTERVAL_SECONDS", 0.01)
    monkeypatch.setattr(retention, "purge_if_due", purge)
    stop = retention.start()
    assert twice.wait(30)
    stop.set()
    threads[0].join(30)
    assert not threads[0].is_alive()
    assert threads[0].name == "retention"


PROCESS = """
import sys, django
django.setup()
from visitors.audit import retention
print("ready", flush=True)
sys.stdin.readline()
print(retention.purge_if_due(), flush=True)
"""


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite  # passes the path of a file to other processes
def test_of_two_processes_at_once_one_purges(lumenkit, member):
    store(lumenkit, member, timedelta(days=4000))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "STATE_DIR": str(SCRATCH),
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [
        subprocess.Popen([sys.executable, "-c", PROCESS], cwd=ROOT, env=environment, **pipes) for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(printed) == ["False", "True"]
    assert counts() == [0, 0, 0, 0, 0]
