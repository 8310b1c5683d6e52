"""Who may change the members of a website, also when two users do it at the same time."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied

from tests.concurrency import at_once
from visitors.accounts.users import InvalidChange
from visitors.models import Membership, Website
from visitors.roles import Role
from visitors.websites import members

User = get_user_model()


@pytest.fixture
def root(db):
    """An administrator without a role on any website."""
    return User.objects.create_superuser("root", "root@example.com")


def role_of(user, website):
    """Return the user's role on the website, or None."""
    return Membership.objects.filter(user=user, website=website).values_list("role", flat=True).first()


def membership(user):
    return Membership.objects.get(user=user)


def test_an_admin_gives_changes_and_takes_roles(lumenkit, admin, caplog):
    ana = User.objects.create_user("ana", "ana@example.com")
    members.add_member(lumenkit, ana, Role.VIEWER, by=admin)
    assert role_of(ana, lumenkit) == "viewer"
    members.set_role(membership(ana), Role.MEMBER, by=admin)
    assert role_of(ana, lumenkit) == "member"
    members.remove_member(membership(ana), by=admin)
    assert role_of(ana, lumenkit) is None
    lines = [record.getMessage() for record in caplog.records if record.name == "visitors.web.change_log"]
    assert lines == [
        f"User {admin.pk} gave the role viewer, user {ana.pk}, website lumenkit",
        f"User {admin.pk} changed the role to member, user {ana.pk}, website lumenkit",
        f"User {admin.pk} removed the role, user {ana.pk}, website lumenkit",
    ]


def test_a_member_is_not_added_twice(lumenkit, admin, member):
    for user in (member, admin):
        with pytest.raises(InvalidChange, match="is already"):
            members.add_member(lumenkit, user, Role.VIEWER, by=admin)
    assert (role_of(member, lumenkit), role_of(admin, lumenkit)) == ("member", "admin")


def test_an_inactive_user_is_not_added(lumenkit, admin):
    gone = User.objects.create_user("gone", is_active=False)
    with pytest.raises(InvalidChange, match="is deactivated"):
        members.add_member(lumenkit, gone, Role.VIEWER, by=admin)


@pytest.mark.parametrize(
    "change",
    [lambda one, by: members.remove_member(one, by=by), lambda one, by: members.set_role(one, Role.MEMBER, by=by)],
)
def test_the_last_admin_cannot_be_removed(lumenkit, admin, root, change):
    with pytest.raises(InvalidChange, match="needs a manager"):
        change(membership(admin), admin)
    User.objects.filter(pk=admin.pk).update(is_superuser=True)
    admin.refresh_from_db()
    with pytest.raises(InvalidChange, match="needs a manager"):
        change(membership(admin), admin)
    assert role_of(admin, lumenkit) == "admin"
    change(membership(admin), root)  # another administrator may, as they can name the next admin
    assert role_of(admin, lumenkit) != "admin"


def test_an_inactive_admin_does_not_count(lumenkit, admin, person_with_role):
    other = person_with_role("otto", Role.ADMIN)
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(InvalidChange, match="needs a manager"):
        members.remove_member(membership(admin), by=admin)
    User.objects.filter(pk=other.pk).update(is_active=True)
    members.remove_member(membership(admin), by=admin)
    assert role_of(admin, lumenkit) is None


def test_managing_one_website_gives_no_rights_on_another(lumenkit, pocketgarden, member):
    elsewhere = User.objects.create_user("elsewhere")
    Membership.objects.create(website=pocketgarden, user=elsewhere, role=Role.ADMIN)
    for change in (
        lambda: members.add_member(lumenkit, elsewhere, Role.ADMIN, by=elsewhere),
        lambda: members.set_role(membership(member), Role.ADMIN, by=member),
        lambda: members.remove_member(membership(member), by=elsewhere),
    ):
        with pytest.raises(PermissionDenied):
            change()
    assert role_of(member, lumenkit) == "member"


@pytest.mark.django_db(transaction=True)
def test_two_admins_removing_each_other_leave_one(lumenkit, admin, person_with_role):
    other = person_with_role("otto", Role.ADMIN)
    for _ in range(10):
        outcomes = at_once(
            lambda: members.remove_member(membership(other), by=admin),
            lambda: members.remove_member(membership(admin), by=other),
        )
        assert sorted(outcomes, key=str) == [PermissionDenied, None]
        assert Membership.objects.filter(website=lumenkit, role=Role.ADMIN).count() == 1
        for user in (admin, other):
            Membership.objects.update_or_create(website=lumenkit, user=user, defaults={"role": Role.ADMIN})


@pytest.mark.django_db(transaction=True)
def test_two_admins_leaving_at_once_leave_one(lumenkit, admin, person_with_role):
    other = person_with_role("otto", Role.ADMIN)
    for _ in range(10):
        outcomes = at_once(
            *(lambda user=user: members.set_role(membership(user), Role.VIEWER, by=user) for user in (admin, other))
        )
        assert sorted(outcomes, key=str) == [InvalidChange, None]
        assert Website.objects.managed_by(admin).count() + Website.objects.managed_by(other).count() == 1
        Membership.objects.update(role=Role.ADMIN)
