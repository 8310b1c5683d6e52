"""The websites that a person sees to."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from visitors.models import Website
from visitors.web.access import SignedInRequest
from visitors.websites.views import status


@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """Every website that this person sees to, with its state. Refused to who sees to none."""
    websites = list(Website.objects.managed_by(request.user).with_last_answer())
    if not websites and not request.user.is_superuser:
        raise PermissionDenied
    return render(request, "websites/list.html", {"standings": status.of(request, websites)})
