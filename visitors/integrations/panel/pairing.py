"""Pairing: a panel shows a code, and its user types the code where they are signed in.

As in OAuth's device flow (RFC 8628), nothing passes between the two browser tabs, so it works in every frame that
keeps its own origin. A link that contained the code could be sent to someone else, so there is none.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.http import HttpRequest

from visitors.accounts.throttling import client_address
from visitors.integrations.tokens.access import InvalidToken, count_rejected, digest_of
from visitors.models import PanelPairing, Website

HEADER = "Panel-Token"
CODE_VALID_FOR = timedelta(minutes=10)
PAIRED_FOR = timedelta(hours=10)
# Waiting for their code, per address or /64 network.
MAX_WAITING = 20
_PREFIX = "jdp_"
# Without characters that look alike, and without vowels, so that no code is a word.
_ALPHABET = "BCDFGHJKMNPQRSTVWXZ23456789"
_CODE_LENGTH = 8


class TooManyWaiting(Exception):
    """Too many panels from one address wait for their codes."""


@dataclass(frozen=True, slots=True)
class NewPairing:
    """What a panel gets: the code to show, in two groups, and the secret to keep."""

    code: str
    secret: str


def start(request: HttpRequest, website: Website) -> NewPairing:
    """Start a pairing for a panel. Raises TooManyWaiting."""
    now, address = datetime.now(UTC), client_address(request) or ""
    waiting = PanelPairing.objects.filter(user=None, asked_from=address, expires_at__gt=now)
    if waiting.count() >= MAX_WAITING:
        raise TooManyWaiting
    code, secret = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)),
        f"{_PREFIX}{secrets.token_urlsafe(32)}",
    )
    PanelPairing.objects.create(
        website=website, code=code, digest=digest_of(secret), asked_from=address, expires_at=now + CODE_VALID_FOR
    )
    return NewPairing(format_code(code), secret)


def confirm(user: User, typed: str) -> Website | None:
    """Let the panel that shows this code show visitors to the user. Return its website; None if there is none.

    The user must have a role on that website.
    """
    now = datetime.now(UTC)
    code = "".join(character for character in typed.upper() if character.isalnum())
    websites = Website.objects.visible_to(user)
    waiting = PanelPairing.objects.filter(code=code, user=None, expires_at__gt=now, website__in=websites.values("pk"))
    pairing = waiting.select_related("website").first()
    if pairing is None or not waiting.filter(pk=pairing.pk).update(user=user, expires_at=now + PAIRED_FOR):
        return None
    return pairing.website


def find(request: HttpRequest, slug: str) -> PanelPairing | None:
    """Return the pairing of the panel that sends this request, None while its code was not typed.

    Raises InvalidToken for a secret that is unknown, has expired or belongs to another website, and TooManyRequests.
    """
    digest = digest_of(request.headers.get(HEADER, ""))
    pairings = PanelPairing.objects.select_related("user", "website")
    pairing = pairings.filter(digest=digest, website__slug=slug, expires_at__gt=datetime.now(UTC)).first()
    if pairing is None or (pairing.user and not pairing.user.is_active):
        count_rejected(request)
        raise InvalidToken
    return pairing if pairing.user else None


def format_code(code: str) -> str:
    """Return a code in two groups: "BCDF-GHJK"."""
    middle = len(code) // 2
    return f"{code[:middle]}-{code[middle:]}"
