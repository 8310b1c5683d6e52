"""What pages about users and invitations show."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.contrib.auth.models import User

from visitors.accounts import invitations
from visitors.accounts.users import display_name
from visitors.formatting import DisplayTime, display_ago, format_duration
from visitors.models import Invitation, Website


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An unused invitation, with the name of the user who made it ("" for a command) and its state, such as "Expires in
    2 days". `level` is the state's class: "good", "warn" or "bad"."""

    invitation: Invitation
    invited_by: str
    made: DisplayTime
    state: str
    level: str


def open_invitations(website: Website | None, now: datetime, zone: tzinfo) -> list[OpenInvitation]:
    """Return the unused invitations to a website, or those of administrators."""
    return [_open_invitation(invitation, now, zone) for invitation in invitations.open_invitations(website)]


def last_sign_in(user: User, now: datetime, zone: tzinfo) -> DisplayTime | None:
    """Return when the user last signed in, or None."""
    at = user.last_login
    return display_ago(at, now, zone) if at else None


def _open_invitation(invitation: Invitation, now: datetime, zone: tzinfo) -> OpenInvitation:
    problem = invitations.find_problem(invitation)
    if problem is None:
        state, level = f"Expires in {format_duration(invitations.expires_at(invitation) - now)}", "good"
    elif problem is invitations.Problem.EXPIRED:
        state, level = "Expired", "warn"
    else:
        state, level = "Not valid: the sender can no longer invite here", "bad"
    made = display_ago(invitation.created_at, now, zone)
    invited_by = display_name(invitation.invited_by) if invitation.invited_by else ""
    return OpenInvitation(invitation, invited_by, made, state, level)
