"""`/metrics`: counts by result and route, of all processes, behind a token of its own."""

import errno
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client

from tests.faulty_upstream import answer
from visitors import metrics
from visitors.sandbox import documented
from visitors.sandbox.tokens import TOKENS

TOKEN = "a-token-of-the-tests-for-metrics"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LEAD = documented.RETURNING_LEAD.visitor_id
JOURNEY = f"/lumenkit/visitors/{LEAD}/"


@pytest.fixture
def counting(settings):
    """With metrics on."""
    settings.METRICS_TOKEN = TOKEN
    settings.MIDDLEWARE = ["visitors.operations.views.metrics.CountRequestsMiddleware", *settings.MIDDLEWARE]


@pytest.fixture
def counted(counting, db):
    """Return a function that returns each meter's count since the fixture was set up."""

    def read():
        lines = Client().get("/metrics", headers=BEARER).content.decode().splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    before = read()

    def since():
        counts = {name: float(value) - float(before.get(name, 0)) for name, value in read().items()}
        return {name: value for name, value in counts.items() if value}

    return since


@pytest.mark.usefixtures("counting", "db")
def test_a_full_disk_stops_only_the_counting(client, settings, tmp_path, monkeypatch, caplog):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    monkeypatch.setattr(os, "posix_fallocate", full)
    # Not the run's own folder: what cannot be reserved is deleted there.
    settings.METRICS_DIR = tmp_path
    metrics._make_meters.cache_clear()
    try:
        for _ in range(2):
            assert client.get("/sign-in/").status_code == 200
        assert client.get("/metrics", headers=BEARER).status_code == 503
    finally:
        metrics._make_meters.cache_clear()
    assert caplog.text.count("counts nothing for Prometheus: [Errno 28] No space left on device") == 1


def test_disk_space_is_reserved_before_the_first_count(counted):
    files = [settings.METRICS_DIR / f"{kind}_{os.getpid()}.db" for kind in ("counter", "histogram")]
    assert [file.stat().st_blocks * 512 >= 1 << 20 for file in files] == [True, True]


def test_without_the_setting_there_is_no_such_page(client, db):
    assert client.get("/metrics", headers=BEARER).status_code == 404


@pytest.mark.parametrize("given", [None, "", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer ключ"])
def test_without_the_token_nothing_is_returned(client, counting, given):
    answer = client.get("/metrics", headers={"Authorization": given} if given is not None else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert b"journeydesk" not in answer.content


def test_a_journey_is_counted_by_its_source(member, sandbox, counted, clock):
    clock.move_to(datetime.now(UTC), tick=False)  # the page is rendered again once a minute
    browser = Client()
    browser.force_login(member)
    browser.get(JOURNEY)
    browser.get(JOURNEY)
    counts = counted()
    assert counts['journeydesk_requests_total{route="journey",status="2xx"}'] == 2
    assert counts['journeydesk_lookups_total{result="found"}'] == 2
    assert counts['journeydesk_answers_total{source="upstream"}'] == 1
    assert counts['journeydesk_answers_total{source="database"}'] == 1
    assert counts['journeydesk_pages_total{source="made"}'] == 1
    assert counts['journeydesk_pages_total{source="process"}'] == 1
    assert counts['journeydesk_upstream_calls_total{result="found"}'] == 1
    assert counts["journeydesk_upstream_seconds_count"] == 1
    assert "journeydesk_upstream_retries_total" not in counts


def test_failed_lookups_are_counted_by_error(member, sandbox, lumenkit, counted):
    browser = Client()
    browser.force_login(member)
    browser.get("/lumenkit/visitors/00000000-0000-4000-8000-000000000000/")
    lumenkit.set_token("df_aTokenThatWasRevokedLongAgo00000")
    lumenkit.save()
    browser.get(JOURNEY)
    counts = counted()
    for meter in ("lookups", "upstream_calls"):
        assert counts[f'journeydesk_{meter}_total{{result="visitor_not_found"}}'] == 1
        assert counts[f'journeydesk_{meter}_total{{result="unauthorized"}}'] == 1
    assert counts['journeydesk_requests_total{route="journey",status="4xx"}'] == 1
    assert counts['journeydesk_requests_total{route="journey",status="5xx"}'] == 1


def test_retries_are_counted(member, other_upstream, counted):
    other_upstream.behaviors[:] = [answer(503), answer(503), answer(503)]
    browser = Client()
    browser.force_login(member)
    browser.get(JOURNEY)
    counts = counted()
    assert counts['journeydesk_upstream_calls_total{result="unavailable"}'] == 1
    assert counts["journeydesk_upstream_retries_total"] == 2


def test_the_budget_of_each_website_is_exposed(member, sandbox, settings, pocketgarden, counted):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 41
    browser = Client()
    browser.force_login(member)
    browser.get(JOURNEY)
    text = Client().get("/metrics", headers=BEARER).content.decode()
    assert 'journeydesk_budget_used{website="lumenkit"} 1.0' in text
    assert 'journeydesk_budget_used{website="pocketgarden"} 0.0' in text
    assert 'journeydesk_budget_limit{website="pocketgarden"} 41.0' in text


def test_a_lost_key_does_not_hide_other_websites(lumenkit, pocketgarden, counted, client):
    type(lumenkit).objects.filter(pk=lumenkit.pk).update(credential_encrypted="lost")
    text = client.get("/metrics", headers=BEARER).content.decode()
    assert 'website="lumenkit"' not in text
    assert 'website="pocketgarden"' in text


@pytest.mark.process
def test_counts_of_an_ended_process_are_kept(counted):
    script = "import django; django.setup(); from visitors import metrics; metrics.count_page('process')"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "STATE_DIR": str(settings.METRICS_DIR.parent),
        "METRICS_TOKEN": TOKEN,
    }
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, env=environment)
    assert counted()['journeydesk_pages_total{source="process"}'] == 1


def test_labels_contain_no_visitor_no_token_and_no_user_input(member, sandbox, counted):
    browser = Client()
    browser.force_login(member)
    browser.get(JOURNEY)
    browser.generic("BREW", "/made/up/by/a/user")
    browser.get("/nowhere/visitors/current/")
    text = browser.get("/metrics", headers=BEARER).content.decode()
    assert LEAD not in text
    assert LEAD.replace("-", "") not in text
    assert not [token for token in TOKENS if token.value in text]
    assert "made" not in text.replace('source="made"', "").replace("or made.", "")
    assert "nowhere" not in text


@pytest.mark.process
def test_nothing_is_written_while_it_is_off():
    script = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.test import Client\n"
        "from visitors import metrics; metrics.count_page('process'); metrics.count_found('database')\n"
        "Client().get('/healthz')\n"
        "assert not settings.METRICS_DIR.exists()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
