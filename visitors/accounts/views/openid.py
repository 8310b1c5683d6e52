"""Signing in with OpenID Connect: the way to the issuer and back. There where an issuer is configured."""

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

from visitors.accounts.sign_in import throttling
from visitors.accounts.sign_in.identities import PasswordNeeded, Refused
from visitors.accounts.sign_in.issuer import IssuerTrouble
from visitors.accounts.sign_in.openid import setting

logger = logging.getLogger(__name__)

UNFINISHED = "You didn’t finish signing in there. Try again, or use your password."
STALE = "That took too long, or was begun in another browser. Try again."
NO_ANSWER = "The place where you sign in doesn’t answer. Try again in a moment, or use your password."
NOT_VALID = "The place where you sign in gave an answer that can’t be trusted. Try again, and tell an administrator."


class _Start(OIDCAuthenticationRequestView):  # type: ignore[misc]  # the library has no types
    get_settings = staticmethod(setting)


class _Finish(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    def login_failure(self) -> HttpResponse:
        raise SuspiciousOperation("The code was not accepted.")


_start, _finish = _Start.as_view(), _Finish.as_view()


# Not by POST: the page's policy for forms would have to know all addresses that an issuer may lead on to.
@require_GET
@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    """Send somebody to the issuer. What they must come back with is kept in their session."""
    _configured_or_404()
    try:
        answer: HttpResponse = _start(request)
    except IssuerTrouble as trouble:
        request.session["oidc_login_next"] = get_next_url(request, "next")
        return _back(request, NO_ANSWER, trouble)
    return answer


@require_GET
@login_not_required
def finish(request: HttpRequest) -> HttpResponse:
    """Take somebody who comes back from the issuer; whatever is wrong is a sentence on the sign-in page."""
    _configured_or_404()
    state = request.GET.get("state", "")
    if state not in request.session.get("oidc_states", {}):
        return _back(request, STALE)
    if "code" not in request.GET or "error" in request.GET:
        del request.session["oidc_states"][state]
        request.session.modified = True
        return _back(request, UNFINISHED)
    try:
        answer: HttpResponse = _finish(request)
    except Refused as refusal:
        if isinstance(refusal, PasswordNeeded):
            refusal.wait(request.session)
        return _back(request, str(refusal))
    except (IssuerTrouble, requests.ConnectionError, requests.Timeout) as trouble:
        return _back(request, NO_ANSWER, trouble)
    # The library takes answers apart as they come, so what is wrong with one ends in any of these.
    except (
        SuspiciousOperation,
        requests.RequestException,
        PyJWTError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as trouble:
        return _back(request, NOT_VALID, trouble)
    throttling.remember_browser(answer, request.user.get_username())
    return answer


def _configured_or_404() -> None:
    if not settings.OIDC_ISSUER:
        raise Http404("No OpenID issuer is configured.")


def _back(request: HttpRequest, sentence: str, trouble: Exception | None = None) -> HttpResponse:
    """To the sign-in page, with a sentence. Of what the library raises only the kind is logged: it quotes answers."""
    if trouble:
        ours = isinstance(trouble, IssuerTrouble | SuspiciousOperation)
        logger.warning("Signing in with OpenID failed: %s", trouble if ours else type(trouble).__name__)
    messages.error(request, sentence)
    going_to = request.session.get("oidc_login_next")
    return redirect(f"{reverse('sign_in')}?{urlencode({'next': going_to})}" if going_to else "sign_in")
