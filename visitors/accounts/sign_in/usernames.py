"""Whom somebody means who signs in: by user name or by e-mail."""

from django.contrib.auth.models import User
from django.db.models import Q


def user_name(typed: str) -> str:
    """The user name of the account that is meant; what was typed where there is none.

    An address that several active accounts share means none of them. There is one query in any case, and the password's
    hash is reckoned either way, so that the time tells nobody whether an account exists.
    """
    typed = typed.strip()
    meant = Q(username=typed) | Q(email__iexact=typed, is_active=True) if typed else Q(pk=None)
    found = list(User.objects.filter(meant).values_list("username", flat=True)[:3])
    if typed in found or len(found) != 1:
        return typed
    return found[0]


def has_address(user: User, address: str) -> bool:
    """Whether this is the account's e-mail, in any case of its letters.

    Databases take letters for the same that are not (ı and I): what is looked up by address is compared again here.
    """
    return bool(address) and user.email.casefold() == address.casefold()
