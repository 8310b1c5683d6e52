"""Match OpenID identities with accounts.

The issuer verifies an email, but the email of an account is not verified: users can change their own. So an account
with a password is linked to an identity only after the same browser has signed in with that password. A user who
enters another person's email cannot make that person sign in to the wrong account.
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

from visitors.formatting.text import clean
from visitors.models import OpenIDIdentity

# Where the session keeps an identity until the password is entered, and for how long.
_SESSION_KEY = "openid_waiting"
_PASSWORD_TIMEOUT_SECONDS = 15 * 60

_ASK = "Ask an administrator"
UNVERIFIED = f"Your email isn’t verified there, so it can’t be matched to an account. {_ASK}."
UNKNOWN = f"No account here has your email. {_ASK} for an invitation."
CLOSED = f"Your account here is deactivated. {_ASK}."
SIGN_IN_FIRST = "The account here with your email has a password. Sign in with the password once to link both."
TAKEN = f"The account here with your email is linked to another identity. {_ASK}."


class SignInRejected(Exception):
    """An identity that may not sign in. The text is the sentence that the user reads."""


class PasswordNeeded(SignInRejected):
    """The identity matches an account that has a password."""

    def __init__(self, user: User, issuer: str, subject: str) -> None:
        super().__init__(SIGN_IN_FIRST)
        self._identity = {"user": user.pk, "issuer": issuer, "subject": subject}

    def remember(self, session: SessionBase) -> None:
        """Link the identity if this browser signs in to the account within 15 minutes."""
        session[_SESSION_KEY] = self._identity | {"until": time.time() + _PASSWORD_TIMEOUT_SECONDS}


def find_linked_user(issuer: str, subject: str) -> User | None:
    """Return the user linked to an identity, or None. Raises SignInRejected for an inactive account."""
    identity = OpenIDIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    if identity is None:
        return None
    if not identity.user.is_active:
        raise SignInRejected(CLOSED)
    return identity.user


def link_new_identity(issuer: str, subject: str, claims: dict[str, Any]) -> User:
    """Return the user with the verified email of a new identity, and link the two; create the user where
    OIDC_CREATE_USERS allows it.

    Raises SignInRejected. Once linked, the identity counts and the email does not.
    """
    email = claims.get("email")
    # Some issuers send the boolean as a string.
    if not isinstance(email, str) or "@" not in email or claims.get("email_verified") not in (True, "true"):
        raise SignInRejected(UNVERIFIED)
    # Databases treat some different letters as equal (ı and I), so the matches are compared again.
    matches = [user for user in User.objects.filter(email__iexact=email) if user.email.casefold() == email.casefold()]
    user = next(iter(matches), None)
    if user is None and not settings.OIDC_CREATE_USERS:
        raise SignInRejected(UNKNOWN)
    if user and not user.is_active:
        raise SignInRejected(CLOSED)
    if user and OpenIDIdentity.objects.filter(issuer=issuer, user=user).exists():
        raise SignInRejected(TAKEN)
    if user and user.has_usable_password():
        raise PasswordNeeded(user, issuer, subject)
    try:
        with transaction.atomic():
            user = user or _create_user(email, claims)
            OpenIDIdentity.objects.create(user=user, issuer=issuer, subject=subject)
    except IntegrityError as error:  # linked at the same time, or the email is another account's user name
        raise SignInRejected(TAKEN) from error
    return user


def _create_user(email: str, claims: dict[str, Any]) -> User:
    """Create an account without a password and without roles."""
    max_length = User._meta.get_field("username").max_length or 0  # noqa: SLF001 Django documents it
    if len(email) > max_length:
        raise SignInRejected(UNKNOWN)
    name = claims.get("name")
    full_name = clean(name)[:150] if isinstance(name, str) else ""
    return User.objects.create_user(email.lower(), email, first_name=full_name)


@receiver(user_logged_in)
def _link_remembered_identity(request: HttpRequest, user: User, **_: object) -> None:
    remembered = request.session.pop(_SESSION_KEY, None)
    if remembered is None or remembered["user"] != user.pk:
        return
    if not 0 <= remembered["until"] - time.time() <= _PASSWORD_TIMEOUT_SECONDS:
        return
    identity = {"user": user, "issuer": remembered["issuer"], "subject": remembered["subject"]}
    # Either of the two may have been linked to another one meanwhile.
    OpenIDIdentity.objects.bulk_create([OpenIDIdentity(**identity)], ignore_conflicts=True)
    if OpenIDIdentity.objects.filter(**identity).exists():
        messages.success(request, f"You can now also sign in with {settings.OIDC_NAME}.")
