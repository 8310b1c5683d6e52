"""The websites with their keys, and the people."""

from collections.abc import Iterator

from django.contrib.auth import get_user_model

from visitors import encryption
from visitors.datafast.credentials import CredentialError
from visitors.encryption import KeyLost
from visitors.formatting import format_count
from visitors.models import Website
from visitors.operations.doctor.finding import Finding


def websites() -> Iterator[Finding]:
    """Whether their tokens can be read, and are accepted."""
    sites = list(Website.objects.all())
    if not sites:
        yield Finding.warn("There is no website yet.", "Sign in as an administrator and add one at /websites/.")
        return
    yield Finding.ok(f"{format_count(len(sites), 'website')}.")
    old_keys = []
    for site in sites:
        try:
            site.credential()
        except KeyLost:
            yield Finding.wrong(
                f"No key in CREDENTIAL_KEY opens the token of {site.slug}.",
                f"Add the key that wrote it, or enter the token again at /websites/{site.slug}/.",
            )
            continue
        except CredentialError as error:
            yield Finding.wrong(f"The token of {site.slug} can’t be used. {error}", f"See /websites/{site.slug}/.")
            continue
        if not encryption.is_current(site.credential_encrypted):
            old_keys.append(site.slug)
        if site.key_rejected_since:
            yield Finding.wrong(
                f"DataFast refuses the token of {site.slug} since {site.key_rejected_since:%Y-%m-%d %H:%M} UTC.",
                f"Replace it at /websites/{site.slug}/.",
            )
        if site.paused_at:
            yield Finding.ok(f"{site.slug} is on hold since {site.paused_at:%Y-%m-%d %H:%M} UTC.")
    if old_keys:
        yield Finding.warn(
            f"Tokens that an older key has written: {', '.join(old_keys)}.", "`manage.py rotate_credentials`"
        )


def people() -> Iterator[Finding]:
    """Whether somebody can see to all of it."""
    active = get_user_model().objects.filter(is_active=True)
    administrators = active.filter(is_superuser=True).count()
    if administrators:
        yield Finding.ok(
            f"{format_count(active.count(), 'person', 'people')}, {format_count(administrators, 'administrator')}."
        )
    else:
        yield Finding.wrong("There is no administrator.", "`make serve` prints a link for the first one.")
