"""Who may do what: roles on a website, and the accounts of the whole deployment.

Every change locks what it decides by, so that two at the same moment count one after the other; is refused with a
sentence where it would leave a website or the deployment with nobody to see to it; and is logged by numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from visitors.accounts.sign_in import sessions
from visitors.models import Membership, OpenIDIdentity, Website
from visitors.roles import Role
from visitors.web import change_log


class Refused(Exception):
    """A change that can't be made. Its text is a sentence for whoever asked for it."""


def called(user: User) -> str:
    """How people call somebody: by the full name, else by the user name."""
    return user.get_full_name() or user.get_username()


def find(typed: str) -> User | None:
    """The account with this user name or e-mail, in any case of its letters; None where there is none.

    Raises `Refused` where it could be several. A user name as it is written wins.
    """
    named = User.objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed)) if typed else User.objects.none()
    # Databases take letters for the same that are not (ı and I), so what was found is compared again.
    found = [user for user in named if typed.casefold() in (user.username.casefold(), user.email.casefold())]
    exact = [user for user in found if user.username == typed]
    if len(exact or found) > 1:
        raise Refused("Several accounts answer to that. Enter the user name, exactly as it is written.")
    return next(iter(exact or found), None)


# ---- Of a website ---------------------------------------------------------------------------------------------------


def of_website(website: Website) -> QuerySet[Membership]:
    """Who has a role there, by name, each with their `user`."""
    return website.membership_set.select_related("user").order_by(Lower("user__username"))


def give_role(website: Website, user: User, role: Role, *, by: User) -> None:
    """Give an account that has none yet a role on the website."""
    with manages(by, website):
        if not user.is_active:
            raise Refused(f"The account of {called(user)} is switched off. An administrator can switch it on again.")
        there, is_new = Membership.objects.get_or_create(website=website, user=user, defaults={"role": role})
        if not is_new:
            raise Refused(
                f"{called(user)} is here already, as {Role(there.role).one}. The role can be changed in the list."
            )
        change_log.note(by, f"gave the role {role}", website=website, whom=user)


def change_role(membership: Membership, role: Role, *, by: User) -> None:
    """Give somebody another role on the website."""
    with manages(by, membership.website):
        if not role.may(Role.ADMIN):
            _refuse_to_lose_the_last_admin(membership, by)
        Membership.objects.filter(pk=membership.pk).update(role=role)
        change_log.note(by, f"changed the role to {role}", website=membership.website, whom=membership.user)


def remove(membership: Membership, *, by: User) -> None:
    """Take somebody's role on the website away. From their next request on, it does not exist for them."""
    with manages(by, membership.website):
        _refuse_to_lose_the_last_admin(membership, by)
        Membership.objects.filter(pk=membership.pk).delete()
        change_log.note(by, "took the role away", website=membership.website, whom=membership.user)


@contextmanager
def manages(person: User, website: Website) -> Iterator[None]:
    """A transaction in which nobody else changes the website's people, for somebody who still sees to them."""
    with transaction.atomic():
        Website.objects.select_for_update(no_key=True).filter(pk=website.pk).first()
        if not Website.objects.managed_by(person).filter(pk=website.pk).exists():
            raise PermissionDenied
        yield


def is_last_admin(membership: Membership) -> bool:
    """Whether nobody else sees to the website, administrators aside."""
    others = Membership.objects.filter(website=membership.website_id, role=Role.ADMIN, user__is_active=True)
    now = Membership.objects.filter(pk=membership.pk, role=Role.ADMIN)
    return now.exists() and not others.exclude(pk=membership.pk).exists()


def _refuse_to_lose_the_last_admin(membership: Membership, by: User) -> None:
    """An administrator may take the role from the last admin, since they can name the next one; nobody their own."""
    if is_last_admin(membership) and (membership.user_id == by.pk or not by.is_superuser):
        raise Refused(f"{membership.website} needs an admin. Make somebody else one first.")


# ---- Of the whole deployment ----------------------------------------------------------------------------------------


def make_administrator(user: User, *, by: User) -> None:
    """Let somebody see to every website and to all people."""
    with administrates(by):
        if not user.is_active:
            raise Refused(f"The account of {called(user)} is switched off. Switch it on first.")
        User.objects.filter(pk=user.pk).update(is_superuser=True)
        change_log.note(by, "made an administrator", whom=user)


def unmake_administrator(user: User, *, by: User) -> None:
    """Leave somebody with their roles on websites only."""
    with administrates(by, without=user):
        User.objects.filter(pk=user.pk).update(is_superuser=False)
        change_log.note(by, "made no administrator any more", whom=user)


def switch_off(user: User, *, by: User) -> None:
    """Let nobody sign in with this account, and end its sessions. Its roles stay for when it is switched on again."""
    with administrates(by, without=user):
        User.objects.filter(pk=user.pk).update(is_active=False)
        sessions.end_all(user)
        change_log.note(by, "switched the account off", whom=user)


def switch_on(user: User, *, by: User) -> None:
    """Let the account sign in again."""
    with administrates(by):
        User.objects.filter(pk=user.pk).update(is_active=True)
        change_log.note(by, "switched the account on", whom=user)


def forget_openid(user: User, *, by: User) -> None:
    """Forget who somebody is to an OpenID issuer: the next time, it is their e-mail that counts again."""
    with administrates(by):
        OpenIDIdentity.objects.filter(user=user).delete()
        change_log.note(by, "forgot the OpenID identity", whom=user)


def delete(user: User, *, by: User) -> None:
    """Remove the account, its roles and the invitations that it made."""
    with administrates(by, without=user):
        change_log.note(by, "deleted the account", whom=user)
        user.delete()


@contextmanager
def administrates(person: User, *, without: User | None = None) -> Iterator[None]:
    """A transaction in which nobody else changes the administrators, for somebody who still is one; refused where
    there would be no administrator left `without` somebody."""
    with transaction.atomic():
        administrators = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
        numbers = {user.pk for user in administrators}
        if person.pk not in numbers:
            raise PermissionDenied
        if without and numbers <= {without.pk}:
            raise Refused("Journeydesk needs an administrator. Make somebody else one first.")
        yield
