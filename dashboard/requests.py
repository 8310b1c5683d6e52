"""What holds for every request: an id, one line in the log, a bounded body, and headers that keep answers private."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dashboard import logs

GetResponse = Callable[[HttpRequest], HttpResponseBase]

HEADER = "X-Request-ID"
# What proxies make: hexadecimal numbers, UUIDs. No underscore, so that no token is one.
_WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
# Nothing of this is used, so no script that finds its way in can use it either.
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

logger = logging.getLogger(__name__)


class Accounted:
    """Gives each request an id and each answer the header that says it, and logs one line: method, name of the route,
    status, milliseconds. Neither path nor query, which hold what people look for. Comes before all other middleware.

    An id from outside, a proxy's, is taken over where it is well-formed. Static files are logged by nobody.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, and account for it."""
        started = time.perf_counter()
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
        outer = logs.context.set(logs.Context(request_id, request))
        try:
            response = self.get_response(request)
            response.headers[HEADER] = request_id
            if not request.path_info.startswith(settings.STATIC_URL):
                _log(request, response.status_code, time.perf_counter() - started)
        finally:
            logs.context.reset(outer)
        return response


def route(request: HttpRequest) -> str:
    """The name of what has answered a request: of few, whatever people ask for."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "-"


def _log(request: HttpRequest, status: int, seconds: float) -> None:
    name = route(request)
    # A method is the caller's own text.
    method = request.method if request.method in _METHODS else "other"
    milliseconds = round(seconds * 1000, 1)
    fields = {"method": method, "route": name, "status": status, "milliseconds": milliseconds}
    logger.info("%s %s %s", method, name, status, extra=fields)


class Private:
    """Answers are kept by no cache and no browser unless they say so themselves: most are about a person, and even a
    redirect or an error may name one in its address. And nobody needs the powers of a browser's device here."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the headers that are missing."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class BoundedBody:
    """Refuses a body that says to be larger than `DATA_UPLOAD_MAX_MEMORY_SIZE`, before any of it is read.

    Django does so itself for forms, but would write the files of a `multipart/form-data` to the disk, however large. A
    body that does not say how large it is counts as empty in WSGI.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let small bodies pass. Raises RequestDataTooBig, which ends in the page for a bad request."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The request's body is too large.")
        return self.get_response(request)
