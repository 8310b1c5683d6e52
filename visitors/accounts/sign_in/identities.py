"""Whose account it is that an OpenID issuer speaks of.

The issuer vouches for an e-mail; for that of an account nobody does, since everybody may change their own. So an
account that has a password is tied to an identity only when the same browser brings the password as well: whoever
entered somebody else's address can't have that person sign in to the wrong account.
"""

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.dispatch import receiver
from django.http import HttpRequest

from visitors.accounts.sign_in.usernames import has_address
from visitors.formatting.text import clean
from visitors.models import OpenIDIdentity

# For how long a password may follow, and where the identity waits for it in the session.
_SECONDS_TO_WAIT = 15 * 60
_WAITING = "openid_waiting"


class Refused(Exception):
    """Somebody is not let in. The text is the sentence that they read."""


class PasswordNeeded(Refused):
    """This identity may be that of an account which has a password."""

    def __init__(self, user: User, issuer: str, subject: str) -> None:
        super().__init__(NOT_TIED)
        self._waiting = {"user": user.pk, "issuer": issuer, "subject": subject}

    def wait(self, session: SessionBase) -> None:
        """Tie the two when this browser signs in to the account soon."""
        session[_WAITING] = self._waiting | {"until": time.time() + _SECONDS_TO_WAIT}


def known_person(issuer: str, subject: str) -> User | None:
    """The person with this identity; None for one who has not signed in with it yet. Raises Refused."""
    identity = OpenIDIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
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
    if active and OpenIDIdentity.objects.filter(issuer=issuer, user=active[0]).exists():
        raise Refused(TAKEN)
    if active and active[0].has_usable_password():
        raise PasswordNeeded(active[0], issuer, subject)
    try:
        with transaction.atomic():
            user = active[0] if active else _create(email, claims)
            OpenIDIdentity.objects.create(user=user, issuer=issuer, subject=subject)
    except IntegrityError as error:  # twice at the same moment, or the address is somebody's user name
        raise Refused(TAKEN) from error
    return user


def _create(email: str, claims: dict[str, Any]) -> User:
    """A new account, without a password and without any website."""
    longest = User._meta.get_field("username").max_length or 0  # noqa: SLF001 Django's own name for it
    if len(email) > longest:
        raise Refused(UNKNOWN)
    name = claims.get("name")
    full_name = clean(name)[:150] if isinstance(name, str) else ""
    return User.objects.create_user(email.lower(), email, first_name=full_name)


@receiver(user_logged_in)
def _tie(request: HttpRequest, user: User, **_: object) -> None:
    """Tie an identity that has waited for this account's password."""
    waiting = request.session.pop(_WAITING, None)
    if waiting is None or waiting["user"] != user.pk or waiting["until"] < time.time():
        return
    identity = {"user": user, "issuer": waiting["issuer"], "subject": waiting["subject"]}
    # Either of the two may have been tied to another one meanwhile.
    OpenIDIdentity.objects.bulk_create([OpenIDIdentity(**identity)], ignore_conflicts=True)
    if OpenIDIdentity.objects.filter(**identity).exists():
        messages.success(request, f"From now on you can sign in with {settings.OIDC_NAME} as well.")


_ASK = "Ask an administrator of this Journeydesk"
UNVERIFIED = f"Your e-mail isn’t verified there, so nobody can tell which account is yours. {_ASK}."
UNKNOWN = f"No account here has your e-mail. {_ASK} for an invitation."
SEVERAL = f"More than one account here has your e-mail. {_ASK}."
CLOSED = f"Your account here is closed. {_ASK}."
NOT_TIED = (
    "The account here with your e-mail has a password. Sign in with it, this once: then both are known to be yours."
)
TAKEN = f"The account here with your e-mail is tied to another identity. {_ASK}."
