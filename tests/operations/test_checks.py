"""The system checks: what they find in settings, files, database and websites, and when they call DataFast."""

from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core import checks
from django.db import OperationalError, connection

from tests.faulty_upstream import answer
from visitors.models import Website
from visitors.operations.checks import DATAFAST, check_database, check_datafast, check_files, check_settings
from visitors.sandbox.tokens import ACCOUNT_TOKEN, LUMENKIT_KEY

DATABASES = ["default"]
Usage = namedtuple("Usage", "total used free")


def found(messages):
    """Return the text and the hint of each message, by its id."""
    return {message.id.removeprefix("journeydesk."): f"{message.msg} {message.hint}" for message in messages}


@pytest.fixture
def healthy(settings, lumenkit, pocketgarden, sandbox):
    """A deployment in which nothing is wrong."""
    User.objects.create_superuser("root")
    (settings.STATE_DIR / "static").mkdir(parents=True, exist_ok=True)
    (settings.STATE_DIR / "static" / "sources").touch()
    settings.LOOPBACK_ONLY = True


def run_all():
    messages = checks.run_checks(include_deployment_checks=True, databases=DATABASES)
    return [message for message in messages if message.id.startswith("journeydesk.")]


def test_a_healthy_deployment_has_no_messages(healthy):
    assert run_all() == []


def test_datafast_and_database_are_checked_on_request_only(healthy, other_upstream, django_assert_num_queries):
    with django_assert_num_queries(0):
        checks.run_checks(tags=[DATAFAST, checks.Tags.database], include_deployment_checks=True)
    assert other_upstream.requests == []
    checks.run_checks(tags=[DATAFAST], include_deployment_checks=True, databases=DATABASES)
    (request,) = other_upstream.requests
    assert "authorization" not in request.headers


def test_plain_http_for_others_is_an_error(settings):
    settings.LOOPBACK_ONLY, settings.ALLOWED_HOSTS = False, ["desk.example.com"]
    assert "Reached as desk.example.com over plain HTTP" in found(check_settings())["E001"]


def test_https_without_a_trusted_proxy_is_a_warning(settings):
    settings.HTTPS, settings.LOOPBACK_ONLY = True, False
    assert "TRUSTED_PROXIES=1" in found(check_settings())["W001"]


@pytest.mark.parametrize("hosts", [["*"], ["localhost", "*"]])
def test_links_without_a_public_name_are_a_warning(settings, hosts):
    settings.HTTPS, settings.LOOPBACK_ONLY, settings.ALLOWED_HOSTS = True, False, hosts
    assert "Set PUBLIC_URL" in found(check_settings())["W006"]
    settings.PUBLIC_URL = "https://desk.example.com"
    assert "W006" not in found(check_settings())


@pytest.mark.parametrize("hosts", [["desk.example.com"], [".example.com"], ["*"]])
def test_a_public_address_must_be_an_allowed_host(settings, hosts):
    settings.LOOPBACK_ONLY, settings.PUBLIC_URL = True, "https://desk.example.com:8443"
    assert "Add desk.example.com to ALLOWED_HOSTS." in found(check_settings())["E014"]
    settings.ALLOWED_HOSTS = hosts
    assert "E014" not in found(check_settings())


def test_a_cache_address_that_is_no_longer_used_is_a_warning(settings, monkeypatch):
    settings.LOOPBACK_ONLY = True
    monkeypatch.setenv("CACHE_URL", "redis://:a-secret-password@127.0.0.1:6379/0")
    messages = found(check_settings())
    assert "no longer used" in messages["W002"]
    assert "a-secret-password" not in messages["W002"]


@pytest.mark.parametrize(("free", "found_ids"), [(5e9, set()), (5e8, {"W003"}), (5e7, {"E004"})])
def test_a_full_disk_is_reported_in_time(healthy, monkeypatch, free, found_ids):
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(1e12, 1e12 - free, free))
    assert set(found(check_files())) == found_ids


def test_keys_that_other_users_can_read_are_an_error(healthy, monkeypatch, tmp_path):
    (tmp_path / "keys").write_text("SECRET_KEY=x")
    (tmp_path / "keys").chmod(0o640)
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "keys"))
    assert f"chmod 600 {tmp_path / 'keys'}" in found(check_files())["E002"]
    (tmp_path / "keys").chmod(0o600)
    assert list(check_files()) == []


def test_keys_may_be_read_through_the_group_of_another_owner(healthy, monkeypatch, tmp_path):
    (tmp_path / "keys").write_text("SECRET_KEY=x")
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "keys"))
    monkeypatch.setattr("os.geteuid", lambda: (tmp_path / "keys").stat().st_uid + 1)
    (tmp_path / "keys").chmod(0o640)
    assert "E002" not in found(check_files())
    (tmp_path / "keys").chmod(0o644)
    assert "E002" in found(check_files())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_a_database_that_others_can_read_is_an_error(healthy, monkeypatch, tmp_path, suffix, mode):
    file = tmp_path / f"file.sqlite3{suffix}"
    file.touch(mode=0o600)
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "file.sqlite3"))
    assert list(check_files()) == []
    file.chmod(mode)
    assert f"chmod go= {file}" in found(check_files())["E013"]


def test_a_state_folder_that_others_can_read_is_an_error(healthy, settings):
    settings.STATE_DIR.chmod(0o755)
    try:
        assert f"chmod go= {settings.STATE_DIR}" in found(check_files())["E013"]
    finally:
        settings.STATE_DIR.chmod(0o700)


def test_files_that_the_first_start_makes_are_mentioned(settings, tmp_path):
    settings.STATE_DIR = tmp_path / "state"
    assert set(found(check_files())) == {"I001"}
    settings.STATE_DIR.mkdir()
    settings.STATIC_ROOT = settings.STATE_DIR / "static"
    assert set(found(check_files())) == {"I002"}


def test_an_unusable_database_is_an_error_without_its_password(db, monkeypatch):
    def fail():
        raise OperationalError("postgresql://user:password@host is gone")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", fail)
        messages = found(check_database(databases=DATABASES))
    assert "cannot be used: OperationalError" in messages["E005"]
    assert "password" not in messages["E005"]


def test_missing_migrations_are_an_error(db, monkeypatch):
    monkeypatch.setattr("visitors.operations.checks.MigrationExecutor.migration_plan", lambda *_: [("visitors", False)])
    assert "lacks 1 migration" in found(check_database(databases=DATABASES))["E006"]


def test_lost_keys_are_errors_and_older_keys_warnings(healthy, settings, lumenkit):
    old, new = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    Website.objects.filter(pk=lumenkit.pk).update(credential_encrypted="lost")
    settings.CREDENTIAL_KEYS = [new, old]
    messages = found(check_database(databases=DATABASES))
    assert "No key in CREDENTIAL_KEY opens the token of lumenkit." in messages["E007"]
    assert "an older key: pocketgarden. `manage.py rotate_credentials`" in messages["W004"]


def test_a_rejected_key_is_an_error(healthy, lumenkit):
    Website.objects.filter(pk=lumenkit.pk).update(key_rejected_since=datetime(2026, 5, 4, 12, 30, tzinfo=UTC))
    messages = found(check_database(databases=DATABASES))
    assert "refuses the token of lumenkit since 2026-05-04 12:30 UTC" in messages["E009"]


def test_a_missing_administrator_is_an_error(db, member):
    assert "There is no administrator." in found(check_database(databases=DATABASES))["E010"]


def test_an_unreachable_upstream_is_an_error(settings):
    settings.DATAFAST_API_URL = "http://127.0.0.1:9/api/v1"
    text = found(check_datafast(databases=DATABASES))["E011"]
    assert "DataFast (127.0.0.1:9) was called once, without a token. DataFast could not be reached" in text


@pytest.mark.parametrize("status", [302, 503])
def test_an_unexpected_status_is_a_warning(other_upstream, status):
    other_upstream.behaviors[:] = [answer(status)]
    assert f"HTTP {status}" in found(check_datafast(databases=DATABASES))["W005"]


def test_a_wrong_clock_is_an_error(other_upstream):
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    other_upstream.behaviors[:] = [answer(401, headers={"Date": f"{hour_ago:%a, %d %b %Y %H:%M:%S} GMT"})]
    assert "The clock of this machine is 36" in found(check_datafast(databases=DATABASES))["E012"]


def test_no_message_contains_a_secret(healthy, settings, lumenkit):
    Website.objects.update(key_rejected_since=datetime(2026, 5, 4, tzinfo=UTC))
    settings.METRICS_TOKEN = "a-token-of-the-tests-for-metrics"
    text = str(run_all())
    secrets = [settings.SECRET_KEY, *settings.CREDENTIAL_KEYS, settings.METRICS_TOKEN, ACCOUNT_TOKEN, LUMENKIT_KEY]
    assert [secret for secret in secrets if secret in text] == []
