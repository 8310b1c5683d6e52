"""Reads the environment strictly: a bad value stops the start with a sentence that says what to set."""

import base64
import os
from collections.abc import Callable
from contextlib import suppress
from email.utils import parseaddr
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from environs import Env, EnvError

Value = TypeVar("Value")

LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]", "::1"}
MAIL_SCHEMES = {"submission", "smtp", "console"}
MAIL_SECONDS = 10
REDIS_SCHEMES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}
SECRET_KEY_MINIMUM = 50
METRICS_TOKEN_MINIMUM = 20


class Environment:
    """The process environment, plus a file of `NAME=value` lines named by `ENV_FILE` (default: `.env`, where it exists;
    empty: no file).

    What stands in the environment wins over the file.
    """

    def __init__(self, base: Path) -> None:
        self._base = base
        self._env = Env()
        self._read_file()

    def _read_file(self) -> None:
        named = os.environ.get("ENV_FILE")
        path = self._base / (".env" if named is None else named)
        if path.is_file():
            self._env.read_env(str(path), recurse=False)
        elif named:
            raise ImproperlyConfigured(f"ENV_FILE names {named!r}, and there is no such file.")

    def _read(self, read: Callable[..., Value], name: str, default: Value, hint: str) -> Value:
        try:
            return read(name, default)
        except EnvError as error:
            raise ImproperlyConfigured(f"{name} can't be read: {hint}") from error

    def flag(self, name: str, *, default: bool) -> bool:
        """A switch: true, false, on, off, yes, no, 1 or 0."""
        return self._read(self._env.bool, name, default, "set it to true or false.")

    def text(self, name: str, default: str = "") -> str:
        """Text, without the white space around it."""
        return str(self._env.str(name, default)).strip()

    def names(self, name: str, default: list[str]) -> list[str]:
        """A list separated by commas."""
        values = self._env.list(name, default)
        return [value.strip() for value in values if value.strip()]

    def choice(self, name: str, default: str, *, others: list[str]) -> str:
        """One of a few words."""
        value = self.text(name) or default
        if value not in {default, *others}:
            raise ImproperlyConfigured(f"{name} can't be read: set it to {' or '.join([default, *others])}.")
        return value

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        hint = f"set it to a whole number from {low} to {high}."
        value = self._read(self._env.int, name, default, hint)
        if not low <= value <= high:
            raise ImproperlyConfigured(f"{name} is {value}: {hint}")
        return value

    def secret_key(self, *, debug: bool) -> str:
        """Django's secret: long, and required outside of DEBUG."""
        value = self.text("SECRET_KEY")
        if not value and debug:
            return "debug-only-" + "x" * SECRET_KEY_MINIMUM
        if len(value) < SECRET_KEY_MINIMUM:
            raise ImproperlyConfigured(
                f"SECRET_KEY must be set to at least {SECRET_KEY_MINIMUM} random characters. "
                "`make .env` writes a file with fresh keys."
            )
        return value

    def credential_keys(self) -> list[str]:
        """The keys that encrypt the websites' tokens (Fernet: 32 bytes in URL-safe base64); the first one writes."""
        keys = self.names("CREDENTIAL_KEY", [])
        if not keys:
            raise ImproperlyConfigured(
                "CREDENTIAL_KEY must be set: it encrypts the websites' tokens. "
                "`make .env` writes a file with fresh keys."
            )
        for position, key in enumerate(keys, start=1):
            if not _is_fernet_key(key):
                raise ImproperlyConfigured(
                    f"Key {position} of CREDENTIAL_KEY is not 32 bytes in URL-safe base64 (44 characters, ending in =)."
                )
        return keys

    def metrics_token(self) -> str:
        """What whoever reads the metrics must send; empty for no metrics."""
        value = self.text("METRICS_TOKEN")
        if value and len(value) < METRICS_TOKEN_MINIMUM:
            raise ImproperlyConfigured(
                f"METRICS_TOKEN must be at least {METRICS_TOKEN_MINIMUM} random characters, or empty for no metrics."
            )
        return value

    def database(self, default: str) -> dict[str, Any]:
        """Django's database settings from `DATABASE_URL`: `sqlite:///…` or `postgresql://…`."""
        url = self.text("DATABASE_URL") or default
        scheme = url.partition(":")[0]
        if scheme not in {"sqlite", "postgres", "postgresql"}:
            raise ImproperlyConfigured(
                "DATABASE_URL must be sqlite:///path/to/file or postgresql://user:password@host/name."
            )
        try:
            database: dict[str, Any] = dict(dj_database_url.parse(url))
        except (ValueError, dj_database_url.ParseError, dj_database_url.UnknownSchemeError) as error:
            # The address may hold a password, so the sentence does not repeat it.
            raise ImproperlyConfigured("DATABASE_URL is not an address that can be read.") from error
        if scheme == "sqlite":
            return _sqlite(database)
        # A connection outlives a request; one that the server closed meanwhile is noticed and made anew.
        # A server that is not there is noticed, instead of waited for as long as TCP does.
        options = {"connect_timeout": 5} | database.get("OPTIONS", {})
        return database | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}

    def redis_url(self) -> str:
        """The address of a Redis or Valkey server, or empty for the embedded cache."""
        url = self.text("CACHE_URL")
        if not url:
            return ""
        scheme, _, rest = url.partition("://")
        if scheme not in REDIS_SCHEMES or not rest:
            raise ImproperlyConfigured(
                "CACHE_URL must be redis://host:6379/0 (or rediss://, valkey://); "
                "leave it empty for the embedded cache."
            )
        return f"{REDIS_SCHEMES[scheme]}://{rest}"

    def openid(self) -> tuple[str, str, str]:
        """The OpenID issuer's address, our name there and our secret: all of them, or three times nothing."""
        issuer = self.text("OIDC_ISSUER")
        client, secret = self.text("OIDC_CLIENT_ID"), self.text("OIDC_CLIENT_SECRET")
        if not (issuer or client or secret):
            return "", "", ""
        if not (issuer and client and secret):
            raise ImproperlyConfigured("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together: set all.")
        return _service("OIDC_ISSUER", issuer, "https://login.example.com"), client, secret

    def mail(self) -> dict[str, Any]:
        """Django's settings for sending mail, from `EMAIL_URL` and `EMAIL_FROM`; empty where none is to be sent."""
        url, sender = self.text("EMAIL_URL"), self.text("EMAIL_FROM")
        if not url and not sender:
            return {}
        if not url or not sender:
            raise ImproperlyConfigured("EMAIL_URL and EMAIL_FROM belong together: set both, or none for no mail.")
        mail: dict[str, Any] = {}
        if url.partition(":")[0] in MAIL_SCHEMES:
            with suppress(ValueError):
                mail = dj_email_url.parse(url)
        if not mail:
            # The address may hold a password, so the sentence does not repeat it.
            raise ImproperlyConfigured(
                "EMAIL_URL must be submission://user:password@host:587, smtp://host:25, or console:// to try it out."
            )
        try:
            validate_email(parseaddr(sender)[1])
        except ValidationError as error:
            raise ImproperlyConfigured("EMAIL_FROM must be an address, such as journeydesk@example.com.") from error
        return mail | {"DEFAULT_FROM_EMAIL": sender, "EMAIL_TIMEOUT": mail["EMAIL_TIMEOUT"] or MAIL_SECONDS}

    def upstream_url(self, default: str) -> str:
        """The base address of DataFast's API. Tokens travel there, so plain HTTP is for this machine only."""
        return _service("DATAFAST_API_URL", self.text("DATAFAST_API_URL") or default, default).rstrip("/")


def _service(name: str, url: str, example: str) -> str:
    """The address of a service that is sent secrets: https, or on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} can't be read: set it to an address such as {example}.") from error
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment or parts.username:
        raise ImproperlyConfigured(f"{name} must be an address such as {example}.")
    if parts.scheme == "http" and host not in LOOPBACK_NAMES:
        raise ImproperlyConfigured(f"{name} must begin with https://, since secrets are sent there.")
    return url


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == 32
    except ValueError:
        return False


def _sqlite(database: dict[str, Any]) -> dict[str, Any]:
    """SQLite as a server of several processes: readers never wait for the writer (WAL), and a writer takes its lock at
    the start of a transaction (IMMEDIATE), where waiting for it works, not in the middle, where it fails at once."""
    name = database["NAME"]
    if name != ":memory:":
        Path(name).resolve().parent.mkdir(parents=True, exist_ok=True)
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;",
    }
    return database | {"CONN_MAX_AGE": None, "OPTIONS": options}
