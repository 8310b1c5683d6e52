"""Who may change accounts, also when two administrators do it at the same time."""

from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied

from tests.concurrency import at_once, beside
from visitors.accounts import administration
from visitors.accounts.users import InvalidChange
from visitors.audit import log
from visitors.audit.log import LogUnavailable
from visitors.models import AuditAction

User = get_user_model()


@pytest.fixture
def root(db):
    """An administrator without a role on any website."""
    return User.objects.create_superuser("root", "root@example.com")


def test_an_administrator_is_added_and_removed(root, member):
    administration.make_administrator(member, by=root)
    member.refresh_from_db()
    assert member.is_superuser
    administration.remove_administrator(root, by=root)  # the member is one too
    with pytest.raises(PermissionDenied):
        administration.remove_administrator(member, by=root)


@pytest.mark.parametrize(
    "change", [administration.remove_administrator, administration.deactivate, administration.delete_account]
)
def test_the_last_administrator_cannot_be_removed(root, change):
    User.objects.create_superuser("switched off", is_active=False)
    with pytest.raises(InvalidChange, match="needs an administrator"):
        change(root, by=root)
    assert User.objects.filter(pk=root.pk, is_superuser=True, is_active=True).exists()


def test_an_admin_of_a_website_is_no_administrator(admin, member):
    for change in (
        administration.make_administrator,
        administration.remove_administrator,
        administration.deactivate,
        administration.activate,
    ):
        with pytest.raises(PermissionDenied):
            change(member, by=admin)
    with pytest.raises(PermissionDenied):
        administration.delete_account(member, by=admin)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_removing_each_other_leave_one(root):
    other = User.objects.create_superuser("other")
    for _ in range(10):
        outcomes = at_once(
            lambda: administration.remove_administrator(other, by=root),
            lambda: administration.deactivate(root, by=other),
        )
        assert sorted(outcomes, key=str) == [PermissionDenied, None]
        assert User.objects.filter(is_superuser=True, is_active=True).count() == 1
        User.objects.update(is_superuser=True, is_active=True)


@pytest.mark.django_db(transaction=True)
def test_an_account_is_deleted_while_its_user_looks_at_a_visitor(root, member, lumenkit):
    look = partial(log.record_lookup, member, lumenkit, uuid4(), AuditAction.PAGE)
    look()
    with beside('DELETE FROM "auth_user"', look) as outcomes:
        administration.delete_account(member, by=root)
    assert outcomes == [LogUnavailable]
    assert not get_user_model().objects.filter(pk=member.pk).exists()
