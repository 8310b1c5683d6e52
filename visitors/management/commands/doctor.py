"""`manage.py doctor`: what is configured, and what is wrong with it, in plain words."""

import platform
import shutil
import sqlite3
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.auth.models import User
from django.core.checks import ERROR, WARNING, Tags, run_checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from visitors.formatting import format_count, join_list
from visitors.models import Website
from visitors.operations.checks import DATAFAST, DATAFAST_IDS, has_database, is_own

# Django's warnings about cookies, redirects and HSTS. They all follow from E001: HTTPS is off.
FOLLOW_FROM_PLAIN_HTTP = {"security.W004", "security.W008", "security.W010", "security.W016"}


class Command(BaseCommand):
    """Print the deployment's facts, then the system checks' messages. Changes nothing."""

    help = "Print what is configured, and what is wrong with it. The exit code is 1 if something is wrong."
    requires_system_checks: list[str] = []  # noqa: RUF012 Django's own type; they run below

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--offline", action="store_true", help="do not call DataFast")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        for fact in _describe_deployment():
            self.stdout.write(fact)
        messages = run_checks(include_deployment_checks=True)
        tags = [Tags.database] if options["offline"] else [Tags.database, DATAFAST]
        messages += run_checks(tags=tags, include_deployment_checks=True, databases=["default"])
        if not (options["offline"] or any(message.id in DATAFAST_IDS for message in messages)):
            self.stdout.write("DataFast answers, and the clocks agree.")
        self.stdout.write()
        wrong = 0
        for message in messages:
            if message.is_silenced() or (message.id in FOLLOW_FROM_PLAIN_HTTP and not settings.HTTPS):
                continue
            # The server does not start with any warning of Django's own.
            is_wrong = message.level >= (ERROR if is_own(message) else WARNING)
            wrong += is_wrong
            label = "wrong" if is_wrong else "warn" if message.level >= WARNING else "note"
            style = {"wrong": self.style.ERROR, "warn": self.style.WARNING, "note": self.style.NOTICE}[label]
            self.stdout.write(f"{style(f'{label:<6}')} {message.msg} ({message.id})")
            if message.hint:
                self.stdout.write(f"       {message.hint}")
        if wrong:
            self.stdout.write(f"\n{format_count(wrong, 'thing')} to fix.")
            sys.exit(1)
        self.stdout.write("Nothing is wrong.")


def _describe_deployment() -> Iterator[str]:
    yield f"Python {platform.python_version()}, Django {django.__version__}, SQLite {sqlite3.sqlite_version}."
    yield f"Reached as {join_list(settings.ALLOWED_HOSTS)}, over {'HTTPS' if settings.HTTPS else 'plain HTTP'}."
    yield f"SECRET_KEY is set, CREDENTIAL_KEY is set ({format_count(len(settings.CREDENTIAL_KEYS), 'key')})."
    options = {
        "mail": settings.SENDS_MAIL,
        "OpenID Connect": bool(settings.OIDC_ISSUER),
        "metrics": bool(settings.METRICS_TOKEN),
    }
    for is_used, words in ((True, "Set up"), (False, "Not set up")):
        names = [name for name, is_set in options.items() if is_set is is_used]
        if names:
            yield f"{words}: {join_list(names)}."
    if settings.STATE_DIR.is_dir():
        yield f"STATE_DIR ({settings.STATE_DIR}) has {shutil.disk_usage(settings.STATE_DIR).free / 1e9:.1f} GB free."
    if has_database():
        # If the database cannot be used, its check reports that.
        with suppress(DatabaseError):
            yield _describe_database()
            users = User.objects.filter(is_active=True)
            yield (
                f"{format_count(Website.objects.count(), 'website')}, {format_count(users.count(), 'user')}, "
                f"{format_count(users.filter(is_superuser=True).count(), 'administrator')}."
            )
            for website in Website.objects.exclude(paused_at=None):
                yield f"{website.slug} is paused since {website.paused_at:%Y-%m-%d %H:%M} UTC."


def _describe_database() -> str:
    """Return the database's kind, place and size."""
    name, host = connection.settings_dict["NAME"], connection.settings_dict["HOST"]
    if connection.vendor == "sqlite":
        return f"SQLite, {name}, {Path(name).stat().st_size / 1e6:.1f} MB."
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        [size] = cursor.fetchone()
    return f"PostgreSQL, database {name} on {host or 'this machine'}, {size / 1e6:.1f} MB."
