"""Whose account it is that an OpenID issuer speaks of."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from visitors.models import OpenIdentity
from visitors.sign_in.names import has_address


class Refused(Exception):
    """Somebody is not let in. The text is the sentence that they read."""


def known_person(issuer: str, subject: str) -> User | None:
    """The person with this identity; None for one who has not signed in with it yet. Raises Refused."""
    identity = OpenIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    if identity is None:
        return None
    if not identity.user.is_active:
        raise Refused(CLOSED)
    return identity.user


def new_person(issuer: str, subject: str, claims: dict[str, Any]) -> User:
    """The person who signs in with this identity for the first time, by the e-mail that the issuer vouches for.

    Raises Refused. From now on the identity counts, whatever becomes of the e-mail.
    """
    email = claims.get("email")
    # Some issuers write the word.
    if not isinstance(email, str) or "@" not in email or claims.get("email_verified") not in (True, "true"):
        raise Refused(UNVERIFIED)
    candidates = [user for user in User.objects.filter(email__iexact=email) if has_address(user, email)]
    active = [user for user in candidates if user.is_active]
    if len(active) > 1:
        raise Refused(SEVERAL)
    if candidates and not active:
        raise Refused(CLOSED)
    if not (active or settings.OIDC_CREATE_USERS):
        raise Refused(UNKNOWN)
    if active and OpenIdentity.objects.filter(issuer=issuer, user=active[0]).exists():
        raise Refused(TAKEN)
    try:
        with transaction.atomic():
            user = active[0] if active else _create(email, claims)
            OpenIdentity.objects.create(user=user, issuer=issuer, subject=subject)
    except IntegrityError as error:  # twice at the same moment, or the address is somebody's user name
        raise Refused(TAKEN) from error
    return user


def _create(email: str, claims: dict[str, Any]) -> User:
    """A new account, without a password and without any website."""
    longest = User._meta.get_field("username").max_length or 0  # noqa: SLF001 Django's own name for it
    if len(email) > longest:
        raise Refused(UNKNOWN)
    name = claims.get("name")
    full_name = name[:150] if isinstance(name, str) else ""
    return User.objects.create_user(email.lower(), email, first_name=full_name)


_ASK = "Ask an administrator of this Journeydesk"
UNVERIFIED = f"Your e-mail isn’t verified there, so nobody can tell which account is yours. {_ASK}."
UNKNOWN = f"No account here has your e-mail. {_ASK} for an invitation."
SEVERAL = f"More than one account here has your e-mail. {_ASK}."
CLOSED = f"Your account here is closed. {_ASK}."
TAKEN = f"The account here with your e-mail is tied to another identity. {_ASK}."
