"""All accounts of the deployment, for administrators."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from visitors.accounts import administration, invitations, presenters
from visitors.accounts.administration import is_last_admin
from visitors.accounts.forms import InviteForm
from visitors.accounts.users import InvalidChange, display_name
from visitors.accounts.views.password_reset import make_reset_link
from visitors.formatting import DisplayTime
from visitors.models import Invitation, Membership, OpenIDIdentity, Website
from visitors.web import change_log
from visitors.web.access import SignedInRequest, administrator_required
from visitors.web.forms import answer_required
from visitors.web.time_zones import time_zone_of


@dataclass(frozen=True, slots=True)
class Account:
    """A user with the roles on websites, and the time of the last sign-in (None: never)."""

    user: User
    name: str
    roles: list[Membership]
    last_sign_in: DisplayTime | None


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def people(request: SignedInRequest) -> HttpResponse:
    """List all accounts. POST makes an existing user an administrator, or invites one."""
    if request.method != "POST":
        return render_people(request)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return render_people(request, form=form)
    user = form.user
    if user is None:
        invitation = invitations.invite(form.cleaned_data["name_or_email"], None, None, by=request.user)
        return render_people(request, invitation=invitation)
    try:
        administration.make_administrator(user, by=request.user)
    except InvalidChange as error:
        form.add_error("name_or_email", str(error))
        return render_people(request, form=form)
    messages.success(request, f"{display_name(user)} ({user.get_username()}) is now an administrator.")
    return redirect("people")


def render_people(
    request: SignedInRequest, *, form: InviteForm | None = None, invitation: Invitation | None = None
) -> HttpResponse:
    """Render the list with a refused form, or with a new invitation whose link is issued now."""
    now = datetime.now(UTC)
    context = {
        "accounts": [_account(request, user) for user in _users().order_by(Lower("username"))],
        "form": form or InviteForm(),
        "websites": Website.objects.order_by(Lower("name")),
        "open_invitations": presenters.open_invitations(None, now, time_zone_of(request)),
        "issued": invitation and invitations.issue(invitation, request.user),
    }
    return render(request, "accounts/people.html", context, status=422 if form else 200)


@require_safe
@administrator_required
def person(request: SignedInRequest, user: int) -> HttpResponse:
    """Show one account and the actions on it."""
    return _render_person(request, _user_or_404(user))


@require_POST
@administrator_required
@answer_required("yes", "no")
def set_administrator(request: SignedInRequest, user: int) -> HttpResponse:
    """Make a user an administrator (`answer=yes`), or take that away (`answer=no`)."""
    if request.POST["answer"] == "yes":
        return _apply(request, user, administration.make_administrator, "is now an administrator.")
    return _apply(request, user, administration.remove_administrator, "is no longer an administrator.")


@require_POST
@administrator_required
@answer_required("yes", "no")
def set_active(request: SignedInRequest, user: int) -> HttpResponse:
    """Activate an account (`answer=yes`), or deactivate it and end its sessions (`answer=no`)."""
    if request.POST["answer"] == "yes":
        return _apply(request, user, administration.activate, "can sign in again.")
    return _apply(request, user, administration.deactivate, "is deactivated and signed out everywhere.")


@require_POST
@administrator_required
@answer_required("yes")
def reset_link(request: SignedInRequest, user: int) -> HttpResponse:
    """Make a link to a new password and show it once."""
    found = _user_or_404(user)
    if not found.is_active:
        messages.error(request, f"The account of {display_name(found)} is deactivated. Reactivate it first.")
        return redirect("person", user)
    change_log.record(request.user, "made a link to a new password", user=found)
    return _render_person(request, found, link=make_reset_link(found))


@require_POST
@administrator_required
@answer_required("yes")
def unlink_openid(request: SignedInRequest, user: int) -> HttpResponse:
    """Delete a user's OpenID identities, so that the next OpenID sign-in is matched by email."""
    return _apply(request, user, administration.unlink_openid, "is matched by email at the next OpenID sign-in.")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
@answer_required("yes")
def delete(request: SignedInRequest, user: int) -> HttpResponse:
    """Ask for confirmation, then delete an account."""
    if request.method == "POST":
        return _apply(request, user, administration.delete_account, "was deleted.")
    account = _account(request, _user_or_404(user))
    return render(request, "accounts/delete.html", {"account": account, "needed_by": _needed_by(account)})


def _render_person(request: SignedInRequest, user: User, *, link: str = "") -> HttpResponse:
    account = _account(request, user)
    context = {
        "account": account,
        "needed_by": _needed_by(account),
        "identities": OpenIDIdentity.objects.filter(user=user),
        "link": link,
    }
    return render(request, "accounts/person.html", context)


def _user_or_404(pk: int) -> User:
    return get_object_or_404(_users(), pk=pk)


def _users() -> QuerySet[User]:
    """Return all users with their roles in `roles`."""
    roles = Membership.objects.select_related("website").order_by("website__name")
    return User.objects.prefetch_related(Prefetch("membership_set", roles, to_attr="roles"))


def _account(request: SignedInRequest, user: User) -> Account:
    last_sign_in = presenters.last_sign_in(user, datetime.now(UTC), time_zone_of(request))
    return Account(user, display_name(user), user.roles, last_sign_in)  # type: ignore[attr-defined]  # prefetched


def _needed_by(account: Account) -> list[str]:
    """Return the names of the websites that have no other admin."""
    return [membership.website.name for membership in account.roles if is_last_admin(membership)]


def _apply(request: SignedInRequest, pk: int, change: Callable[..., None], result: str) -> HttpResponse:
    """Make a change, show its result or why it was refused, and redirect to a page that the user may still see."""
    user = _user_or_404(pk)
    name = display_name(user)
    try:
        change(user, by=request.user)
    except InvalidChange as error:
        messages.error(request, str(error))
        return redirect("person", pk)
    messages.success(request, f"{name} {result}")
    if pk == request.user.pk:
        return redirect("look_up")
    return redirect("people") if change is administration.delete_account else redirect("person", pk)
