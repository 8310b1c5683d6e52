"""Invitations: a signed link that gives whoever opens it first a place on a website, or that of an administrator.

What can be wrong with one:

    Unusable
    ├── NotALink           not one of ours, or not all of it
    ├── Withdrawn          taken back, replaced by a new link, or made by somebody who may not invite there any more
    ├── Used               works once
    ├── Ended              works for three days
    ├── ForSomebodyElse    sent to another e-mail address than that of the account that opens it
    └── NothingToGain      the account may already do all that it offers
"""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from visitors.accounts import people
from visitors.models import Invitation, Membership, Website
from visitors.roles import Role
from visitors.web import change_log

VALID_FOR = timedelta(days=3)

# Chat tools take a colon in a link for its end now and then, so it is a point.
_signer = signing.Signer(salt="visitors.invitations", sep=".")
_FIRST = "The first administrator"


class Unusable(Exception):
    """An invitation that can't be taken."""


class NotALink(Unusable):
    """Not one of ours, or not all of it."""


class Withdrawn(Unusable):
    """Taken back, replaced by a new link, or made by somebody who may not invite there any more."""


class Used(Unusable):
    """Somebody has taken it."""


class Ended(Unusable):
    """Older than three days."""


class ForSomebodyElse(Unusable):
    """It was sent to another e-mail address than that of the account that opens it. The text is that address."""


class NothingToGain(Unusable):
    """The account may already do all that it offers."""


# ---- Making ---------------------------------------------------------------------------------------------------------


def path(invitation: Invitation) -> str:
    """The path of its link. Whoever has it may take it: it belongs into no log."""
    return reverse("invitation", args=[_signer.sign(invitation.key.hex)])


def invite(invited: str, website: Website, role: Role, *, by: User) -> Invitation:
    """Keep a place on a website for somebody. Whom one invites again gets a new link; the old one ends."""
    with people.manages(by, website):
        return _keep_a_place(invited, website, role, by)


def invite_administrator(invited: str, *, by: User) -> Invitation:
    """Keep the place of an administrator for somebody."""
    with people.administrates(by):
        return _keep_a_place(invited, None, None, by)


def invite_from_command(invited: str, website: Website | None, role: Role | None) -> Invitation:
    """The same for whoever may run commands on the machine: they may do anything already."""
    with transaction.atomic():
        return _keep_a_place(invited, website, role, None)


def invite_first_administrator() -> Invitation | None:
    """Keep the place of the first administrator, in place of the one that was kept at the last start.

    None where there is an administrator already.
    """
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return None
    return invite_from_command(_FIRST, None, None)


def renew(invitation: Invitation, *, by: User) -> None:
    """Give an invitation a new link for another three days; the old link ends. Raises `Used`."""
    with _sees_to(invitation, by):
        # As it is now, not as it was read: somebody may have taken it meanwhile.
        if not Invitation.objects.select_for_update().filter(pk=invitation.pk, used_at=None).exists():
            raise Used
        invitation.invited_by = by
        _write(invitation)


def withdraw(invitation: Invitation, *, by: User) -> None:
    """Take an invitation back."""
    with _sees_to(invitation, by):
        number, _ = Invitation.objects.filter(pk=invitation.pk, used_at=None).delete()
        if number:
            _note(invitation, by, "withdrew")


def pending(website: Website | None) -> QuerySet[Invitation]:
    """Those that nobody has taken yet, newest first: for a website, or for administrators."""
    return Invitation.objects.filter(website=website, used_at=None).select_related("invited_by").order_by("-created_at")


def problem(invitation: Invitation) -> Unusable | None:
    """Why nobody can take it, as it is now."""
    if invitation.used_at:
        return Used()
    if not _still_holds(invitation):
        return Withdrawn()
    return Ended() if ends_at(invitation) <= timezone.now() else None


def ends_at(invitation: Invitation) -> datetime:
    """Until when it can be taken."""
    return invitation.created_at + VALID_FOR


# ---- Taking ---------------------------------------------------------------------------------------------------------


def read(signed: str, *, to_take: bool = False) -> Invitation:
    """The invitation that a link names. Raises `Unusable`. `to_take` locks it, inside of a transaction."""
    try:
        key = UUID(_signer.unsign(signed))
    except (signing.BadSignature, ValueError) as error:
        raise NotALink from error
    invitations = Invitation.objects.select_related("website", "invited_by")
    if to_take:
        invitations = invitations.select_for_update(of=("self",))
    invitation = invitations.filter(key=key).first()
    if invitation is None:
        raise Withdrawn
    if found := problem(invitation):
        raise found
    return invitation


def check_for(invitation: Invitation, user: User) -> None:
    """Raise `Unusable` where it is not for this account, or would give it nothing."""
    _check_address(invitation, user)
    if invitation.website is None:
        if user.is_superuser:
            raise NothingToGain
        return
    there = Membership.objects.filter(website=invitation.website, user=user).first()
    if there and Role(there.role).may(Role(invitation.role)):
        raise NothingToGain


def take(signed: str, user: User) -> Invitation:
    """Give an account the place that the link keeps. Raises `Unusable`, and has changed nothing then."""
    with transaction.atomic():
        invitation = read(signed, to_take=True)
        check_for(invitation, user)
        _settle(invitation, user)
    return invitation


def join(signed: str, user: User) -> Invitation:
    """The same with a new account, which is saved here: it exists only if it has got the place."""
    with transaction.atomic():
        invitation = read(signed, to_take=True)
        _check_address(invitation, user)
        user.save()
        _settle(invitation, user)
    return invitation


# ---- Inside ---------------------------------------------------------------------------------------------------------


def _keep_a_place(invited: str, website: Website | None, role: Role | None, by: User | None) -> Invitation:
    same = Invitation.objects.select_for_update().filter(website=website, invited__iexact=invited, used_at=None).first()
    invitation = same or Invitation(website=website, invited=invited)
    invitation.role = role or ""
    invitation.invited_by = by
    _write(invitation)
    return invitation


def _write(invitation: Invitation) -> None:
    """Save it with a new link, good from now on."""
    invitation.key = uuid4()
    invitation.created_at = timezone.now()
    invitation.save()
    _note(invitation, invitation.invited_by, "made")


def _check_address(invitation: Invitation, user: User) -> None:
    if "@" in invitation.invited and invitation.invited.casefold() != user.email.casefold():
        raise ForSomebodyElse(invitation.invited)


def _settle(invitation: Invitation, user: User) -> None:
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    if invitation.website is None:
        User.objects.filter(pk=user.pk).update(is_superuser=True)
    else:
        Membership.objects.update_or_create(website=invitation.website, user=user, defaults={"role": invitation.role})
    _note(invitation, user, "took")


def _sees_to(invitation: Invitation, person: User) -> AbstractContextManager[None]:
    website = invitation.website
    return people.manages(person, website) if website else people.administrates(person)


def _still_holds(invitation: Invitation) -> bool:
    """Whether whoever made it may still give away what it gives. The command line always may."""
    inviter = invitation.invited_by
    if inviter is None or not inviter.is_active:
        return inviter is None
    if invitation.website is None:
        return inviter.is_superuser
    return Website.objects.managed_by(inviter).filter(pk=invitation.website.pk).exists()


def _note(invitation: Invitation, by: User | None, did: str) -> None:
    place = invitation.role or "administrator"
    change_log.note(by, f"{did} invitation {invitation.pk} ({place})", website=invitation.website)
