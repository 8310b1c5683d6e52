"""`manage.py purge`: delete expired data now."""

from typing import Any

from django.core.management.base import BaseCommand

from visitors.audit import retention


class Command(BaseCommand):
    """Do now what the running server does every hour."""

    help = (
        "Delete expired data now: profiles after RETENTION_DAYS, audit entries after AUDIT_DAYS, used invitations, "
        "expired sessions. The running server does this every hour."
    )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        self.stdout.write(f"Deleted {retention.describe(retention.purge_all())}, and expired sign-in data.")
