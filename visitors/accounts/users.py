"""Find users by what was typed, and name them."""

import re

from django.contrib.auth.models import User
from django.db.models import Q

from visitors.formatting.text import clean

# Letters that databases do not treat as one letter in different cases: in capitals, ß is SS and ς is Σ.
_VARIANTS = {"(ss|ß|ẞ)": re.compile("ss|ß|ẞ", re.IGNORECASE), "[σςΣ]": re.compile("[σςΣ]")}


class InvalidChange(Exception):
    """A change to roles or accounts that cannot be made. Its text is a sentence for the user who asked for it."""


def display_name(user: User) -> str:
    """Return the full name, or the user name where there is none, without characters that act on the text around it."""
    return clean(user.get_full_name()) or user.get_username()


def find_user(typed: str) -> User | None:
    """Return the user with this user name or email, in upper or lower case; None where there is none.

    A user name in exactly this spelling wins. Raises InvalidChange where several users match.
    """
    if not typed:
        return None
    # Not iexact, for which SQLite knows the case of ASCII letters only.
    pattern = f"^{re.escape(typed)}$"
    for letters, found in _VARIANTS.items():
        pattern = found.sub(letters, pattern)
    candidates = User.objects.filter(Q(username__iregex=pattern) | Q(email__iregex=pattern))
    # Databases treat some different letters as equal (ı and I), so the matches are compared again.
    matches = [user for user in candidates if typed.casefold() in (user.username.casefold(), user.email.casefold())]
    exact = [user for user in matches if user.username == typed]
    if len(exact or matches) > 1:
        raise InvalidChange("Several accounts match. Enter the exact user name.")
    return next(iter(exact or matches), None)


def resolve_username(typed: str) -> str:
    """Return the user name of the account that a sign-in names by user name or email; the typed text without a match.

    Upper and lower case count only where several user names differ by nothing else. It takes one query in any case, and
    a password is hashed either way, so the response time does not reveal whether an account exists.
    """
    typed = typed.strip()
    try:
        user = find_user(typed)
    except InvalidChange:
        return typed
    return user.get_username() if user else typed
