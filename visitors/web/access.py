"""Who may see what. Every view about a website begins here."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import get_object_or_404, resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from visitors.models import VisitorContext, Website, WebsiteQuerySet, load_visitor_context
from visitors.roles import Role


class SignedInRequest(HttpRequest):
    """A request behind the sign-in, which the login middleware guarantees for every view that does not opt out."""

    user: User
    htmx: HtmxDetails


def websites_of(request: SignedInRequest) -> WebsiteQuerySet:
    """The websites that this person may see."""
    return Website.objects.seen_by(request.user)


def website_or_404(request: SignedInRequest, slug: str, least: Role = Role.VIEWER) -> Website:
    """The website under this slug. For those who have no role there it does not exist; to those whose role is less than
    `least` it is refused."""
    website: Website = get_object_or_404(websites_of(request), slug=slug)
    if not Role(website.role).may(least):
        raise PermissionDenied
    return website


def managed_website_or_404(request: SignedInRequest, slug: str) -> Website:
    """The website under this slug, for those who see to its key and its people. To others who may see it it is refused;
    for everybody else it does not exist."""
    website = Website.objects.managed_by(request.user).filter(slug=slug).first()
    if website is None:
        return website_or_404(request, slug, Role.ADMIN)
    return website


def administrator_or_403(request: SignedInRequest) -> User:
    """The person who asks, if they are an administrator of the whole deployment."""
    if not request.user.is_superuser:
        raise PermissionDenied
    return request.user


def visitor_context_or_404(request: SignedInRequest, slug: str, visitor_id: UUID) -> VisitorContext:
    """The website for all who may see it, with what is known of a visitor there for this person. One query."""
    opened = load_visitor_context(request.user, slug, visitor_id)
    if opened is None:
        raise Http404("No such website.")
    return opened


def visitor_id_or_404(text: str) -> UUID:
    """The visitor id of an address, in any case; 404 for what is not a UUID of version 4."""
    try:
        visitor_id = UUID(text)
    except ValueError as error:
        raise Http404("Not a visitor id.") from error
    # UUID reads braces, missing dashes and more; an address is one of these 36 characters.
    if visitor_id.version != 4 or str(visitor_id) != text.lower():
        raise Http404("Not a visitor id.")
    return visitor_id


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's own, which leads back to a page: to that of the form or of the part that was asked for.

    A part that htmx asks for can't turn into the sign-in page, so the browser itself is sent there.
    """

    def handle_no_permission(  # type: ignore[override]  # the stubs promise one kind of redirect only
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseRedirectBase:
        """Send whoever is not signed in to the sign-in page."""
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # HtmxMiddleware's
        if request.method in ("GET", "HEAD") and not htmx:
            return super().handle_no_permission(request, view_func)
        page = htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)
        answer = redirect_to_login(page, resolve_url(settings.LOGIN_URL))
        return HttpResponseClientRedirect(answer.url) if htmx else answer
