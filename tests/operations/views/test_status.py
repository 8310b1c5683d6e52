"""The page that tells administrators how this Journeydesk is set up."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.page_reader import Page
from visitors.web.backups import record_backup


@pytest.fixture
def shown(admin_client, lumenkit, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    tmp_path.chmod(0o700)
    return lambda: Page(admin_client.get("/status/").content).text


def test_the_set_up_is_described(shown, settings):
    settings.RETENTION_DAYS, settings.AUDIT_DAYS, settings.SENDS_MAIL = 30, 365, False
    text = shown()
    assert "Version 0.1.0" in text
    assert "Mail Not set up" in text
    assert "Visitors’ data 30 days, audit log 365 days" in text
    assert "DataFast No problem known for 1 website" in text
    settings.SENDS_MAIL = True
    assert "Mail Set up" in shown()


def test_what_is_wrong_comes_with_its_remedy(shown, lumenkit, settings):
    settings.PUBLIC_URL = "https://desk.example"
    lumenkit.key_rejected_since = datetime(2026, 11, 1, tzinfo=UTC)
    lumenkit.save()
    text = shown()
    assert "Error DataFast refuses the token of lumenkit" in text
    assert "Replace it at /websites/lumenkit/." in text
    assert "PUBLIC_URL leads to desk.example, which is not in ALLOWED_HOSTS." in text
    assert "Rejects the key of Lumenkit" in text


def test_a_paused_circuit_is_a_warning(shown, lumenkit):
    lumenkit.circuit_open_until = datetime.now(UTC) + timedelta(minutes=1)
    lumenkit.save()
    assert "DataFast Unavailable for Lumenkit" in shown()


def test_the_last_backup_has_its_age(shown, settings):
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        assert "Made with PostgreSQL’s own tools" in shown()
        return
    assert "Last backup None by manage.py backup" in shown()
    record_backup()
    assert "Last backup Just now" in shown()
