"""A user's own tokens, and those of all users for administrators."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from visitors.integrations.tokens import actions
from visitors.integrations.tokens.forms import NewTokenForm
from visitors.integrations.tokens.presenter import present_tokens
from visitors.models import AccessToken
from visitors.web.access import SignedInRequest, administrator_required
from visitors.web.forms import answer_required
from visitors.web.time_zones import time_zone_of


@require_http_methods(["GET", "HEAD", "POST"])
def own_tokens(request: SignedInRequest) -> HttpResponse:
    """List the user's tokens. POST creates one, which this response shows and no other."""
    is_sent = request.method == "POST"
    if is_sent and not {"name", "website", "days"} <= request.POST.keys():
        raise BadRequest("The form was sent without its fields.")
    form = NewTokenForm(request.user, request.POST if is_sent else None)
    secret = ""
    if form.is_bound and form.is_valid():
        secret = actions.create(request.user, **form.cleaned_data)
        form = NewTokenForm(request.user)
    tokens = AccessToken.objects.filter(user=request.user).select_related("user", "website")
    context = {
        "rows": present_tokens(tokens, datetime.now(UTC), time_zone_of(request)),
        "form": form,
        "secret": secret,
    }
    return render(request, "integrations/tokens/own.html", context, status=422 if form.errors else 200)


@require_POST
@answer_required("yes")
def revoke_own(request: SignedInRequest, token: int) -> HttpResponse:
    """Revoke one of the user's tokens."""
    _revoke(request, get_object_or_404(AccessToken.objects.select_related("user"), pk=token, user=request.user))
    return redirect("own_tokens")


@require_safe
@administrator_required
def all_tokens(request: SignedInRequest) -> HttpResponse:
    """List the tokens of all users."""
    tokens = AccessToken.objects.select_related("user", "website")
    rows = present_tokens(tokens, datetime.now(UTC), time_zone_of(request))
    return render(request, "integrations/tokens/all.html", {"rows": rows})


@require_POST
@administrator_required
@answer_required("yes")
def revoke_any(request: SignedInRequest, token: int) -> HttpResponse:
    """Revoke a token of any user."""
    _revoke(request, get_object_or_404(AccessToken.objects.select_related("user"), pk=token))
    return redirect("all_tokens")


def _revoke(request: SignedInRequest, token: AccessToken) -> None:
    actions.revoke(token, by=request.user)
    messages.success(request, f"The token “{token.name}” is revoked.")
