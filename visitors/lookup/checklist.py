"""The first steps of a new deployment, for administrators. Each step is done or not by the actual state."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from visitors.models import AuditEntry, Invitation, Website
from visitors.web.backups import last_backup_at


@dataclass(frozen=True, slots=True)
class Step:
    """A step: `page` is the path of the page where it is done, "" for a step on the server; `action` names its link."""

    title: str
    explanation: str
    is_done: bool
    page: str = ""
    action: str = ""


def first_steps(*, sees_websites: bool) -> list[Step]:
    """Return the steps until a website is connected, a visitor looked up and a colleague invited; then nothing.

    The steps on the server are optional, and do not keep the list open.
    """
    on_pages = list(_steps_on_pages(sees_websites=sees_websites))
    if all(step.is_done for step in on_pages):
        return []
    return [*on_pages, *_steps_on_the_server()]


def _steps_on_pages(*, sees_websites: bool) -> Iterator[Step]:
    yield Step(
        "Connect a website",
        "Paste a website key or an account token from DataFast.",
        Website.objects.exists(),
        reverse("add_website"),
        "Connect",
    )
    has_lookup = AuditEntry.objects.exists()
    if sees_websites:
        yield Step("Look up a visitor", "Paste a visitor id above.", has_lookup)
    else:
        explanation = "Give yourself a role on the website first."
        yield Step("Look up a visitor", explanation, has_lookup, reverse("websites"), "Open websites")
    yield Step(
        "Invite a colleague",
        "As another administrator, or as a member of a website.",
        User.objects.count() > 1 or Invitation.objects.exclude(invited_by=None).exists(),
        reverse("people"),
        "Invite",
    )


def _steps_on_the_server() -> Iterator[Step]:
    yield Step("Set up email", "For invitations and password resets: set EMAIL_URL.", settings.SENDS_MAIL)
    yield Step("Serve over HTTPS", "Put a proxy with TLS in front, and leave HTTPS on.", settings.HTTPS)
    if connection.vendor == "sqlite":
        yield Step("Make a backup", "Run manage.py backup every night.", last_backup_at() is not None)
