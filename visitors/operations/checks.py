"""Django system checks of a deployment: its settings, files, database and websites, and the connection to DataFast.

They run with `manage.py check --deploy`. Those that read the database or call DataFast also need `--database default`,
like Django's own database checks. `manage.py doctor` runs them all. No message contains a secret.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register  # noqa: A004 Django's name
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host

from dashboard.addresses import bracket_ipv6, public_names, public_origin
from visitors import encryption
from visitors.datafast.credentials import CredentialError
from visitors.datafast.errors import UpstreamError
from visitors.encryption import KeyLost
from visitors.formatting import format_count, join_list
from visitors.models import Website
from visitors.profiles.client import datafast_client

_MADE_BY_SERVE = "`make serve` creates it."
DATAFAST = "datafast"
DATAFAST_IDS = {"journeydesk.E011", "journeydesk.E012", "journeydesk.W005"}
# With less free disk space the first gives a warning; with less than the second, the database may fail to write.
LOW_DISK_BYTES, FULL_DISK_BYTES = 1_000_000_000, 100_000_000
# With a larger difference, "2 minutes ago" is wrong on every page.
MAX_CLOCK_DIFFERENCE = timedelta(seconds=30)


@register(Tags.security, deploy=True)
def check_settings(**_: Any) -> Iterator[CheckMessage]:
    """Check that the settings go together."""
    if not (settings.HTTPS or settings.LOOPBACK_ONLY):
        yield Error(
            f"Reached as {join_list(settings.ALLOWED_HOSTS)} over plain HTTP: the network can read along.",
            hint="Put a proxy with TLS in front, and leave HTTPS on.",
            id="journeydesk.E001",
        )
    if settings.HTTPS and not (settings.LOOPBACK_ONLY or settings.TRUSTED_PROXIES):
        yield Warning(
            "HTTPS is on and TRUSTED_PROXIES is 0: all failed sign-ins count as coming from the proxy.",
            hint="Set TRUSTED_PROXIES=1 if there is one proxy in front.",
            id="journeydesk.W001",
        )
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if host and not validate_host(bracket_ipv6(host), settings.ALLOWED_HOSTS):
        yield Error(
            f"PUBLIC_URL leads to {host}, which is not in ALLOWED_HOSTS.",
            hint=f"Add {host} to ALLOWED_HOSTS.",
            id="journeydesk.E014",
        )
    if not (host or settings.LOOPBACK_ONLY or public_names()):
        yield Warning(
            f"Links in emails begin with {public_origin()}, as ALLOWED_HOSTS contains no public name.",
            hint="Set PUBLIC_URL to the address that users open.",
            id="journeydesk.W006",
        )
    if os.environ.get("CACHE_URL"):
        yield Warning(
            "CACHE_URL is set, and no longer used: everything is in the database.",
            hint="Remove it. The cache server can be switched off.",
            id="journeydesk.W002",
        )


@register(Tags.files, deploy=True)
def check_files(**_: Any) -> Iterator[CheckMessage]:
    """Check the files that the server reads and writes, and the space for them."""
    env_file = Path(settings.BASE_DIR) / os.environ.get("ENV_FILE", ".env")
    if env_file.is_file() and _is_exposed(env_file):
        yield Error(
            f"Other users of this machine can read the keys in {env_file}.",
            hint=f"chmod 600 {env_file}",
            id="journeydesk.E002",
        )
    exposed = [str(path) for path in [settings.STATE_DIR, *database_files()] if _is_exposed(path)]
    if exposed:
        yield Error(
            f"Other users of this machine can read {join_list(exposed)}.",
            hint=f"chmod go= {' '.join(exposed)}",
            id="journeydesk.E013",
        )
    folder: Path = settings.STATE_DIR
    if not folder.is_dir():
        yield Info(f"STATE_DIR ({folder}) does not exist yet.", hint=_MADE_BY_SERVE, id="journeydesk.I001")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Error(
            f"STATE_DIR ({folder}) cannot be written to.",
            hint="Change its owner to the user that runs the server.",
            id="journeydesk.E003",
        )
    free = shutil.disk_usage(folder).free
    space = f"STATE_DIR ({folder}) has {free / 1e9:.1f} GB free."
    if free < FULL_DISK_BYTES:
        yield Error(space, hint="Free some space: the database is about to fail.", id="journeydesk.E004")
    elif free < LOW_DISK_BYTES:
        yield Warning(space, hint="Free some space before the disk is full.", id="journeydesk.W003")
    if not (Path(settings.STATIC_ROOT) / "sources").is_file():
        yield Info("Static files are not collected yet.", hint=_MADE_BY_SERVE, id="journeydesk.I002")


@register(Tags.database, deploy=True)
def check_database(*, databases: Sequence[str] | None = None, **_: Any) -> Iterator[CheckMessage]:
    """Check that the database works and has this release's tables; then check the websites and the users in it."""
    if not databases:
        return
    name, host = connection.settings_dict["NAME"], connection.settings_dict["HOST"]
    is_sqlite = connection.vendor == "sqlite"
    if not has_database():
        yield Info(f"There is no database at {name} yet.", hint=_MADE_BY_SERVE, id="journeydesk.I003")
        return
    hint = "Check that it is running, and DATABASE_URL."
    if is_sqlite:
        hint = "Check who may read the file; if it is damaged, replace it with a backup."
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)" if is_sqlite else "SELECT 'ok'")
            [(result,)] = cursor.fetchall()
        if result != "ok":
            yield Error(f"The database ({name}) is damaged: {result}", hint=hint, id="journeydesk.E005")
            return
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            text = f"The database lacks {format_count(len(missing), 'migration')} of this release."
            hint = "`make serve` runs them, or `manage.py migrate`."
            yield Error(text, hint=hint, id="journeydesk.E006")
            return
        yield from check_websites()
        yield from check_users()
    except DatabaseError as error:
        # Not the error's own text, which may contain the password.
        text = f"The database ({host or name}) cannot be used: {type(error).__name__}."
        yield Error(text, hint=hint, id="journeydesk.E005")


@register(DATAFAST, deploy=True)
def check_datafast(*, databases: Sequence[str] | None = None, **_: Any) -> Iterator[CheckMessage]:
    """Call DataFast once, without a token: check that it answers, and that the clocks agree."""
    if not databases:
        return
    host = urlsplit(settings.DATAFAST_API_URL).netloc
    called = f"DataFast ({host}) was called once, without a token."
    try:
        status, their_time = datafast_client().reach()
    except (UpstreamError, ValueError) as error:
        hint = "Check DATAFAST_API_URL, the proxy and the firewall."
        yield Error(f"{called} {error}", hint=hint, id="journeydesk.E011")
        return
    if 300 <= status < 400 or status >= 500:
        hint = "A healthy API answers differently: check DATAFAST_API_URL, or wait."
        yield Warning(f"{called} It answered with HTTP {status}.", hint=hint, id="journeydesk.W005")
    difference = abs(their_time - datetime.now(UTC)) if their_time else timedelta()
    if difference > MAX_CLOCK_DIFFERENCE:
        text = f"The clock of this machine is {difference.total_seconds():.0f} seconds off DataFast’s."
        yield Error(text, hint="Synchronize the clock (NTP).", id="journeydesk.E012")


def is_own(message: CheckMessage) -> bool:
    """Whether this is a message of the checks here, and not of Django's or a library's."""
    return (message.id or "").startswith("journeydesk.")


def has_database() -> bool:
    """Whether there is a database to connect to. Connecting to a missing SQLite file would create it."""
    return connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]).is_file()


def database_files() -> list[Path]:
    """Return the paths of a SQLite database: the database, its write-ahead log and the log's index. Not all exist."""
    if connection.vendor != "sqlite":
        return []
    return [Path(f"{connection.settings_dict['NAME']}{suffix}") for suffix in ("", "-wal", "-shm")]


def _is_exposed(path: Path) -> bool:
    """Whether other users can read a file or folder.

    If it belongs to another user, its group may read it: that can be how this process reads it.
    """
    try:
        status = path.stat()
    except OSError:
        return False
    others = 0o077 if status.st_uid == os.geteuid() else 0o007
    return bool(status.st_mode & others)


def check_websites() -> Iterator[CheckMessage]:
    """Check that there is a website, and that each one's token can be used."""
    websites = list(Website.objects.all())
    if not websites:
        hint = "Sign in as an administrator and add one at /websites/."
        yield Info("There is no website yet.", hint=hint, id="journeydesk.I004")
        return
    with_old_key = []
    for website in websites:
        page = f"/websites/{website.slug}/"
        try:
            website.credential()
        except KeyLost:
            hint = f"Add the key that encrypted it, or enter the token again at {page}."
            text = f"No key in CREDENTIAL_KEY opens the token of {website.slug}."
            yield Error(text, hint=hint, id="journeydesk.E007")
            continue
        except CredentialError as error:
            text = f"The token of {website.slug} cannot be used. {error}"
            yield Error(text, hint=f"See {page}.", id="journeydesk.E008")
            continue
        if not encryption.is_current(website.credential_encrypted):
            with_old_key.append(website.slug)
        if website.key_rejected_since:
            text = (
                f"DataFast refuses the token of {website.slug} since {website.key_rejected_since:%Y-%m-%d %H:%M} UTC."
            )
            yield Error(text, hint=f"Replace it at {page}.", id="journeydesk.E009")
    if with_old_key:
        text = f"Tokens encrypted with an older key: {', '.join(with_old_key)}."
        yield Warning(text, hint="`manage.py rotate_credentials`", id="journeydesk.W004")


def check_users() -> Iterator[CheckMessage]:
    """Check that there is an administrator."""
    if not User.objects.filter(is_active=True, is_superuser=True).exists():
        hint = "`make serve` prints a link for the first one."
        yield Error("There is no administrator.", hint=hint, id="journeydesk.E010")
    # The migration to unique emails marked them.
    shared = User.objects.filter(email__contains=" (shared, account ").order_by("username")
    if accounts := [f"{user.username} ({user.email.partition(' ')[0]})" for user in shared]:
        yield Warning(
            f"These accounts shared their email with another one, which kept it: {join_list(accounts)}.",
            hint="They sign in with their user names. Each user enters an email of their own at /account/.",
            id="journeydesk.W007",
        )
