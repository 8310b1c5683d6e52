"""Who may do what, and who may change it; also when two people change it at the same moment."""

from threading import Barrier, Thread

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import connection

from visitors.accounts import people
from visitors.models import Membership, Website
from visitors.roles import Role

User = get_user_model()


@pytest.fixture
def root(db):
    """An administrator without a role anywhere."""
    return User.objects.create_superuser("root", "root@example.com")


def role_of(user, website):
    """Their role there, or None."""
    return Membership.objects.filter(user=user, website=website).values_list("role", flat=True).first()


def membership(user):
    return Membership.objects.get(user=user)


@pytest.mark.parametrize("typed", ["ana", "ANA", "ana@example.com", "Ana@Example.COM"])
def test_somebody_is_found_by_user_name_or_email_in_any_case(db, typed):
    ana = User.objects.create_user("ana", "ana@example.com")
    assert people.find(typed) == ana


@pytest.mark.parametrize("typed", ["", "ann", "an", "ana@example", "%"])
def test_nobody_is_found_by_less(db, typed):
    User.objects.create_user("ana", "ana@example.com")
    User.objects.create_user("without an address")
    assert people.find(typed) is None


def test_an_address_that_two_accounts_share_means_neither(db):
    User.objects.create_user("ana", "team@example.com")
    User.objects.create_user("bob", "team@example.com")
    with pytest.raises(people.Refused, match="Several accounts"):
        people.find("team@example.com")


def test_a_user_name_as_it_is_written_means_its_account_whatever_others_have_as_their_address(db):
    User.objects.create_user("mallory", "ana")
    ana = User.objects.create_user("ana")
    assert people.find("ana") == ana


def test_an_admin_gives_changes_and_takes_roles(lumenkit, admin, caplog):
    ana = User.objects.create_user("ana", "ana@example.com")
    people.give_role(lumenkit, ana, Role.VIEWER, by=admin)
    assert role_of(ana, lumenkit) == "viewer"
    people.change_role(membership(ana), Role.MEMBER, by=admin)
    assert role_of(ana, lumenkit) == "member"
    people.remove(membership(ana), by=admin)
    assert role_of(ana, lumenkit) is None
    lines = [record.getMessage() for record in caplog.records if record.name == "visitors.web.change_log"]
    assert lines == [
        f"User {admin.pk} gave the role viewer, user {ana.pk}, website lumenkit",
        f"User {admin.pk} changed the role to member, user {ana.pk}, website lumenkit",
        f"User {admin.pk} took the role away, user {ana.pk}, website lumenkit",
    ]


def test_nobody_is_added_twice(lumenkit, admin, member):
    for somebody in (member, admin):
        with pytest.raises(people.Refused, match="is here already"):
            people.give_role(lumenkit, somebody, Role.VIEWER, by=admin)
    assert (role_of(member, lumenkit), role_of(admin, lumenkit)) == ("member", "admin")


def test_an_account_that_is_switched_off_is_not_added(lumenkit, admin):
    gone = User.objects.create_user("gone", is_active=False)
    with pytest.raises(people.Refused, match="switched off"):
        people.give_role(lumenkit, gone, Role.VIEWER, by=admin)


@pytest.mark.parametrize(
    "change", [lambda one, by: people.remove(one, by=by), lambda one, by: people.change_role(one, Role.MEMBER, by=by)]
)
def test_the_last_admin_stays_whoever_they_are(lumenkit, admin, root, change):
    with pytest.raises(people.Refused, match="needs an admin"):
        change(membership(admin), admin)
    User.objects.filter(pk=admin.pk).update(is_superuser=True)
    admin.refresh_from_db()
    with pytest.raises(people.Refused, match="needs an admin"):
        change(membership(admin), admin)
    assert role_of(admin, lumenkit) == "admin"
    change(membership(admin), root)  # another administrator may: they can name the next one
    assert role_of(admin, lumenkit) != "admin"


def test_an_admin_whose_account_is_switched_off_is_no_other_admin(lumenkit, admin, person_with_role):
    other = person_with_role("otto", Role.ADMIN)
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(people.Refused, match="needs an admin"):
        people.remove(membership(admin), by=admin)
    User.objects.filter(pk=other.pk).update(is_active=True)
    people.remove(membership(admin), by=admin)
    assert role_of(admin, lumenkit) is None


def test_whoever_sees_to_another_website_changes_nothing_here(lumenkit, pocketgarden, member):
    elsewhere = User.objects.create_user("elsewhere")
    Membership.objects.create(website=pocketgarden, user=elsewhere, role=Role.ADMIN)
    for change in (
        lambda: people.give_role(lumenkit, elsewhere, Role.ADMIN, by=elsewhere),
        lambda: people.change_role(membership(member), Role.ADMIN, by=member),
        lambda: people.remove(membership(member), by=elsewhere),
    ):
        with pytest.raises(PermissionDenied):
            change()
    assert role_of(member, lumenkit) == "member"


def test_an_administrator_is_made_and_unmade(root, member):
    people.make_administrator(member, by=root)
    member.refresh_from_db()
    assert member.is_superuser
    people.unmake_administrator(root, by=root)  # there is another one now
    with pytest.raises(PermissionDenied):
        people.unmake_administrator(member, by=root)


@pytest.mark.parametrize("change", [people.unmake_administrator, people.switch_off, people.delete])
def test_the_last_administrator_stays(root, change):
    User.objects.create_superuser("switched off", is_active=False)
    with pytest.raises(people.Refused, match="needs an administrator"):
        change(root, by=root)
    assert User.objects.filter(pk=root.pk, is_superuser=True, is_active=True).exists()


def test_an_admin_of_a_website_is_no_administrator(admin, member):
    for change in (people.make_administrator, people.unmake_administrator, people.switch_off, people.switch_on):
        with pytest.raises(PermissionDenied):
            change(member, by=admin)
    with pytest.raises(PermissionDenied):
        people.delete(member, by=admin)


def at_once(*changes):
    """Make changes in threads, each with a connection of its own; return what each raised."""
    together, outcomes = Barrier(len(changes)), [None] * len(changes)

    def make(number, change):
        together.wait()
        try:
            change()
        except (people.Refused, PermissionDenied) as error:
            outcomes[number] = type(error)
        finally:
            connection.close()

    threads = [Thread(target=make, args=pair) for pair in enumerate(changes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one(lumenkit, admin, person_with_role):
    other = person_with_role("otto", Role.ADMIN)
    for _ in range(10):
        outcomes = at_once(
            lambda: people.remove(membership(other), by=admin), lambda: people.remove(membership(admin), by=other)
        )
        assert sorted(outcomes, key=str) == [PermissionDenied, None]
        assert Membership.objects.filter(website=lumenkit, role=Role.ADMIN).count() == 1
        for user in (admin, other):
            Membership.objects.update_or_create(website=lumenkit, user=user, defaults={"role": Role.ADMIN})


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_both_give_their_role_up_at_once_leave_one(lumenkit, admin, person_with_role):
    other = person_with_role("otto", Role.ADMIN)
    for _ in range(10):
        outcomes = at_once(
            *(lambda user=user: people.change_role(membership(user), Role.VIEWER, by=user) for user in (admin, other))
        )
        assert sorted(outcomes, key=str) == [people.Refused, None]
        assert Website.objects.managed_by(admin).count() + Website.objects.managed_by(other).count() == 1
        Membership.objects.update(role=Role.ADMIN)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_unmake_each_other_at_once_leave_one(root):
    other = User.objects.create_superuser("other")
    for _ in range(10):
        outcomes = at_once(
            lambda: people.unmake_administrator(other, by=root), lambda: people.switch_off(root, by=other)
        )
        assert sorted(outcomes, key=str) == [PermissionDenied, None]
        assert User.objects.filter(is_superuser=True, is_active=True).count() == 1
        User.objects.update(is_superuser=True, is_active=True)
