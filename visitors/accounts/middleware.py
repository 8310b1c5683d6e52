"""Every view needs a signed-in user unless it opts out with `login_not_required`."""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from visitors.accounts.views import sign_in
from visitors.web.kept_forms import keep_form, page_of_form


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Let users sign in first, and go on from there."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Skip views that need no sign-in, without loading the user from the database as Django's own does."""
        if not getattr(view_func, "login_required", True):
            return None
        response: HttpResponseBase | None = super().process_view(request, view_func, view_args, view_kwargs)
        return response

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]  # noqa: ARG002 the stubs promise a redirect
        """Return the redirect to the sign-in page, or the page itself with the form that was sent."""
        return ask_to_sign_in(request)


def ask_to_sign_in(request: HttpRequest, page: str = "") -> HttpResponse:
    """Send the user to the sign-in page, and from there to `page`.

    The default is the page that was requested; for a form or a fragment, the page that sent it. htmx cannot show the
    sign-in page in place of a fragment, so it makes the browser go there. The sign-in page keeps the fields of a form.
    """
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # HtmxMiddleware's
    if not page and request.method in ("GET", "HEAD") and not htmx:
        page = request.get_full_path()
    try:
        page_before = htmx.current_url_abs_path or page_of_form(request)
    except ValueError:  # a malformed address
        page_before = None
    page_before = page_before or resolve_url(settings.LOGIN_REDIRECT_URL)
    redirect = redirect_to_login(page or page_before, resolve_url(settings.LOGIN_URL))
    if htmx:
        return HttpResponseClientRedirect(redirect.url)
    kept = None if page else keep_form(request)
    return sign_in.render_keeping(request, kept, page_before) if kept and kept.fields else redirect
