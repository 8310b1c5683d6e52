"""Permission checks that stay true until a change is saved.

Each locks the rows that decide, so that two changes at the same time run one after the other. That is how a website
keeps an admin, and the deployment an administrator.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from visitors.accounts.users import InvalidChange
from visitors.models import Membership, Website
from visitors.roles import Role


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
            raise InvalidChange("Journeydesk needs an administrator. Make somebody else one first.")
        yield


def is_last_admin(membership: Membership) -> bool:
    """Whether this is the website's only admin whose account is active. Administrators do not count."""
    admins = Membership.objects.filter(website=membership.website_id, role=Role.ADMIN)
    others = admins.filter(user__is_active=True).exclude(pk=membership.pk)
    return admins.filter(pk=membership.pk).exists() and not others.exists()
