"""`manage.py rotate_credentials`: encrypt all stored tokens and secrets with the first key of `CREDENTIAL_KEY`."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from visitors import encryption
from visitors.encryption import KeyLost
from visitors.formatting import format_count
from visitors.models import Integration, Webhook, Website


class Command(BaseCommand):
    """Encrypt again what an older key encrypted. Safe to repeat, and safe while the server runs."""

    help = "Encrypt all websites' tokens and the secrets of their integrations with the first key of CREDENTIAL_KEY."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Encrypt one token after the other. Ends with an error that lists the websites with a lost key."""
        renewed, current, lost = 0, 0, []
        for name, rows, column, stored in _list_encrypted():
            if encryption.is_current(stored):
                current += 1
                continue
            try:
                encrypted = encryption.renew(stored)
            except KeyLost:
                lost.append(name)
                continue
            # Only if it is unchanged: a token that was entered meanwhile is newer, and uses the first key already.
            if rows.update(**{column: encrypted}):
                renewed += 1
            else:
                current += 1
        self.stdout.write(
            f"{format_count(renewed, 'token')} encrypted again, "
            f"{format_count(current, 'token')} with the first key already."
        )
        if lost:
            raise CommandError(
                f"No key in CREDENTIAL_KEY opens the tokens of: {', '.join(lost)}. "
                "Add the key that encrypted them, or enter the tokens again on the websites’ pages."
            )


def _list_encrypted() -> Iterator[tuple[str, "QuerySet[Any]", str, str]]:
    """Yield everything that is encrypted: whose it is, its row while that is unchanged, its column and its value."""
    for website in Website.objects.exclude(credential_encrypted="").order_by("slug"):
        stored = website.credential_encrypted
        rows = Website.objects.filter(pk=website.pk, credential_encrypted=stored)
        yield website.slug, rows, "credential_encrypted", stored
    for integration in Integration.objects.select_related("website").order_by("website__slug", "kind"):
        stored = integration.secret_encrypted
        unchanged = Integration.objects.filter(pk=integration.pk, secret_encrypted=stored)
        yield f"{integration.website.slug} ({integration.kind})", unchanged, "secret_encrypted", stored
    for webhook in Webhook.objects.select_related("website").order_by("website__slug"):
        for column in ("url_encrypted", "secret_encrypted"):
            stored = getattr(webhook, column)
            same = Webhook.objects.filter(pk=webhook.pk, **{column: stored})
            yield f"{webhook.website.slug} (webhook)", same, column, stored
