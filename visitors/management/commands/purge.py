"""`manage.py purge`: remove what is kept too long, now."""

from typing import Any

from django.core.management.base import BaseCommand

from visitors.audit import retention


class Command(BaseCommand):
    """Does now what the running server does by itself once an hour."""

    help = "Remove what is kept too long: profiles after RETENTION_DAYS, look-ups after AUDIT_DAYS, and what has ended."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Purge, and say how much went."""
        self.stdout.write(f"Removed {retention.said(retention.purge())}, and what of sign-ins has ended.")
