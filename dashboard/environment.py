"""Read settings from the environment strictly: a bad value stops the start with one sentence.

The sentence names the variable and what it must be. It never repeats the value, which may be a secret.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
import idna
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environs import Env, ValidationError
from marshmallow.validate import Email, Length, Range

_HOST_NAME = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]", "::1"}
SQLITE_OPTIONS = {
    # Take the write lock at the start of a transaction, where SQLite can wait for it; later on it fails at once.
    "transaction_mode": "IMMEDIATE",
    # Seconds to wait for another writer. Writes take milliseconds; waiting long for a fault would block all threads.
    "timeout": 2,
    # In WAL mode readers never wait for the writer. What is deleted is overwritten in the file, whatever the default of
    # this SQLite.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000; PRAGMA secure_delete=ON;"
    ),
}


class Environment:
    """The process environment, plus the file of `NAME=value` lines that `ENV_FILE` names.

    Without `ENV_FILE` the file is `.env`, if it exists; an empty `ENV_FILE` means no file. A variable of the process
    wins over the file. Every method raises ImproperlyConfigured for a bad value.
    """

    def __init__(self, base_dir: Path) -> None:
        self._env = Env()
        path = base_dir / os.environ.get("ENV_FILE", ".env")
        if path.is_file():
            self._env.read_env(path, recurse=False)
        elif os.environ.get("ENV_FILE"):
            raise ImproperlyConfigured(f"ENV_FILE names {path.name!r}, and there is no such file.")

    def names_read(self) -> set[str]:
        """Return the names of the variables that were read so far."""
        return set(self._env.dump())

    def flag(self, name: str, *, default: bool) -> bool:
        """Read a switch: true, false, on, off, yes, no, 1 or 0."""
        with _explain(name, "true or false"):
            return self._env.bool(name, default)

    def text(self, name: str, default: str = "") -> str:
        """Read text, without the white space around it."""
        return self._env.str(name, default).strip()

    def names(self, name: str, default: list[str]) -> list[str]:
        """Read a list separated by commas."""
        return [value.strip() for value in self._env.list(name, default) if value.strip()]

    def hosts(self, name: str, default: list[str]) -> list[str]:
        """Read host names separated by commas; return them as browsers send them."""
        must_be = (
            "one or more host names, separated by commas, such as desk.example.com: letters, digits, hyphens and "
            "periods, without a scheme and a port"
        )
        with _explain(name, must_be):
            return [_parse_host_name(host) for host in self.names(name, default)]

    def choice(self, name: str, *choices: str) -> str:
        """Read one of a few words; the first one is the default."""
        chosen = self.text(name) or choices[0]
        if chosen not in choices:
            raise ImproperlyConfigured(f"{name} must be {' or '.join(choices)}.")
        return chosen

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """Read a whole number from `low` to `high`."""
        with _explain(name, f"a whole number from {low} to {high}"):
            return self._env.int(name, default, validate=Range(low, high))

    def all_or_none(self, *names: str) -> list[str]:
        """Read texts of which either all are set or none is."""
        values = [self.text(name) for name in names]
        if any(values) and not all(values):
            raise ImproperlyConfigured(f"{' and '.join(names)} belong together: set all or none.")
        return values

    def secret_key(self, *, debug: bool) -> str:
        """Read Django's secret key. It may be missing only with `debug`."""
        key = self.text("SECRET_KEY") or ("debug-only-" + "x" * 50 if debug else "")
        with _explain("SECRET_KEY", "set to at least 50 random characters; `make .env` writes a file with fresh keys"):
            return Length(min=50)(key)

    def credential_keys(self) -> list[str]:
        """Read the Fernet keys that encrypt the websites' tokens; the first one encrypts, all of them decrypt."""
        must_be = (
            "one or more keys, separated by commas, each 32 bytes in URL-safe base64 (44 characters, ending in =); "
            "`make .env` writes a file with fresh keys"
        )
        keys = self.names("CREDENTIAL_KEY", [])
        with _explain("CREDENTIAL_KEY", must_be):
            for key in keys or [""]:
                Fernet(key)
        return keys

    def metrics_token(self) -> str:
        """Read the token that opens the metrics; empty for no metrics."""
        token = self.text("METRICS_TOKEN")
        with _explain("METRICS_TOKEN", "at least 20 random characters, or empty for no metrics"):
            return token and Length(min=20)(token)

    def database(self, default: str) -> dict[str, Any]:
        """Read Django's database settings from `DATABASE_URL`; create a SQLite file's folder, for this user only."""
        with _explain("DATABASE_URL", "sqlite:///path/to/file or postgresql://user:password@host/name"):
            database = _parse_database_url(self.text("DATABASE_URL") or default)
        if database["ENGINE"].endswith("sqlite3"):
            if database["NAME"] != ":memory:":
                Path(database["NAME"]).resolve().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return database | {"CONN_MAX_AGE": None, "OPTIONS": SQLITE_OPTIONS}
        # Reuse connections, replace those that the server has closed, and give up quickly on a server that is down.
        options = {"connect_timeout": 3} | database.get("OPTIONS", {})
        return database | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}

    def openid(self) -> tuple[str, str, str]:
        """Read the OpenID issuer, our client id there and its secret; three empty texts for no OpenID."""
        issuer, client_id, client_secret = self.all_or_none("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
        return issuer and self.service_url("OIDC_ISSUER", "https://login.example.com"), client_id, client_secret

    def mail(self) -> dict[str, Any]:
        """Read Django's mail settings from `EMAIL_URL` and `EMAIL_FROM`; return an empty dict when neither is set."""
        url, sender = self.all_or_none("EMAIL_URL", "EMAIL_FROM")
        if not sender:
            return {}
        with _explain("EMAIL_URL", "submission://user:password@host:587, smtp://host:25, or console:// to try it out"):
            mail = _parse_mail_url(url)
        with _explain("EMAIL_FROM", "an address, such as journeydesk@example.com"):
            Email()(parseaddr(sender)[1])
        return mail | {"DEFAULT_FROM_EMAIL": sender, "EMAIL_TIMEOUT": mail["EMAIL_TIMEOUT"] or 10}

    def origin(self, name: str) -> str:
        """Read an address without a path, such as `https://desk.example.com:8443`; empty for none."""
        with _explain(name, "an address without a path, such as https://desk.example.com"):
            return _parse_origin(self.text(name))

    def service_url(self, name: str, default: str) -> str:
        """Read the address of a service that gets secrets from us, which must use https or run on this machine."""
        with _explain(name, f"an address that begins with https:// (http:// only on this machine), such as {default}"):
            return _check_service_url(self.text(name) or default)


@contextmanager
def _explain(name: str, must_be: str) -> Iterator[None]:
    """Replace the error of a bad value by a sentence. Not chained to that error, which may quote the value."""
    try:
        yield
    except (ValueError, ValidationError):  # environs' errors are ValueErrors
        raise ImproperlyConfigured(f"{name} must be {must_be}.") from None


def _parse_host_name(name: str) -> str:
    if name == "*":
        return name
    if ":" in name:
        return f"[{IPv6Address(name.removeprefix('[').removesuffix(']'))}]"
    name = _to_idna(name.lower().removesuffix("."))
    if not _HOST_NAME.fullmatch(name):
        raise ValueError
    return name


def _to_idna(host: str) -> str:
    """Return the form in which browsers send a name with other letters than ASCII."""
    return host if host.isascii() else idna.encode(host, uts46=True).decode()


def _parse_origin(url: str) -> str:
    if not url:
        return ""
    parts = urlsplit(url)
    has_more = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in {"http", "https"} or not parts.hostname or has_more or parts.port == 0:
        raise ValueError
    # As browsers write it: in lower case, without the scheme's own port.
    port = "" if parts.port in {None, {"http": 80, "https": 443}[parts.scheme]} else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else _to_idna(parts.hostname)  # an IPv6 address
    return f"{parts.scheme}://{host}{port}"


def _parse_database_url(url: str) -> dict[str, Any]:
    if not url.startswith(("sqlite://", "postgres://", "postgresql://")):
        raise ValueError
    return dict(dj_database_url.parse(url))


def _parse_mail_url(url: str) -> dict[str, Any]:
    if not url.startswith(("submission://", "smtp://", "console://")):
        raise ValueError
    return dict(dj_email_url.parse(url))


def _check_service_url(url: str) -> str:
    parts = urlsplit(url)
    is_encrypted = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_NAMES)
    has_more = parts.query or parts.fragment or parts.username
    # The port is parsed when it is read.
    if not is_encrypted or not parts.hostname or has_more or parts.port == 0:
        raise ValueError
    return url
