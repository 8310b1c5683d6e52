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

from visitors.accounts import invitations, pending_invitations, people, presenters
from visitors.accounts.forms import InviteForm
from visitors.accounts.sign_in.reset_links import reset_link
from visitors.formatting import DisplayTime
from visitors.models import Invitation, Membership, OpenIDIdentity
from visitors.web import change_log
from visitors.web.access import SignedInRequest, administrator_or_403
from visitors.web.time_zones import time_zone_of


@dataclass(frozen=True, slots=True)
class Account:
    """An account, with its roles by website, and when it was used to sign in last (None: never)."""

    user: User
    name: str
    roles: list[Membership]
    last_sign_in: DisplayTime | None


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest) -> HttpResponse:
    """Show all accounts; name an administrator. Whoever has an account is one at once, others are invited."""
    administrator_or_403(request)
    if request.method != "POST":
        return page(request)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return page(request, form=form)
    somebody = form.cleaned_data["somebody"]
    try:
        user = people.find(somebody)
        if user is None:
            return page(request, ready=invitations.invite_administrator(somebody, by=request.user))
        people.make_administrator(user, by=request.user)
    except people.Refused as refusal:
        form.add_error("somebody", str(refusal))
        return page(request, form=form)
    messages.success(request, f"{people.called(user)} ({user.get_username()}) is an administrator now.")
    return redirect("accounts")


def page(request: SignedInRequest, *, form: InviteForm | None = None, ready: Invitation | None = None) -> HttpResponse:
    """The page: with what was typed and refused, or with an invitation whose link is to be sent."""
    now = datetime.now(UTC)
    context = {
        "accounts": [_account(request, user, now) for user in _accounts().order_by(Lower("username"))],
        "form": form or InviteForm(),
        "pending": pending_invitations.of(None, now, time_zone_of(request)),
        "ready": ready and pending_invitations.hand_over(request, ready),
    }
    return render(request, "accounts/people.html", context, status=422 if form else 200)


@require_safe
def one(request: SignedInRequest, user: int) -> HttpResponse:
    """One account, and what can be done about it."""
    return _one(request, _whom_or_404(request, user))


@require_POST
def administrator(request: SignedInRequest, user: int) -> HttpResponse:
    """Make somebody an administrator ("yes"), or leave them with their roles ("no")."""
    whom = _whom_or_404(request, user)
    if request.POST.get("answer") == "yes":
        return _done(request, whom, people.make_administrator, "is an administrator now.")
    return _done(request, whom, people.unmake_administrator, "is no administrator any more.")


@require_POST
def active(request: SignedInRequest, user: int) -> HttpResponse:
    """Switch an account on ("yes"), or off, which ends its sessions."""
    whom = _whom_or_404(request, user)
    if request.POST.get("answer") == "yes":
        return _done(request, whom, people.switch_on, "can sign in again.")
    return _done(request, whom, people.switch_off, "can’t sign in any more, and is signed out everywhere.")


@require_POST
def new_password_link(request: SignedInRequest, user: int) -> HttpResponse:
    """Make a link with which somebody sets a new password, and show it."""
    whom = _whom_or_404(request, user)
    if not whom.is_active:
        messages.error(request, f"The account of {people.called(whom)} is switched off. Switch it on first.")
        return redirect("account_of", user)
    change_log.note(request.user, "made a link to a new password", whom=whom)
    return _one(request, whom, link=reset_link(request, whom))


@require_POST
def forget_openid(request: SignedInRequest, user: int) -> HttpResponse:
    """Forget as whom somebody signs in with OpenID, so that they come in by their e-mail anew."""
    return _done(request, _whom_or_404(request, user), people.forget_openid, "is matched anew at the next sign-in.")


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, user: int) -> HttpResponse:
    """Ask whether an account shall go, and delete it."""
    whom = _whom_or_404(request, user)
    if request.method == "POST":
        return _done(request, whom, people.delete, "has no account any more.")
    account = _account(request, whom, datetime.now(UTC))
    return render(request, "accounts/delete.html", {"account": account, "needed_by": _needed_by(account)})


def _one(request: SignedInRequest, whom: User, *, link: str = "") -> HttpResponse:
    account = _account(request, whom, datetime.now(UTC))
    context = {
        "account": account,
        "needed_by": _needed_by(account),
        "identities": OpenIDIdentity.objects.filter(user=whom),
        "link": link,
    }
    return render(request, "accounts/person.html", context)


def _whom_or_404(request: SignedInRequest, number: int) -> User:
    administrator_or_403(request)
    return get_object_or_404(_accounts(), pk=number)


def _accounts() -> QuerySet[User]:
    """All of them, with their roles."""
    roles = Membership.objects.select_related("website").order_by("website__name")
    return User.objects.prefetch_related(Prefetch("membership_set", roles, to_attr="roles"))


def _account(request: SignedInRequest, user: User, now: datetime) -> Account:
    last_sign_in = presenters.last(user, now, time_zone_of(request))
    return Account(user, people.called(user), user.roles, last_sign_in)  # type: ignore[attr-defined]  # prefetched


def _needed_by(account: Account) -> list[str]:
    """The websites that nobody else sees to."""
    return [there.website.name for there in account.roles if people.is_last_admin(there)]


def _done(request: SignedInRequest, whom: User, change: Callable[..., None], words: str) -> HttpResponse:
    """Make a change and say so, or why not; then back to where the person still may be."""
    number, name = whom.pk, people.called(whom)
    try:
        change(whom, by=request.user)
    except people.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("account_of", number)
    messages.success(request, f"{name} {words}")
    if number == request.user.pk:
        return redirect("look_up")
    return redirect("accounts") if change is people.delete else redirect("account_of", number)
