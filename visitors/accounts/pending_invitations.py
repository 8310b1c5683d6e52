"""The invitations that nobody has taken yet, as the pages about people show them."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from visitors.accounts import invitations, people
from visitors.formatting import DisplayTime, display_time, format_ago, format_duration
from visitors.models import Invitation, Website
from visitors.roles import Role
from visitors.web import mail
from visitors.web.access import SignedInRequest


@dataclass(frozen=True, slots=True)
class Pending:
    """An invitation, who made it ("" for a command), when, and what is with it: "ends in 2 days"."""

    invitation: Invitation
    invited_by: str
    made: DisplayTime
    state: str
    can_be_taken: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """An invitation whose link is shown, this once, and whether it is on its way by mail as well."""

    invitation: Invitation
    link: str
    is_mailed: bool


def of(website: Website | None, now: datetime, zone: tzinfo) -> list[Pending]:
    """Those of a website, or those of administrators."""
    return [_pending(invitation, now, zone) for invitation in invitations.pending(website)]


def hand_over(request: SignedInRequest, invitation: Invitation) -> Ready:
    """The invitation with its link as others reach it; mailed, where it is for an address and mail is set up."""
    link = request.build_absolute_uri(invitations.path(invitation))
    is_mailed = settings.SENDS_MAIL and "@" in invitation.invited
    if is_mailed:
        role = Role(invitation.role) if invitation.role else None
        context = {"invitation": invitation, "role": role, "by": people.called(request.user), "link": link}
        text = render_to_string("accounts/invitation_email.txt", context)
        mail.send(EmailMessage("Your invitation to Journeydesk", text, to=[invitation.invited]), "an invitation")
    return Ready(invitation, link, is_mailed)


def _pending(invitation: Invitation, now: datetime, zone: tzinfo) -> Pending:
    problem = invitations.problem(invitation)
    if problem is None:
        state = f"ends in {format_duration(invitations.ends_at(invitation) - now)}"
    elif isinstance(problem, invitations.Ended):
        state = "has ended"
    else:
        state = "holds no more: whoever made it may not invite here now"
    made = display_time(invitation.created_at, zone, format_ago(invitation.created_at, now))
    by = people.called(invitation.invited_by) if invitation.invited_by else ""
    return Pending(invitation, by, made, state, can_be_taken=problem is None)
