"""Permission checks of the views: who may see a website, manage it, or administer the deployment."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from visitors.models import VisitorContext, Website, load_visitor_context
from visitors.roles import Role

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """A request of a signed-in user. `visitors.accounts.middleware` guarantees it for views that do not opt out.

    `manages_websites` is whether the user is an admin of any website, and `unread_alerts` the number of their alerts,
    where a query has found out; the menu needs them.
    """

    user: User
    manages_websites: bool
    unread_alerts: int
    htmx: HtmxDetails


def website_or_404(request: SignedInRequest, slug: str, least: Role = Role.VIEWER) -> Website:
    """Return the website with the user's role in `role`.

    Raises Http404 where the user has no role on it, and PermissionDenied where the role is lower than `least`.
    """
    website: Website = get_object_or_404(Website.objects.visible_to(request.user), slug=slug)
    if not Role(website.role).includes(least):
        raise PermissionDenied
    return website


def managed_website_or_404(request: SignedInRequest, slug: str) -> Website:
    """Return the website for its admins and for administrators.

    Raises PermissionDenied for users with a lower role on it, and Http404 for all others.
    """
    website = Website.objects.managed_by(request.user).filter(slug=slug).first()
    return website or website_or_404(request, slug, Role.ADMIN)


def manager_required(view: Callable[Concatenate[SignedInRequest, Website, ...], HttpResponse]) -> View:
    """Call a view with the website of the slug in the URL, for its admins and for administrators only."""

    @wraps(view)
    def check(request: SignedInRequest, slug: str, **kwargs: Any) -> HttpResponse:
        return view(request, managed_website_or_404(request, slug), **kwargs)

    return check


def administrator_required(view: Callable[Concatenate[SignedInRequest, ...], HttpResponse]) -> View:
    """Call a view for administrators of the deployment only."""

    @wraps(view)
    def check(request: SignedInRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, **kwargs)

    return check


def with_visitor(view: Callable[Concatenate[SignedInRequest, VisitorContext, ...], HttpResponse]) -> View:
    """Call a view with the website and what the database has on the visitor in the URL, for this user.

    The response is a 404 without a role there, and for an invalid id.
    """

    @wraps(view)
    def check(request: SignedInRequest, slug: str, visitor_id: str, **kwargs: Any) -> HttpResponse:
        context = load_visitor_context(request.user, slug, visitor_id_or_404(visitor_id))
        if context is None:
            raise Http404("No such website.")
        request.manages_websites, request.unread_alerts = context.manages_websites, context.unread_alerts
        return view(request, context, **kwargs)

    return check


def visitor_id_or_404(text: str) -> UUID:
    """Return the visitor id of a URL, in upper or lower case. Raises Http404 for anything but a UUID of version 4."""
    visitor_id = parse_visitor_id(text)
    if visitor_id is None:
        raise Http404("Not a visitor id.")
    return visitor_id


def parse_visitor_id(text: str) -> UUID | None:
    """Return the visitor id, in upper or lower case; None for anything but a UUID of version 4."""
    try:
        visitor_id = UUID(text)
    except ValueError:
        return None
    # UUID() also accepts braces, missing dashes and more.
    return visitor_id if visitor_id.version == 4 and str(visitor_id) == text.lower() else None
