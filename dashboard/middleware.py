"""Middleware for every request: an id and a log line, private and compressed responses, a limit on the body's size."""

import gzip
import io
import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils.cache import patch_vary_headers

from dashboard import logs

REPLACEMENT_CHARACTER = "\ufffd"

View = TypeVar("View", bound=Callable[..., object])
GetResponse = Callable[[HttpRequest], HttpResponseBase]

# The form of the ids that proxies make: hexadecimal numbers and UUIDs. No underscore, so no token passes as an id.
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
# The method is text that the caller chooses, so other ones are logged as "other".
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
# The dashboard needs none of these powers, so an injected script can't use them either.
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
# Django's middleware always compresses at level 6, which takes a stored journey's page from about 2.1 to 2.5 times a
# plain signed-in view (`make bench`). At this level the page is an eighth longer.
COMPRESSION_LEVEL = 3

# Of a length; int() takes long for many, and refuses thousands.
_MAX_DIGITS = 20

logger = logging.getLogger("dashboard.requests")


class RequestIdMiddleware:
    """Give each request an id, return it as `X-Request-ID`, and log one line: method, route name, status, milliseconds.

    Neither path nor query is logged, since they name visitors. A well-formed id from a proxy is kept. Static files get
    no line. Comes before all other middleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        request.request_id = request_id  # type: ignore[attr-defined]
        reset_token = logs.current_request.set(request)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            route = route_name(request)
            if route != "static":
                fields = {
                    "method": request.method if request.method in METHODS else "other",
                    "route": route,
                    "status": response.status_code,
                    "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                }
                logger.info("%(method)s %(route)s %(status)s", fields, extra=fields)
        finally:
            logs.current_request.reset(reset_token)
        return response


def route_name(request: HttpRequest) -> str:
    """Return the name of the URL pattern that matched, "static", or "-": a small set, whatever callers request."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "-"


class PrivateResponseMiddleware:
    """Keep responses out of every cache unless they set `Cache-Control` themselves, and deny the browser's devices.

    Most responses are about a person; even the address in a redirect may name one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compress responses as Django's middleware does, but pages with COMPRESSION_LEVEL."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a response for a browser that accepts that."""
        is_accepted = re_accepts_gzip.search(request.headers.get("Accept-Encoding", ""))
        is_encoded = response.has_header("Content-Encoding")
        if not isinstance(response, HttpResponse) or len(response.content) < 200 or is_encoded or not is_accepted:
            other: HttpResponseBase = super().process_response(request, response)
            return other
        packed = io.BytesIO()
        # As Django does, with a name of random length: otherwise the exact length of a page would tell of its text.
        with gzip.GzipFile("n" * secrets.randbelow(100), "wb", COMPRESSION_LEVEL, packed, mtime=0) as file:
            file.write(response.content)
        response.content = packed.getvalue()
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
        patch_vary_headers(response, ("Accept-Encoding",))
        return response


class ControlCharactersMiddleware:
    """Leave out what PostgreSQL cannot store or compare: cookies with control characters, and NUL in all values."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request without such cookies."""
        for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., object], *_: object) -> None:
        """Replace NUL in the query and the form, as browsers do. Here, as the body's size is checked by now."""
        for name in ("GET",) if _reads_own_body(view) else ("GET", "POST"):
            values: QueryDict = getattr(request, name)
            if any("\0" in value for _, texts in values.lists() for value in texts):
                values = values.copy()
                for key, texts in values.lists():
                    values.setlist(key, [text.replace("\0", REPLACEMENT_CHARACTER) for text in texts])
                setattr(request, name, values)


def reads_own_body(view: View) -> View:
    """Mark a view that checks the size and the characters of the body itself, to answer in its caller's own format."""
    view.reads_own_body = True  # type: ignore[attr-defined]
    return view


def _reads_own_body(view: Callable[..., object]) -> bool:
    return getattr(view, "reads_own_body", False)


def declared_length(request: HttpRequest) -> int | None:
    """Return the declared length of the body, None for one that is malformed. WSGI reads no byte beyond it."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() and len(length) < _MAX_DIGITS else None


class BodySizeLimitMiddleware:
    """Reject a body whose declared length exceeds `DATA_UPLOAD_MAX_MEMORY_SIZE`, before any of it is read.

    Django itself limits form fields only, and writes uploaded files of any size to the disk. A body without a declared
    length is empty in WSGI. Comes before all middleware that reads the body.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., object], *_: object) -> None:
        """Raise RequestDataTooBig for a large body, which becomes the page for a bad request."""
        length = declared_length(request)
        if (length is None or length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE) and not _reads_own_body(view):
            raise RequestDataTooBig("The request's body is too large.")
