"""Sign in with OpenID Connect. The pages answer 404 where no issuer is configured."""

import logging
from urllib.parse import urlencode

import requests
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET
from jwt import PyJWTError
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView, get_next_url

from dashboard.addresses import absolute_url
from visitors.accounts import throttling
from visitors.accounts.openid.backend import get_setting
from visitors.accounts.openid.identities import PasswordNeeded, SignInRejected
from visitors.accounts.openid.provider import ProviderError

logger = logging.getLogger(__name__)

UNFINISHED = "The sign-in was not finished. Try again, or use your password."
STALE = "The sign-in took too long, or started in another browser. Try again."
NO_ANSWER = "The sign-in service doesn’t respond. Try again in a moment, or use your password."
NOT_VALID = "The sign-in service sent an invalid response. Try again, or tell an administrator."


class _Start(OIDCAuthenticationRequestView):  # type: ignore[misc]  # the library has no types
    get_settings = staticmethod(get_setting)


class _Finish(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    def login_failure(self) -> HttpResponse:
        raise SuspiciousOperation("The code was not accepted.")


_start, _finish = _Start.as_view(), _Finish.as_view()


# GET rather than POST: the form-action policy would have to list every address that an issuer redirects to.
@require_GET
@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    """Redirect to the issuer. The session keeps what the response must repeat."""
    _prepare(request)
    try:
        response: HttpResponse = _start(request)
    except ProviderError as error:
        request.session["oidc_login_next"] = get_next_url(request, "next")
        return _back_to_sign_in(request, NO_ANSWER, error)
    return response


@require_GET
@login_not_required
def finish(request: HttpRequest) -> HttpResponse:
    """Sign in a user who comes back from the issuer, or show a sentence on the sign-in page."""
    _prepare(request)
    state = request.GET.get("state", "")
    if state not in request.session.get("oidc_states", {}):
        return _back_to_sign_in(request, STALE)
    if "code" not in request.GET or "error" in request.GET:
        del request.session["oidc_states"][state]
        request.session.modified = True
        return _back_to_sign_in(request, UNFINISHED)
    try:
        response: HttpResponse = _finish(request)
    except SignInRejected as error:
        if isinstance(error, PasswordNeeded):
            error.remember(request.session)
        return _back_to_sign_in(request, str(error))
    except (ProviderError, requests.ConnectionError, requests.Timeout) as error:
        return _back_to_sign_in(request, NO_ANSWER, error)
    # The library does not validate responses, so an invalid one can raise any of these.
    except (
        SuspiciousOperation,
        requests.RequestException,
        PyJWTError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        return _back_to_sign_in(request, NOT_VALID, error)
    throttling.remember_browser(response, request.user.get_username())
    return response


def _prepare(request: HttpRequest) -> None:
    """Let the library build the address to return to from the configured one, not from the Host header."""
    if not settings.OIDC_ISSUER:
        raise Http404("No OpenID issuer is configured.")
    request.build_absolute_uri = absolute_url  # type: ignore[method-assign, assignment]


def _back_to_sign_in(request: HttpRequest, sentence: str, error: Exception | None = None) -> HttpResponse:
    """Redirect to the sign-in page with a sentence. Only the type of a library error is logged: its text can quote
    responses."""
    if error:
        is_ours = isinstance(error, ProviderError | SuspiciousOperation)
        logger.warning("Signing in with OpenID failed: %s", error if is_ours else type(error).__name__)
    messages.error(request, sentence)
    next_url = request.session.get("oidc_login_next")
    return redirect(f"{reverse('sign_in')}?{urlencode({'next': next_url})}" if next_url else "sign_in")
