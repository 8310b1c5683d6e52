"""The members of a website and their roles.

Changes raise PermissionDenied where `by` does not manage the website, and InvalidChange where the change would leave it
without an admin. Each change is logged.
"""

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.db.models.functions import Lower

from visitors.accounts.administration import is_last_admin, lock_members
from visitors.accounts.users import InvalidChange, display_name
from visitors.models import Membership, Website
from visitors.roles import Role
from visitors.web import change_log


def members_of(website: Website) -> QuerySet[Membership]:
    """Return the memberships with their `user`, by user name."""
    return website.membership_set.select_related("user").order_by(Lower("user__username"))


def add_member(website: Website, user: User, role: Role, *, by: User) -> None:
    """Give a user a role. Raises InvalidChange for a deactivated user and for a member."""
    with lock_members(website, by):
        name = display_name(user)
        if not user.is_active:
            raise InvalidChange(f"The account of {name} is deactivated. An administrator can reactivate it.")
        membership, is_new = Membership.objects.get_or_create(website=website, user=user, defaults={"role": role})
        if not is_new:
            current = Role(membership.role).with_article
            raise InvalidChange(f"{name} is already {current}. Change the role in the list.")
        change_log.record(by, f"gave the role {role}", website=website, user=user)


def set_role(membership: Membership, role: Role, *, by: User) -> None:
    """Give a member another role."""
    with lock_members(membership.website, by):
        if role is not Role.ADMIN:
            _require_another_admin(membership, by)
        Membership.objects.filter(pk=membership.pk).update(role=role)
        change_log.record(by, f"changed the role to {role}", website=membership.website, user=membership.user)


def remove_member(membership: Membership, *, by: User) -> None:
    """Remove a member's role. The user's next request does not find the website."""
    with lock_members(membership.website, by):
        _require_another_admin(membership, by)
        Membership.objects.filter(pk=membership.pk).delete()
        change_log.record(by, "removed the role", website=membership.website, user=membership.user)


def _require_another_admin(membership: Membership, by: User) -> None:
    """Raise InvalidChange for the last admin, except for an administrator who changes another user."""
    if is_last_admin(membership) and (membership.user_id == by.pk or not by.is_superuser):
        raise InvalidChange(f"{membership.website} needs a manager. Add another one first.")
