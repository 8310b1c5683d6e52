"""`/help/`: what can be looked up, and how to read a journey."""

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from visitors.accounts.users import display_name
from visitors.journey import BASELINE, ENOUGH_CONFIDENCE
from visitors.roles import Role
from visitors.web.access import SignedInRequest


@require_safe
def show_help(request: SignedInRequest) -> HttpResponse:
    """Show the page. It names the administrators, as the people to ask."""
    administrators = User.objects.filter(is_superuser=True, is_active=True).order_by("username")
    context = {
        "roles": list(Role),
        "administrators": [display_name(user) for user in administrators],
        "average_score": BASELINE,
        "enough_confidence": ENOUGH_CONFIDENCE,
    }
    return render(request, "operations/help.html", context)
