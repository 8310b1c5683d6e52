"""The program, its settings, its files, its database and its cache."""

import os
import platform
import secrets
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.core import checks
from django.core.cache import cache as the_cache
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

from visitors.formatting import format_count, join_list
from visitors.operations.doctor.finding import Finding

# Below the first, it is time to look; below the second, the database may fail at its next write.
LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000
# Django's warnings about cookies, redirects and HSTS, which all say that HTTPS is off.
OF_HTTPS = {"security.W004", "security.W008", "security.W012", "security.W016"}


def program() -> Iterator[Finding]:
    """What runs."""
    versions = f"Python {platform.python_version()}, Django {django.__version__}, SQLite {sqlite3.sqlite_version}"
    yield Finding.ok(f"{versions}.")


def settings_that_matter() -> Iterator[Finding]:
    """What the deployment has chosen, and whether that goes together."""
    names = join_list(settings.ALLOWED_HOSTS)
    if settings.HTTPS or settings.LOOPBACK_ONLY:
        yield Finding.ok(f"Reached as {names}, over {'HTTPS' if settings.HTTPS else 'plain HTTP'}.")
    else:
        said = f"Reached as {names}, over plain HTTP: whoever is on the way reads along."
        yield Finding.wrong(said, "Put a proxy that speaks TLS in front, and leave HTTPS on.")
    keys = format_count(len(settings.CREDENTIAL_KEYS), "key")
    yield Finding.ok(f"SECRET_KEY is set, CREDENTIAL_KEY is set ({keys}).")
    if settings.DEBUG:
        yield Finding.wrong("DEBUG is on: errors show the inside to everybody.", "Set DEBUG=false.")
    if settings.HTTPS and not settings.LOOPBACK_ONLY and not settings.TRUSTED_PROXIES:
        said = "HTTPS is on and TRUSTED_PROXIES is 0: failed sign-ins of everybody count as those of the proxy."
        yield Finding.warn(said, "Set TRUSTED_PROXIES=1 where one proxy stands in front.")
    for warning in checks.run_checks(include_deployment_checks=True):
        is_said = (warning.id in OF_HTTPS and not settings.HTTPS) or (settings.DEBUG and warning.id == "security.W018")
        if warning.level >= checks.WARNING and not (warning.is_silenced() or is_said):
            yield Finding.wrong(
                f"{warning.msg} ({warning.id})", warning.hint or "`make serve` refuses to start with it."
            )
    extras = {
        "mail": settings.SENDS_MAIL,
        "OpenID Connect": bool(settings.OIDC_ISSUER),
        "metrics": bool(settings.METRICS_TOKEN),
    }
    for is_used, words in ((True, "Set up"), (False, "Left out")):
        named = join_list([name for name, is_on in extras.items() if is_on is is_used])
        if named:
            yield Finding.ok(f"{words}: {named}.")


def files() -> Iterator[Finding]:
    """Where the program writes, and what it reads."""
    env_file = Path(settings.BASE_DIR) / os.environ.get("ENV_FILE", ".env")
    if env_file.is_file() and stat.S_IMODE(env_file.stat().st_mode) & 0o077:
        yield Finding.wrong(f"Others on this machine can read {env_file}, which holds keys.", f"chmod 600 {env_file}")
    folder: Path = settings.STATE_DIR
    if not folder.is_dir():
        yield Finding.warn(f"STATE_DIR ({folder}) is not there yet.", "`make serve` makes it.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding.wrong(f"STATE_DIR ({folder}) can’t be written to.", "Give it to whoever runs the server.")
    free = shutil.disk_usage(folder).free
    said = f"STATE_DIR ({folder}) has {free / 1e9:.1f} GB free."
    if free < NO_SPACE:
        yield Finding.wrong(said, "Make room: the database is about to fail.")
    elif free < LITTLE_SPACE:
        yield Finding.warn(said, "Make room before it is full.")
    else:
        yield Finding.ok(said)
    if (Path(settings.STATIC_ROOT) / "sources").is_file():
        yield Finding.ok("Static files are collected.")
    else:
        yield Finding.warn("Static files are not collected yet.", "`make serve` does it.")


def database() -> Iterator[Finding]:
    """Whether it answers, what it is, and whether its tables are those of this release."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file():
        yield Finding.warn(
            f"There is no database at {connection.settings_dict['NAME']} yet.", "`make serve` makes it.", ends_here=True
        )
        return
    try:
        with connection.cursor() as cursor:
            yield Finding.ok(_kind(cursor))
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        where = connection.settings_dict["HOST"] or connection.settings_dict["NAME"]
        broken = "Look whether it runs, and at DATABASE_URL."
        if connection.vendor == "sqlite":
            broken = "Look who may read the file; if it is broken, put a back-up in its place."
        yield Finding.wrong(f"The database ({where}) can’t be used: {type(error).__name__}.", broken)
        return
    if pending:
        said = f"The database lacks {format_count(len(pending), 'migration')} of this release."
        yield Finding.wrong(said, "`make serve` runs them, or `manage.py migrate`.")
    else:
        yield Finding.ok("Its tables are those of this release.")


def _kind(cursor: CursorWrapper) -> str:
    """The database, how large it is, and for SQLite its journal. Raises DatabaseError."""
    settings_of = connection.settings_dict
    if connection.vendor != "sqlite":
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
        where = settings_of["HOST"] or "this machine"
        return f"PostgreSQL, database {settings_of['NAME']} on {where}, {size / 1e6:.1f} MB."
    cursor.execute("PRAGMA quick_check(1)")
    [(finding,)] = cursor.fetchall()
    if finding != "ok":
        raise DatabaseError(finding)
    cursor.execute("PRAGMA journal_mode")
    journal = cursor.fetchone()[0]
    size = Path(settings_of["NAME"]).stat().st_size
    return f"SQLite, {settings_of['NAME']}, {size / 1e6:.1f} MB, journal {journal.upper()}."


def cache() -> Iterator[Finding]:
    """Whether it gives back what it was given."""
    kind = "Redis" if settings.REDIS_URL else "embedded"
    value = secrets.token_bytes(8)
    try:
        the_cache.set("doctor", value, 10)
        works = the_cache.get("doctor") == value
    # Each back end raises errors of its own.
    except Exception as error:  # noqa: BLE001
        yield Finding.warn(
            f"The cache ({kind}) fails: {type(error).__name__}. Everything works without it, and takes longer.",
            "Look at CACHE_URL." if settings.REDIS_URL else "Look whether STATE_DIR can be written to.",
        )
        return
    if works:
        yield Finding.ok(f"The cache ({kind}) answers.")
    else:
        yield Finding.warn(f"The cache ({kind}) forgets at once what it is given.", "Look whether it is full.")
