"""Error pages, and errors for programs. They name the next step and no internals."""

import logging
import sys
from collections.abc import Callable

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER
from django.shortcuts import render
from django.template.loader import render_to_string

from dashboard.database import RETRY_AFTER_SECONDS, is_database_unavailable
from visitors.web.json_errors import is_for_program, json_error
from visitors.web.kept_forms import keep_form

logger = logging.getLogger(__name__)

# How Django's reasons start where a form comes from another address than the one that the server was reached at.
_OTHER_ADDRESS = tuple(reason.partition("%s")[0] for reason in (REASON_BAD_ORIGIN, REASON_BAD_REFERER))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request is too long or malformed, or its Host is not in ALLOWED_HOSTS.

    Django also comes here when it cannot save a session, whatever the reason.
    """
    if is_database_unavailable(exception):
        return _unavailable(request)
    if is_for_program(request):
        if isinstance(exception, RequestDataTooBig):
            return json_error(413, "The request is too large")
        return json_error(400, "The request could not be read")
    is_unknown_host = isinstance(exception, DisallowedHost)
    return render(request, "400_host.html" if is_unknown_host else "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """403: the user may not do this."""
    if is_for_program(request):
        return json_error(403, "Not allowed")
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form has no valid CSRF token, or comes from another address.

    The latter is most often a proxy that does not pass on the address which the browser shows. The log names both.
    """
    sent_from = request.headers.get("Origin") or request.headers.get("Referer", "")
    # Browsers send "null" for pages without an origin, such as a file.
    if not reason.startswith(_OTHER_ADDRESS) or sent_from in {"", "null"}:
        context = {"kept": keep_form(request), "heading": "Your session changed"}
        return render(request, "kept_form.html", context, status=403)
    origin = "/".join(sent_from.split("/")[:3])  # the path of a Referer may name a visitor
    logger.warning(
        "A form from %r was rejected, as the server was reached at %r. If both are this Journeydesk, the proxy must "
        "pass on the Host header with its port, and X-Forwarded-Proto.",
        origin[:300],
        f"{request.scheme}://{request.get_host()}",
    )
    return render(request, "403_origin.html", status=403)


class MethodNotAllowedMiddleware:
    """Give responses with 405, which are empty, a page: a reload and Back can lead to where a form was sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and is_for_program(request):
            return json_error(405, "Method not allowed", headers={"Allow": response["Allow"]})
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET":
            response.content = render_to_string("405.html", request=request).encode()
        return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404: it does not exist, or not for this user."""
    if is_for_program(request):
        return json_error(404, "Not found")
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: an unexpected error, which is in the log; 503 where the database cannot be used.

    Rendered without the request, as context processors read the user from the database, which may be what fails.
    """
    if is_database_unavailable(sys.exception()):
        return _unavailable(request)
    if is_for_program(request):
        return json_error(500, "Internal server error")
    return HttpResponse(render_to_string("500.html"), status=500)


def _unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database is locked, full or not reachable."""
    retry_after = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if is_for_program(request):
        return json_error(503, "Temporarily unavailable", headers=retry_after)
    return HttpResponse(render_to_string("503.html"), status=503, headers=retry_after)
