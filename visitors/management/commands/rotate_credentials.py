"""`manage.py rotate_credentials`: encrypt all websites' tokens with the first key of `CREDENTIAL_KEY`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from visitors import encryption
from visitors.encryption import KeyLost
from visitors.formatting import format_count
from visitors.models import Website


class Command(BaseCommand):
    """Renews what an older key has written. May be called as often as one likes, while the server runs."""

    help = "Encrypt all websites' tokens anew with the first key of CREDENTIAL_KEY."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Renew one website after the other; those that no key opens are named at the end."""
        renewed, current, lost = 0, 0, []
        for website in Website.objects.exclude(credential_encrypted="").order_by("slug"):
            stored = website.credential_encrypted
            if encryption.is_current(stored):
                current += 1
                continue
            try:
                anew = encryption.renew(stored)
            except KeyLost:
                lost.append(website.slug)
                continue
            # Only what was read: a token that somebody has entered meanwhile is newer, and written with the first key.
            changed = Website.objects.filter(pk=website.pk, credential_encrypted=stored).update(
                credential_encrypted=anew
            )
            renewed, current = renewed + changed, current + (not changed)
        self.stdout.write(
            f"{format_count(renewed, 'token')} encrypted anew, "
            f"{format_count(current, 'token')} with the first key already."
        )
        if lost:
            raise CommandError(
                f"No key in CREDENTIAL_KEY opens the tokens of: {', '.join(lost)}. "
                "Add the key that wrote them, or enter the tokens again on the websites’ pages."
            )
