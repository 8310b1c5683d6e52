"""The page that tells administrators how this Journeydesk is set up."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from tests.page_reader import Page
from visitors.profiles.budget import Budget, Purpose
from visitors.profiles.circuit import MAX_CONSECUTIVE_FAILURES
from visitors.web.backups import record_backup


@pytest.fixture
def html(admin_client, lumenkit, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    tmp_path.chmod(0o700)

    def get():
        return admin_client.get("/status/").content.decode()

    return get


@pytest.fixture
def shown(html):
    return lambda: Page(html()).text


def test_the_set_up_is_described(shown, settings):
    settings.RETENTION_DAYS, settings.AUDIT_DAYS, settings.SENDS_MAIL = 30, 365, False
    text = shown()
    assert "Version 0.1.0" in text
    assert "Email Not set up" in text
    assert "Visitors’ data 30 days, audit log 365 days" in text
    assert "DataFast No problem known for 1 website" in text
    settings.SENDS_MAIL = True
    assert "Email Set up" in shown()


def test_what_is_wrong_comes_with_its_remedy(shown, lumenkit, settings):
    settings.PUBLIC_URL = "https://desk.example"
    lumenkit.key_rejected_since = datetime(2026, 11, 1, tzinfo=UTC)
    lumenkit.save()
    text = shown()
    assert "Error DataFast refuses the token of lumenkit" in text
    assert "Replace it at /websites/lumenkit/." in text
    assert "PUBLIC_URL leads to desk.example, which is not in ALLOWED_HOSTS." in text
    assert "Rejects the key of Lumenkit" in text


def test_a_failing_datafast_is_a_warning(shown, lumenkit):
    # After a single failure, or by a clock that was wrong, no call is paused.
    lumenkit.consecutive_failures, lumenkit.circuit_open_until = 1, datetime.now(UTC) + timedelta(days=300)
    lumenkit.save()
    assert "DataFast No problem known" in shown()
    lumenkit.consecutive_failures = MAX_CONSECUTIVE_FAILURES
    lumenkit.save()
    assert "DataFast Unavailable for Lumenkit: the last calls failed" in shown()


def test_the_last_backup_has_its_age(shown, settings):
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        assert "Made with PostgreSQL’s own tools" in shown()
        return
    assert "Last backup None by manage.py backup" in shown()
    record_backup()
    assert "Last backup Just now" in shown()


@pytest.mark.sqlite
@pytest.mark.parametrize(("days", "is_warning"), [(0, False), (1.9, False), (2.1, True), (-1, True), (-365, True)])
def test_an_old_backup_and_one_from_the_future_are_warnings(html, tmp_path, days, is_warning):
    record_backup()
    at = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(tmp_path / "last-backup", (at, at))
    shown = html().partition("Last backup")[2].partition("</dd>")[0]
    assert ("warn" in shown) is is_warning


def test_calls_of_a_token_are_shown_by_purpose(shown, lumenkit):
    for purpose in (Purpose.LOOKUP, Purpose.LOOKUP, Purpose.BACKGROUND):
        Budget(lumenkit.credential(), purpose).charge()
    text = shown()
    assert f"Look-ups by people {lumenkit.name} 2 2 60" in text
    assert f"Pages that refresh themselves {lumenkit.name} 0 0 45" in text
    assert f"Background work {lumenkit.name} 1 1 30" in text
