"""Invitations: for whom, how long and how often they work."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from visitors.accounts import administration, invitations
from visitors.accounts.invitations import InvalidInvitation, Problem
from visitors.models import Invitation, Membership
from visitors.roles import Role
from visitors.websites import members

User = get_user_model()


@pytest.fixture
def ana(db):
    return User.objects.create_user("ana", "ana@example.com")


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root", "root@example.com")


def signed(invitation):
    """Return the signed part of the link."""
    return invitations.path(invitation).split("/")[2]


def refused(link, user, problem):
    """Assert that the user cannot accept the link, for this reason."""
    with pytest.raises(InvalidInvitation, match=problem):
        invitations.accept(link, user)
    assert not Membership.objects.filter(user=user).exists()
    assert not User.objects.get(pk=user.pk).is_superuser


def test_an_invitation_gives_its_role_once(lumenkit, admin, ana):
    link = signed(invitations.invite("ana", lumenkit, Role.MEMBER, by=admin))
    invitations.accept(link, ana)
    assert Membership.objects.get(user=ana).role == "member"
    refused(link, User.objects.create_user("bob"), Problem.USED)


def test_an_invitation_expires_after_three_days(lumenkit, admin, ana, clock):
    link = signed(invitations.invite("ana", lumenkit, Role.MEMBER, by=admin))
    clock.shift(timedelta(days=3, seconds=-30))
    assert invitations.read(link)
    clock.shift(timedelta(seconds=31))
    refused(link, ana, Problem.EXPIRED)


def test_an_invitation_from_the_future_has_expired(lumenkit, admin, ana, clock):
    clock.shift(timedelta(days=300))
    link = signed(invitations.invite("ana", lumenkit, Role.MEMBER, by=admin))
    clock.shift(-timedelta(days=300))
    refused(link, ana, Problem.EXPIRED)


def test_a_new_link_replaces_the_old_one(lumenkit, admin, ana, clock):
    invitation = invitations.invite("ana", lumenkit, Role.MEMBER, by=admin)
    old = signed(invitation)
    clock.shift(timedelta(days=4))
    invitations.renew(invitation, by=admin)
    refused(old, ana, Problem.WITHDRAWN)
    invitations.accept(signed(invitation), ana)


def test_a_used_invitation_gets_no_new_link(lumenkit, admin, ana):
    invitation = invitations.invite("ana", lumenkit, Role.MEMBER, by=admin)
    invitations.accept(signed(invitation), ana)
    with pytest.raises(InvalidInvitation, match=Problem.USED):
        invitations.renew(invitation, by=admin)  # with the row as it was read before
    assert Invitation.objects.get().used_at is not None


def test_inviting_again_replaces_link_and_role(lumenkit, admin, ana):
    old = signed(invitations.invite("ana@example.com", lumenkit, Role.ADMIN, by=admin))
    new = signed(invitations.invite("Ana@example.com", lumenkit, Role.VIEWER, by=admin))
    refused(old, ana, Problem.WITHDRAWN)
    invitations.accept(new, ana)
    assert Membership.objects.get(user=ana).role == "viewer"
    assert Invitation.objects.count() == 1


def test_a_withdrawn_invitation_gives_nothing(lumenkit, admin, ana):
    invitation = invitations.invite("ana", lumenkit, Role.MEMBER, by=admin)
    link = signed(invitation)
    invitations.withdraw(invitation, by=admin)
    refused(link, ana, Problem.WITHDRAWN)


def test_admins_cannot_change_invitations_of_other_websites(lumenkit, pocketgarden, admin):
    elsewhere = User.objects.create_user("elsewhere")
    Membership.objects.create(website=pocketgarden, user=elsewhere, role=Role.ADMIN)
    invitation = invitations.invite("ana", lumenkit, Role.MEMBER, by=admin)
    link = signed(invitation)
    for change in (invitations.renew, invitations.withdraw):
        with pytest.raises(PermissionDenied):
            change(invitation, by=elsewhere)
    with pytest.raises(PermissionDenied):
        invitations.invite("me", None, None, by=elsewhere)
    assert invitations.read(link).pk == invitation.pk


@pytest.mark.parametrize("lose", ["role", "active", "account"])
def test_an_invitation_ends_with_the_rights_of_its_maker(lumenkit, admin, root, ana, lose):
    link = signed(invitations.invite("ana", lumenkit, Role.ADMIN, by=admin))
    if lose == "role":
        members.set_role(Membership.objects.get(user=admin), Role.MEMBER, by=root)
    elif lose == "active":
        administration.deactivate(admin, by=root)
    else:
        administration.delete_account(admin, by=root)
    refused(link, ana, Problem.WITHDRAWN)


def test_an_invitation_ends_with_its_administrators_rights(root, ana):
    other = User.objects.create_superuser("other")
    link = signed(invitations.invite("ana", None, None, by=other))
    administration.remove_administrator(other, by=root)
    refused(link, ana, Problem.WITHDRAWN)


def test_an_invitation_is_for_the_invited_email_only(lumenkit, admin, ana):
    link = signed(invitations.invite("bob@example.com", lumenkit, Role.MEMBER, by=admin))
    refused(link, ana, Problem.WRONG_RECIPIENT)
    assert invitations.read(link)  # still good for Bob
    invitations.accept(link, User.objects.create_user("bob", "Bob@Example.com"))


@pytest.mark.parametrize(
    "changed",
    [
        lambda link: link[:-1],
        lambda link: link + "x",
        lambda link: "0" * 32 + link[32:],
        lambda link: link[33:],
        lambda link: signing.Signer(salt="another", sep=".").sign(link[:32]),
    ],
)
def test_a_changed_link_is_refused(lumenkit, admin, ana, changed):
    link = signed(invitations.invite("ana", lumenkit, Role.MEMBER, by=admin))
    refused(changed(link), ana, Problem.INVALID_LINK)


def test_an_invitation_never_lowers_a_role(lumenkit, admin, viewer, ana):
    link = signed(invitations.invite("anyone", lumenkit, Role.MEMBER, by=admin))
    with pytest.raises(InvalidInvitation, match=Problem.ALREADY_GRANTED):
        invitations.accept(link, admin)
    assert Membership.objects.get(user=admin).role == "admin"
    invitations.accept(link, viewer)
    assert Membership.objects.get(user=viewer).role == "member"


def test_an_administrator_is_invited(root, ana):
    link = signed(invitations.invite("ana@example.com", None, None, by=root))
    invitations.accept(link, ana)
    ana.refresh_from_db()
    assert ana.is_superuser
    assert not ana.is_staff


def test_each_start_invites_the_first_administrator(ana):
    first = signed(invitations.invite_first_administrator())
    second = signed(invitations.invite_first_administrator())
    assert second == first
    Invitation.objects.update(created_at=timezone.now() - invitations.VALID_FOR)
    third = signed(invitations.invite_first_administrator())
    refused(first, ana, Problem.WITHDRAWN)
    invitations.accept(third, ana)
    assert invitations.invite_first_administrator() is None
    User.objects.update(is_active=False)
    assert invitations.invite_first_administrator() is not None


def test_no_account_is_created_for_a_used_invitation(lumenkit, admin):
    link = signed(invitations.invite("ana", lumenkit, Role.MEMBER, by=admin))
    invitations.accept(link, User(username="ana"))
    with pytest.raises(InvalidInvitation, match=Problem.USED):
        invitations.accept(link, User(username="bob"))
    assert not User.objects.filter(username="bob").exists()


@pytest.mark.django_db(transaction=True)
def test_one_of_many_simultaneous_users_accepts(lumenkit, admin):
    link = signed(invitations.invite("anyone", lumenkit, Role.MEMBER, by=admin))
    together, got = Barrier(4), []

    def take(name):
        together.wait()
        try:
            invitations.accept(link, User(username=name))
        except InvalidInvitation:
            got.append("")
        else:
            got.append(name)
        finally:
            connection.close()

    threads = [Thread(target=take, args=[name]) for name in ("ana", "bob", "cem", "dot")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (name,) = filter(None, got)
    assert len(got) == 4
    assert set(User.objects.values_list("username", flat=True)) == {"ada", name}
    assert Membership.objects.get(user__username=name).role == "member"
