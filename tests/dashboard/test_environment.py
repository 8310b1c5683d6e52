"""The strict reading of the environment: what is wrong ends the start with a sentence that says what to set."""

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from dashboard.environment import Environment

ROOT = Path(__file__).parents[2]
KEY = "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdC0="


@pytest.fixture
def env(monkeypatch, tmp_path):
    """An environment without a file, in which the test sets what it needs."""
    monkeypatch.delenv("ENV_FILE")
    return Environment(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("on", True), ("1", True), ("false", False), ("no", False)]
)
def test_a_switch_is_read(env, monkeypatch, text, value):
    monkeypatch.setenv("SOME_SWITCH", text)
    assert env.flag("SOME_SWITCH", default=not value) is value


@pytest.mark.parametrize("text", ["maybe", "", "tru"])
def test_a_switch_that_is_neither_on_nor_off_stops_the_start(env, monkeypatch, text):
    monkeypatch.setenv("SOME_SWITCH", text)
    with pytest.raises(ImproperlyConfigured, match="SOME_SWITCH can't be read: set it to true or false"):
        env.flag("SOME_SWITCH", default=False)


@pytest.mark.parametrize("text", ["0", "101", "-3", "4.5", "many", "", "9" * 400])
def test_a_number_out_of_its_range_stops_the_start(env, monkeypatch, text):
    monkeypatch.setenv("SOME_NUMBER", text)
    with pytest.raises(ImproperlyConfigured, match=r"SOME_NUMBER.* whole number from 1 to 100"):
        env.number("SOME_NUMBER", 5, low=1, high=100)


def test_a_short_secret_key_stops_the_start(env, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "short")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY must be set to at least 50"):
        env.secret_key(debug=False)


def test_a_missing_secret_key_is_forgiven_only_while_debugging(env, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    assert len(env.secret_key(debug=True)) >= 50
    with pytest.raises(ImproperlyConfigured):
        env.secret_key(debug=False)


@pytest.mark.parametrize("keys", ["", "not-a-key", f"{KEY},short", KEY[:-4], "Ã¤" * 22])
def test_credential_keys_that_fernet_would_refuse_stop_the_start_without_being_shown(env, monkeypatch, keys):
    monkeypatch.setenv("CREDENTIAL_KEY", keys)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.credential_keys()
    assert "CREDENTIAL_KEY" in str(refused.value)
    assert KEY not in str(refused.value)


def test_several_credential_keys_keep_their_order(env, monkeypatch):
    other = "b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktbyE="
    monkeypatch.setenv("CREDENTIAL_KEY", f" {other}, {KEY} ")
    assert env.credential_keys() == [other, KEY]


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "postgres//secret", "postgresql://u:secret@h:port/d"])
def test_a_database_address_that_can_not_be_read_stops_the_start_without_its_password(env, monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.database("sqlite:///unused")
    assert "DATABASE_URL" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_postgresql_that_is_not_there_is_not_waited_for_unless_its_address_says_so(env, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
    assert env.database("sqlite:///unused")["OPTIONS"] == {"connect_timeout": 5}
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d?connect_timeout=60")
    assert int(env.database("sqlite:///unused")["OPTIONS"]["connect_timeout"]) == 60


def test_sqlite_is_set_up_for_several_processes(env, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'deep' / 'file.sqlite3'}")
    database = env.database("sqlite:///unused")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert (tmp_path / "deep").is_dir()


@pytest.mark.parametrize(
    ("url", "read"), [("", ""), ("redis://h:6379/0", "redis://h:6379/0"), ("valkey://h/1", "redis://h/1")]
)
def test_the_cache_is_redis_or_valkey_or_embedded(env, monkeypatch, url, read):
    monkeypatch.setenv("CACHE_URL", url)
    assert env.redis_url() == read


@pytest.mark.parametrize("url", ["memcached://h", "redis", "redis://"])
def test_another_cache_stops_the_start(env, monkeypatch, url):
    monkeypatch.setenv("CACHE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="CACHE_URL must be redis://"):
        env.redis_url()


@pytest.mark.parametrize(
    "url",
    [
        "http://datafa.st/api/v1",
        "ftp://datafa.st",
        "datafa.st",
        "https://",
        "https://u:p@h/",
        "https://h:no/",
        "https://h/?a=1",
    ],
)
def test_tokens_are_sent_over_https_only_or_stay_on_this_machine(env, monkeypatch, url):
    monkeypatch.setenv("DATAFAST_API_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATAFAST_API_URL"):
        env.upstream_url("https://datafa.st/api/v1")


@pytest.mark.parametrize(
    "url", ["https://datafa.st/api/v1/", "http://127.0.0.1:9000/api/v1", "http://[::1]:9000/api/v1"]
)
def test_the_upstreams_address_loses_its_last_slash(env, monkeypatch, url):
    monkeypatch.setenv("DATAFAST_API_URL", url)
    assert env.upstream_url("https://unused") == url.rstrip("/")


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    monkeypatch.delenv("ENV_FILE")
    monkeypatch.setenv("HERE", "environment")
    monkeypatch.setenv("THERE", "to be removed")
    monkeypatch.delenv("THERE")
    (tmp_path / ".env").write_text("HERE=file\nTHERE=file\n")
    env = Environment(tmp_path)
    assert (env.text("HERE"), env.text("THERE")) == ("environment", "file")


def test_a_named_file_that_is_not_there_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv("ENV_FILE", "nowhere.env")
    with pytest.raises(ImproperlyConfigured, match=r"ENV_FILE names 'nowhere\.env'"):
        Environment(tmp_path)


def test_the_command_line_ends_in_one_sentence_for_a_wrong_setting():
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "SECRET_KEY": "short"}
    ended = subprocess.run(  # the real entry point, as a person calls it
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("Journeydesk can't start. SECRET_KEY must be set")
    assert "Traceback" not in ended.stderr


def test_without_an_address_no_mail_is_sent(env, monkeypatch):
    monkeypatch.delenv("EMAIL_URL", raising=False)
    assert env.mail() == {}


def test_a_mail_server_and_a_sender_make_the_settings_for_mail(env, monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "submission://desk:p%40ss@mail.example.com")
    monkeypatch.setenv("EMAIL_FROM", "Journeydesk <desk@example.com>")
    mail = env.mail()
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"]) == ("mail.example.com", 587, True)
    assert (mail["EMAIL_HOST_USER"], mail["EMAIL_HOST_PASSWORD"]) == ("desk", "p@ss")
    assert (mail["DEFAULT_FROM_EMAIL"], mail["EMAIL_TIMEOUT"]) == ("Journeydesk <desk@example.com>", 10)


@pytest.mark.parametrize(
    ("url", "sender", "sentence"),
    [
        ("smtp://host", "", "belong together"),
        ("", "desk@example.com", "belong together"),
        ("mail.example.com", "desk@example.com", "EMAIL_URL must be"),
        ("smtps://u:sesame@host", "desk@example.com", "EMAIL_URL must be"),
        ("smtp://u:sesame@host:port", "desk@example.com", "EMAIL_URL must be"),
        ("smtp://u:sesame@host", "desk", "EMAIL_FROM must be"),
    ],
)
def test_settings_for_mail_that_are_wrong_stop_the_start_without_being_shown(env, monkeypatch, url, sender, sentence):
    monkeypatch.setenv("EMAIL_URL", url)
    monkeypatch.setenv("EMAIL_FROM", sender)
    with pytest.raises(ImproperlyConfigured, match=sentence) as caught:
        env.mail()
    assert "sesame" not in str(caught.value)


def test_an_openid_issuer_is_set_as_a_whole_or_not_at_all(env, monkeypatch):
    names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    assert env.openid() == ("", "", "")
    values = ("https://tenant.example.com/", "journeydesk", "sesame")
    for name, value in zip(names, values, strict=True):
        with pytest.raises(ImproperlyConfigured, match="belong together") if name != names[0] else nullcontext():
            env.openid()
        monkeypatch.setenv(name, value)
    assert env.openid() == values


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://login.example.com", "must begin with https://"),
        ("login.example.com", "must be an address"),
        ("https://user:password@login.example.com", "must be an address"),
        ("https://login.example.com?tenant=1", "must be an address"),
        ("https://[", "can't be read"),
    ],
)
def test_an_issuer_that_secrets_must_not_travel_to_stops_the_start(env, monkeypatch, url, sentence):
    monkeypatch.setenv("OIDC_ISSUER", url)
    monkeypatch.setenv("OIDC_CLIENT_ID", "journeydesk")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "sesame")
    with pytest.raises(ImproperlyConfigured, match=f"OIDC_ISSUER {sentence}") as caught:
        env.openid()
    assert "sesame" not in str(caught.value)
