"""`/status/`: how this Journeydesk is set up, and what is wrong with it, for administrators."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, WARNING, CheckMessage, run_checks
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard import server
from dashboard.clock import latest_possible_time
from visitors.formatting import format_ago, format_count, join_list
from visitors.models import Webhook, Website
from visitors.operations import checks
from visitors.profiles import Purpose, get_token_use, is_datafast_failing
from visitors.web.access import SignedInRequest, administrator_required
from visitors.web.backups import last_backup_at
from visitors.web.release import version

_PURPOSES = {
    Purpose.LOOKUP: "Look-ups by people",
    Purpose.LIVE: "Pages that refresh themselves",
    Purpose.BACKGROUND: "Background work",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the page; `state` is "good", "warn", "bad" or "" for a plain fact."""

    term: str
    text: str
    state: str = ""


@require_safe
@administrator_required
def status(request: SignedInRequest) -> HttpResponse:
    """Show the facts and the system checks' messages. Unlike `doctor` it does not call DataFast."""
    problems = [message for message in _run_checks() if checks.is_own(message) and message.level >= WARNING]
    problems.sort(key=lambda message: -message.level)
    context = {"facts": list(_facts(datetime.now(UTC))), "problems": problems, "error_level": ERROR}
    context["budget"] = [
        (join_list([website.name for website in websites]), [(_PURPOSES[use.purpose], use) for use in uses])
        for websites, uses in get_token_use(Website.objects.order_by("name"))
    ]
    return render(request, "operations/status.html", context)


def _run_checks() -> Iterator[CheckMessage]:
    yield from run_checks(include_deployment_checks=True)
    yield from checks.check_websites()
    yield from checks.check_users()


def _facts(now: datetime) -> Iterator[Fact]:
    yield Fact("Version", version())
    if settings.SENDS_MAIL:
        yield Fact("Email", "Set up", "good")
    else:
        yield Fact("Email", "Not set up: administrators send links themselves", "warn")
    if settings.HTTPS:
        yield Fact("TLS", "HTTPS only", "good")
    elif settings.LOOPBACK_ONLY:
        yield Fact("TLS", "Plain HTTP, on this machine only", "warn")
    else:
        yield Fact("TLS", "Plain HTTP: the network can read along", "bad")
    yield Fact("Storage", _describe_storage())
    yield _describe_backup(now)
    yield Fact(
        "Retention",
        f"Visitors’ data {format_count(settings.RETENTION_DAYS, 'day')}, "
        f"audit log {format_count(settings.AUDIT_DAYS, 'day')}",
    )
    yield Fact("Workers", f"{server.WORKERS} processes of {server.THREADS} threads")
    yield from _describe_upstream()
    yield from _describe_webhooks()


def _describe_storage() -> str:
    free = f"{shutil.disk_usage(settings.STATE_DIR).free / 1e9:,.1f} GB free on disk"
    if connection.vendor != "sqlite":
        return f"PostgreSQL, {free}"
    return f"SQLite, {Path(connection.settings_dict['NAME']).stat().st_size / 1e6:,.1f} MB, {free}"


def _describe_backup(now: datetime) -> Fact:
    if connection.vendor != "sqlite":
        return Fact("Last backup", "Made with PostgreSQL’s own tools")
    at = last_backup_at()
    if at is None:
        return Fact("Last backup", "None by manage.py backup", "warn")
    is_recent = now - timedelta(days=2) < at <= latest_possible_time()  # ahead of now: a clock was wrong
    return Fact("Last backup", format_ago(at, now).capitalize(), "good" if is_recent else "warn")


def _describe_upstream() -> Iterator[Fact]:
    websites = list(Website.objects.order_by("name"))
    rejected = [website.name for website in websites if website.key_rejected_since]
    failing = [website.name for website in websites if is_datafast_failing(website)]
    if rejected:
        yield Fact("DataFast", f"Rejects the key of {join_list(rejected)}", "bad")
    if failing:
        yield Fact("DataFast", f"Unavailable for {join_list(failing)}: the last calls failed", "warn")
    if not (rejected or failing):
        yield Fact("DataFast", f"No problem known for {format_count(len(websites), 'website')}", "good")


def _describe_webhooks() -> Iterator[Fact]:
    total = Webhook.objects.count()
    failing = list(Webhook.objects.exclude(failing_since=None).select_related("website").order_by("website__name"))
    if failing:
        yield Fact(
            "Webhooks", f"Alerts could not be delivered for {join_list([one.website.name for one in failing])}", "bad"
        )
    elif total:
        yield Fact("Webhooks", f"No problem known for {format_count(total, 'webhook')}", "good")
