"""A bad value in the environment stops the start with one sentence, which never repeats a secret."""

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
    """An environment without a file; the test sets the variables."""
    monkeypatch.delenv("ENV_FILE")
    return Environment(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("on", True), ("1", True), ("false", False), ("no", False)]
)
def test_a_switch_is_read(env, monkeypatch, text, value):
    monkeypatch.setenv("SOME_SWITCH", text)
    assert env.flag("SOME_SWITCH", default=not value) is value


@pytest.mark.parametrize("text", ["maybe", "", "tru"])
def test_a_switch_must_be_true_or_false(env, monkeypatch, text):
    monkeypatch.setenv("SOME_SWITCH", text)
    with pytest.raises(ImproperlyConfigured, match="SOME_SWITCH must be true or false"):
        env.flag("SOME_SWITCH", default=False)


@pytest.mark.parametrize("text", ["0", "101", "-3", "4.5", "many", "", "9" * 400])
def test_a_number_must_be_in_its_range(env, monkeypatch, text):
    monkeypatch.setenv("SOME_NUMBER", text)
    with pytest.raises(ImproperlyConfigured, match="SOME_NUMBER must be a whole number from 1 to 100"):
        env.number("SOME_NUMBER", 5, low=1, high=100)


def test_a_secret_key_must_be_long(env, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "short")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY must be set to at least 50"):
        env.secret_key(debug=False)


def test_a_secret_key_may_be_missing_only_while_debugging(env, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    assert len(env.secret_key(debug=True)) >= 50
    with pytest.raises(ImproperlyConfigured):
        env.secret_key(debug=False)


@pytest.mark.parametrize("keys", ["", "not-a-key", f"{KEY},short", KEY[:-4], "Ã¤" * 22])
def test_credential_keys_must_be_valid_and_are_never_printed(env, monkeypatch, keys):
    monkeypatch.setenv("CREDENTIAL_KEY", keys)
    with pytest.raises(ImproperlyConfigured) as caught:
        env.credential_keys()
    assert "CREDENTIAL_KEY" in str(caught.value)
    assert KEY not in str(caught.value)


def test_several_credential_keys_keep_their_order(env, monkeypatch):
    other = "b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktbyE="
    monkeypatch.setenv("CREDENTIAL_KEY", f" {other}, {KEY} ")
    assert env.credential_keys() == [other, KEY]


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "postgres//secret", "postgresql://u:secret@h:port/d"])
def test_an_invalid_database_url_is_reported_without_its_password(env, monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured) as caught:
        env.database("sqlite:///unused")
    assert "DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_postgresql_has_a_short_connect_timeout_by_default(env, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
    assert env.database("sqlite:///unused")["OPTIONS"] == {"connect_timeout": 3}
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d?connect_timeout=60")
    assert int(env.database("sqlite:///unused")["OPTIONS"]["connect_timeout"]) == 60


def test_sqlite_is_set_up_for_several_processes(env, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'deep' / 'file.sqlite3'}")
    database = env.database("sqlite:///unused")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert (tmp_path / "deep").is_dir()


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
def test_the_datafast_url_must_use_https_or_be_on_this_machine(env, monkeypatch, url):
    monkeypatch.setenv("DATAFAST_API_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATAFAST_API_URL must be an address that begins with https://"):
        env.service_url("DATAFAST_API_URL", "https://datafa.st/api/v1")


@pytest.mark.parametrize(
    "url", ["https://datafa.st/api/v1/", "http://127.0.0.1:9000/api/v1", "http://[::1]:9000/api/v1"]
)
def test_a_service_url_may_use_http_on_this_machine(env, monkeypatch, url):
    monkeypatch.setenv("DATAFAST_API_URL", url)
    assert env.service_url("DATAFAST_API_URL", "https://unused") == url


@pytest.mark.parametrize(
    ("names", "hosts"),
    [
        (" Desk.Example.COM. , .example.com,", ["desk.example.com", ".example.com"]),
        ("münchen.example", ["xn--mnchen-3ya.example"]),
        ("::1,[2001:DB8::0:1],192.168.1.5,*", ["[::1]", "[2001:db8::1]", "192.168.1.5", "*"]),
    ],
)
def test_host_names_are_read_as_browsers_send_them(env, monkeypatch, names, hosts):
    monkeypatch.setenv("ALLOWED_HOSTS", names)
    assert env.hosts("ALLOWED_HOSTS", []) == hosts


@pytest.mark.parametrize(
    "name",
    ["https://desk.example.com", "desk.example.com:8443", "desk.example.com/", "my_desk", "*.example.com", "a..b"],
)
def test_a_host_name_that_no_request_can_have_is_refused(env, monkeypatch, name):
    monkeypatch.setenv("ALLOWED_HOSTS", f"localhost,{name}")
    with pytest.raises(ImproperlyConfigured, match="without a scheme and a port"):
        env.hosts("ALLOWED_HOSTS", [])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("", ""),
        (" https://desk.example.com/ ", "https://desk.example.com"),
        ("https://desk.example.com:8443", "https://desk.example.com:8443"),
        ("HTTPS://Desk.Example.com:443", "https://desk.example.com"),
        ("http://192.168.1.5:80", "http://192.168.1.5"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://München.example", "https://xn--mnchen-3ya.example"),
    ],
)
def test_an_origin_is_read_as_browsers_write_it(env, monkeypatch, url, origin):
    monkeypatch.setenv("PUBLIC_URL", url)
    assert env.origin("PUBLIC_URL") == origin


@pytest.mark.parametrize(
    "url",
    [
        "desk.example.com",
        "ftp://desk.example.com",
        "https://",
        "https://desk.example.com/journeydesk",
        "https://desk.example.com?a=1",
        "https://user:sesame@desk.example.com",
        "https://desk.example.com:port",
        "https://[",
    ],
)
def test_an_origin_has_no_path(env, monkeypatch, url):
    monkeypatch.setenv("PUBLIC_URL", url)
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL must be an address without a path") as caught:
        env.origin("PUBLIC_URL")
    assert "sesame" not in str(caught.value)


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


@pytest.mark.process
def test_the_command_line_prints_one_sentence_for_a_bad_setting():
    variables = {"PATH": os.environ["PATH"], "ENV_FILE": "", "SECRET_KEY": "short"}
    process = subprocess.run(  # the real entry point, as a person calls it
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert process.stderr.startswith("Journeydesk can't start. SECRET_KEY must be set")
    assert "Traceback" not in process.stderr


def test_no_mail_is_sent_without_a_mail_url(env, monkeypatch):
    monkeypatch.delenv("EMAIL_URL", raising=False)
    assert env.mail() == {}


def test_mail_settings_come_from_a_url_and_a_sender(env, monkeypatch):
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
def test_invalid_mail_settings_are_reported_without_the_password(env, monkeypatch, url, sender, sentence):
    monkeypatch.setenv("EMAIL_URL", url)
    monkeypatch.setenv("EMAIL_FROM", sender)
    with pytest.raises(ImproperlyConfigured, match=sentence) as caught:
        env.mail()
    assert "sesame" not in str(caught.value)


def test_the_openid_settings_are_all_set_or_none(env, monkeypatch):
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
    "url",
    [
        "http://login.example.com",
        "login.example.com",
        "https://user:password@login.example.com",
        "https://login.example.com?tenant=1",
        "https://[",
    ],
)
def test_an_openid_issuer_must_use_https(env, monkeypatch, url):
    monkeypatch.setenv("OIDC_ISSUER", url)
    monkeypatch.setenv("OIDC_CLIENT_ID", "journeydesk")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "sesame")
    with pytest.raises(
        ImproperlyConfigured, match="OIDC_ISSUER must be an address that begins with https://"
    ) as caught:
        env.openid()
    assert "sesame" not in str(caught.value)
