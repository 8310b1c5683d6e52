"""Changes to accounts by administrators, and the locks of all changes to rights.

Each change raises PermissionDenied where `by` is not an administrator, and InvalidChange where no administrator would
be left. Each is logged.

A lock checks a permission and keeps it true until the change is saved. It locks the rows that decide, so that two
changes at the same time run one after the other: a website keeps an admin, and the deployment an administrator.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from visitors.accounts import sessions
from visitors.accounts.users import InvalidChange, display_name
from visitors.models import Membership, OpenIDIdentity, Website
from visitors.roles import Role
from visitors.web import change_log


@contextmanager
def lock_members(website: Website, by: User) -> Iterator[None]:
    """Open a transaction in which nothing else changes the website's members and invitations.

    Raises PermissionDenied where `by` does not manage the website any more.
    """
    with transaction.atomic():
        Website.objects.select_for_update(no_key=True).filter(pk=website.pk).first()
        if not Website.objects.managed_by(by).filter(pk=website.pk).exists():
            raise PermissionDenied
        yield


@contextmanager
def lock_administrators(by: User, *, losing: User | None = None) -> Iterator[None]:
    """Open a transaction in which nothing else changes the administrators.

    Raises PermissionDenied where `by` is not an administrator any more, and InvalidChange where no active administrator
    would be left without `losing`.
    """
    with transaction.atomic():
        administrators = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
        pks = {user.pk for user in administrators}
        if by.pk not in pks:
            raise PermissionDenied
        if losing and pks <= {losing.pk}:
            raise InvalidChange("Journeydesk needs an administrator. Make another user an administrator first.")
        yield


def is_last_admin(membership: Membership) -> bool:
    """Whether this is the website's only admin whose account is active. Administrators do not count."""
    admins = Membership.objects.filter(website=membership.website_id, role=Role.ADMIN)
    others = admins.filter(user__is_active=True).exclude(pk=membership.pk)
    return admins.filter(pk=membership.pk).exists() and not others.exists()


def make_administrator(user: User, *, by: User) -> None:
    """Let a user manage all websites and accounts. Raises InvalidChange for a deactivated account."""
    with lock_administrators(by):
        if not user.is_active:
            raise InvalidChange(f"The account of {display_name(user)} is deactivated. Reactivate it first.")
        User.objects.filter(pk=user.pk).update(is_superuser=True)
        change_log.record(by, "made an administrator", user=user)


def remove_administrator(user: User, *, by: User) -> None:
    """Take the administrator's rights away; roles on websites stay."""
    with lock_administrators(by, losing=user):
        User.objects.filter(pk=user.pk).update(is_superuser=False)
        change_log.record(by, "removed the administrator rights", user=user)


def deactivate(user: User, *, by: User) -> None:
    """Prevent sign-ins with this account, and end its sessions. Its roles stay."""
    with lock_administrators(by, losing=user):
        User.objects.filter(pk=user.pk).update(is_active=False)
        sessions.end_all(user)
        change_log.record(by, "deactivated the account", user=user)


def activate(user: User, *, by: User) -> None:
    """Allow sign-ins with this account again."""
    with lock_administrators(by):
        User.objects.filter(pk=user.pk).update(is_active=True)
        change_log.record(by, "activated the account", user=user)


def unlink_openid(user: User, *, by: User) -> None:
    """Delete the user's OpenID identities: the next OpenID sign-in is matched by email again."""
    with lock_administrators(by):
        OpenIDIdentity.objects.filter(user=user).delete()
        change_log.record(by, "unlinked the OpenID identity", user=user)


def delete_account(user: User, *, by: User) -> None:
    """Delete the account, its roles and the invitations that it made."""
    with lock_administrators(by, losing=user):
        # A row of this user that another process adds meanwhile would make the deletion fail at its end.
        User.objects.select_for_update().filter(pk=user.pk).first()
        change_log.record(by, "deleted the account", user=user)
        user.delete()
