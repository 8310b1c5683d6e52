"""Changes to accounts, by administrators of the deployment.

Each function raises PermissionDenied where `by` is not an administrator, and InvalidChange where no administrator would
be left. Each change is logged.
"""

from django.contrib.auth.models import User

from visitors.accounts import sessions
from visitors.accounts.locks import lock_administrators
from visitors.accounts.users import InvalidChange, display_name
from visitors.models import OpenIDIdentity
from visitors.web import change_log


def make_administrator(user: User, *, by: User) -> None:
    """Let a user manage all websites and accounts. Raises InvalidChange for a deactivated account."""
    with lock_administrators(by):
        if not user.is_active:
            raise InvalidChange(f"The account of {display_name(user)} is switched off. Switch it on first.")
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
        change_log.record(by, "deleted the account", user=user)
        user.delete()
