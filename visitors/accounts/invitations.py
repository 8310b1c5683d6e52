"""Invitations: signed links that give one user a role on a website, or make one an administrator.

A link works once, for three days, and only while the user who made it could still make it.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from dashboard.addresses import absolute_url
from dashboard.clock import latest_possible_time
from visitors.accounts.administration import lock_administrators, lock_members
from visitors.accounts.users import display_name
from visitors.models import Invitation, Membership, Website
from visitors.roles import Role
from visitors.web import change_log, mail

VALID_FOR = timedelta(days=3)
_FIRST_ADMINISTRATOR = "The first administrator"

# Some chat tools end a link at a colon.
_signer = signing.Signer(salt="visitors.invitations", sep=".")


class Problem(StrEnum):
    """Why an invitation cannot be accepted."""

    INVALID_LINK = "invalid link"  # not one of ours, or incomplete
    WITHDRAWN = "withdrawn"  # or replaced by a new link, or made by a user who may not invite there any more
    USED = "used"
    EXPIRED = "expired"
    WRONG_RECIPIENT = "wrong recipient"  # made for another email than that of the account that opens it
    ALREADY_GRANTED = "already granted"  # the account has all the rights that the invitation gives


class InvalidInvitation(Exception):
    """An invitation that cannot be accepted. `email` is the one that it was made for, with WRONG_RECIPIENT only."""

    def __init__(self, problem: Problem, email: str = "") -> None:
        super().__init__(problem)
        self.problem, self.email = problem, email


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """An invitation with its absolute link, which is shown once, and whether the link was mailed too."""

    invitation: Invitation
    link: str
    is_mailed: bool


# ---- Inviting -------------------------------------------------------------------------------------------------------


def path(invitation: Invitation) -> str:
    """Return the path of the link. Anyone with the link can accept it, so it must not be logged."""
    return reverse("invitation", args=[_signer.sign(invitation.key.hex)])


def invite(invited: str, website: Website | None, role: Role | None, *, by: User | None) -> Invitation:
    """Invite a user, by user name or email, to a role on a website; without both, to become an administrator.

    Inviting again makes a new link and ends the old one. `by` is None for a command, which may invite to anything.
    """
    with _lock(website, by):
        same = Invitation.objects.select_for_update().filter(website=website, invited__iexact=invited, used_at=None)
        invitation = same.first() or Invitation(website=website, invited=invited)
        invitation.role = role or ""
        _save_with_new_link(invitation, by)
    return invitation


def invite_first_administrator() -> Invitation | None:
    """Invite the first administrator, or return the invitation of an earlier start while it is valid.

    None where there is an administrator already. Only one server at a time may call this.
    """
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return None
    open_ones = Invitation.objects.filter(website=None, invited=_FIRST_ADMINISTRATOR, used_at=None, invited_by=None)
    earlier = open_ones.first()
    if earlier and find_problem(earlier) is None:
        return earlier
    return invite(_FIRST_ADMINISTRATOR, None, None, by=None)


def renew(invitation: Invitation, *, by: User) -> None:
    """Replace the link by one that works for another three days. Raises InvalidInvitation for a used one."""
    with _lock(invitation.website, by):
        # It may have been accepted since it was read.
        if not Invitation.objects.select_for_update().filter(pk=invitation.pk, used_at=None).exists():
            raise InvalidInvitation(Problem.USED)
        _save_with_new_link(invitation, by)


def withdraw(invitation: Invitation, *, by: User) -> None:
    """Delete an invitation that is still open."""
    with _lock(invitation.website, by):
        deleted, _ = Invitation.objects.filter(pk=invitation.pk, used_at=None).delete()
        if deleted:
            _record(by, "withdrew", invitation)


def open_invitations(website: Website | None) -> QuerySet[Invitation]:
    """Return the unused invitations to a website, or those of administrators, newest first."""
    return Invitation.objects.filter(website=website, used_at=None).select_related("invited_by").order_by("-created_at")


def find_problem(invitation: Invitation) -> Problem | None:
    """Return why an invitation cannot be accepted now, or None."""
    if invitation.used_at:
        return Problem.USED
    if not _can_inviter_still_invite(invitation):
        return Problem.WITHDRAWN
    is_ahead = invitation.created_at > latest_possible_time()
    return Problem.EXPIRED if is_ahead or expires_at(invitation) <= timezone.now() else None


def expires_at(invitation: Invitation) -> datetime:
    """Return when the link stops working."""
    return invitation.created_at + VALID_FOR


def issue(invitation: Invitation, by: User) -> IssuedInvitation:
    """Return an invitation with its link, and mail the link where it is for an email and mail is set up."""
    link = absolute_url(path(invitation))
    is_mailed = settings.SENDS_MAIL and "@" in invitation.invited
    if is_mailed:
        role = Role(invitation.role) if invitation.role else None
        context = {"invitation": invitation, "role": role, "by": display_name(by), "link": link}
        text = render_to_string("accounts/invitation_email.txt", context)
        message = EmailMessage("Your invitation to Journeydesk", text, to=[invitation.invited])
        mail.send_in_background(message, "an invitation")
    return IssuedInvitation(invitation, link, is_mailed)


# ---- Accepting ------------------------------------------------------------------------------------------------------


def read(signed: str, *, lock: bool = False) -> Invitation:
    """Return the invitation of a link. Raises InvalidInvitation. `lock` needs a transaction."""
    try:
        key = UUID(_signer.unsign(signed))
    except (signing.BadSignature, ValueError) as error:
        raise InvalidInvitation(Problem.INVALID_LINK) from error
    invitations = Invitation.objects.select_related("website", "invited_by")
    if lock:
        invitations = invitations.select_for_update(of=("self",))
    invitation = invitations.filter(key=key).first()
    if invitation is None:
        raise InvalidInvitation(Problem.WITHDRAWN)
    if problem := find_problem(invitation):
        raise InvalidInvitation(problem)
    return invitation


def check_recipient(invitation: Invitation, user: User) -> None:
    """Raise InvalidInvitation for another email than the invited one, and where it would give nothing new.

    `user` may be a new account that is not saved yet.
    """
    if "@" in invitation.invited and invitation.invited.casefold() != user.email.casefold():
        raise InvalidInvitation(Problem.WRONG_RECIPIENT, invitation.invited)
    if user._state.adding:  # noqa: SLF001 Django documents it
        return
    membership = Membership.objects.filter(website=invitation.website, user=user).first()
    has_role = membership and Role(membership.role).includes(Role(invitation.role))
    if has_role or (invitation.website is None and user.is_superuser):
        raise InvalidInvitation(Problem.ALREADY_GRANTED)


def accept(signed: str, user: User) -> Invitation:
    """Give a user what the link offers, and save a new account in the same transaction. Raises InvalidInvitation."""
    with transaction.atomic():
        invitation = read(signed, lock=True)
        check_recipient(invitation, user)
        if user._state.adding:  # noqa: SLF001 Django documents it
            user.save()
        invitation.used_at = timezone.now()
        invitation.save(update_fields=["used_at"])
        if invitation.website is None:
            User.objects.filter(pk=user.pk).update(is_superuser=True)
        else:
            grant = {"role": invitation.role}
            Membership.objects.update_or_create(website=invitation.website, user=user, defaults=grant)
        _record(user, "accepted", invitation)
    return invitation


def _save_with_new_link(invitation: Invitation, by: User | None) -> None:
    invitation.invited_by = by
    invitation.key = uuid4()
    invitation.created_at = timezone.now()
    invitation.save()
    _record(by, "made", invitation)


def _lock(website: Website | None, by: User | None) -> AbstractContextManager[None]:
    if by is None:
        return transaction.atomic()
    return lock_members(website, by) if website else lock_administrators(by)


def _can_inviter_still_invite(invitation: Invitation) -> bool:
    inviter = invitation.invited_by
    if inviter is None:  # made by a command
        return True
    if invitation.website is None or not inviter.is_active:
        return inviter.is_active and inviter.is_superuser
    return Website.objects.managed_by(inviter).filter(pk=invitation.website.pk).exists()


def _record(by: User | None, change: str, invitation: Invitation) -> None:
    grant = invitation.role or "administrator"
    change_log.record(by, f"{change} invitation {invitation.pk} ({grant})", website=invitation.website)
