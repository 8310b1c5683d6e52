"""The doctor: plain words about what is configured, reachable and wrong, and never a secret."""

from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.db import OperationalError, connection

from tests.faulty_upstream import answer
from visitors.operations import doctor
from visitors.operations.doctor import Level, content, installation
from visitors.operations.doctor.upstream import reachable
from visitors.sandbox.tokens import ACCOUNT_TOKEN, LUMENKIT_KEY

Usage = namedtuple("Usage", "total used free")


def said(findings, level=None):
    """The sentences, of one level or of all, in one text."""
    return "\n".join(
        f"{finding.text} {finding.advice}".strip() for finding in findings if level is None or finding.level is level
    )


@pytest.fixture
def well(settings, lumenkit, pocketgarden, sandbox):
    """A deployment in which nothing is wrong."""
    get_user_model().objects.create_superuser("root")
    settings.STATE_DIR.mkdir(exist_ok=True)
    settings.LOOPBACK_ONLY = True


def test_where_all_is_well_nothing_is_wrong(well):
    findings = list(doctor.examine(asks_upstream=True))
    assert said(findings, Level.WRONG) == ""
    text = said(findings)
    for part in ("Python", "Reached as", "GB free", "SQLite", "The cache (embedded) answers", "2 websites"):
        assert part in text
    assert "1 person, 1 administrator" in text
    assert "answers (HTTP 4" in text
    assert "The clock agrees" in text


def test_no_finding_holds_a_secret(well, settings):
    settings.METRICS_TOKEN = "a-token-of-the-tests-for-metrics"
    text = said(doctor.examine(asks_upstream=True))
    assert "SECRET_KEY is set" in text
    secrets = [settings.SECRET_KEY, *settings.CREDENTIAL_KEYS, settings.METRICS_TOKEN, ACCOUNT_TOKEN, LUMENKIT_KEY]
    assert [secret for secret in secrets if secret in text] == []


def test_it_asks_the_upstream_once_without_a_token_or_not_at_all(well, other_upstream):
    list(doctor.examine(asks_upstream=False))
    assert other_upstream.requests == []
    list(doctor.examine(asks_upstream=True))
    (asked,) = other_upstream.requests
    assert "authorization" not in asked.headers


def test_settings_that_others_can_abuse_are_wrong(settings):
    settings.DEBUG, settings.LOOPBACK_ONLY, settings.ALLOWED_HOSTS = True, False, ["desk.example.com"]
    wrong = said(installation.settings_that_matter(), Level.WRONG)
    assert "Reached as desk.example.com, over plain HTTP" in wrong
    assert "DEBUG is on" in wrong
    assert "W008" not in wrong


def test_a_deployment_that_would_not_start_is_wrong(settings):
    settings.X_FRAME_OPTIONS = "SAMEORIGIN"
    assert "(security.W019)" in said(installation.settings_that_matter(), Level.WRONG)


def test_a_proxy_that_nobody_has_counted_is_worth_a_look(settings):
    settings.HTTPS, settings.LOOPBACK_ONLY = True, False
    assert "TRUSTED_PROXIES=1" in said(installation.settings_that_matter(), Level.WARN)


@pytest.mark.parametrize(("free", "level"), [(5e9, Level.OK), (5e8, Level.WARN), (5e7, Level.WRONG)])
def test_a_disk_is_seen_before_it_is_full(settings, monkeypatch, free, level):
    settings.STATE_DIR.mkdir(exist_ok=True)
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(1e12, 1e12 - free, free))
    (finding,) = [finding for finding in installation.files() if "GB free" in finding.text]
    assert finding.level is level


def test_keys_that_others_can_read_are_wrong(settings, monkeypatch, tmp_path):
    (tmp_path / "keys").write_text("SECRET_KEY=x")
    (tmp_path / "keys").chmod(0o640)
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "keys"))
    assert f"chmod 600 {tmp_path / 'keys'}" in said(installation.files(), Level.WRONG)
    (tmp_path / "keys").chmod(0o600)
    assert "chmod" not in said(installation.files())


def test_a_database_that_is_gone_hides_nothing_else(well, monkeypatch):
    def gone():
        raise OperationalError("postgresql://user:password@host is gone")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", gone)
        findings = list(doctor.examine(asks_upstream=False))
    assert "can’t be used: OperationalError" in said(findings, Level.WRONG)
    assert "The cache (embedded) answers" in said(findings)
    assert "password" not in said(findings)


def test_tables_of_another_release_are_wrong(db, monkeypatch):
    monkeypatch.setattr(installation.MigrationExecutor, "migration_plan", lambda *_: [("visitors", False)])
    assert "lacks 1 migration" in said(installation.database(), Level.WRONG)


def test_a_cache_that_fails_is_worth_a_look_and_no_more(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.CACHES = {
        "default": {"BACKEND": "dashboard.caches.EmbeddedCache", "LOCATION": str(tmp_path / "file" / "cache.sqlite3")}
    }
    caches.close_all()
    (finding,) = installation.cache()
    assert finding.level is Level.WARN
    assert "works without it" in finding.text


def test_a_token_that_no_key_opens_is_wrong_and_one_of_an_older_key_worth_a_look(lumenkit, pocketgarden, settings):
    old, new = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    type(lumenkit).objects.filter(pk=lumenkit.pk).update(credential_encrypted="lost")
    settings.CREDENTIAL_KEYS = [new, old]
    findings = list(content.websites())
    assert "No key in CREDENTIAL_KEY opens the token of lumenkit." in said(findings, Level.WRONG)
    assert "an older key has written: pocketgarden. `manage.py rotate_credentials`" in said(findings, Level.WARN)


def test_a_refused_key_is_wrong(lumenkit):
    type(lumenkit).objects.update(key_rejected_since=datetime(2026, 5, 4, 12, 30, tzinfo=UTC))
    assert "refuses the token of lumenkit since 2026-05-04 12:30 UTC" in said(content.websites(), Level.WRONG)


def test_somebody_must_be_able_to_see_to_it(db, member):
    assert "There is no administrator." in said(content.people(), Level.WRONG)


def test_an_upstream_that_nobody_answers_for_is_wrong(settings):
    settings.DATAFAST_API_URL = "http://127.0.0.1:9/api/v1"
    (finding,) = reachable()
    assert finding.level is Level.WRONG
    assert "DataFast (127.0.0.1:9) was asked once, without a token. DataFast could not be reached" in finding.text


@pytest.mark.parametrize("status", [302, 503])
def test_an_answer_of_something_else_is_worth_a_look(other_upstream, status):
    other_upstream.behaviors[:] = [answer(status)]
    assert f"(HTTP {status})" in said(reachable(), Level.WARN)


def test_a_clock_that_is_off_is_wrong(other_upstream):
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    other_upstream.behaviors[:] = [answer(401, headers={"Date": f"{hour_ago:%a, %d %b %Y %H:%M:%S} GMT"})]
    assert "The clock here is 36" in said(reachable(), Level.WRONG)
