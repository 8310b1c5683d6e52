"""The dashboard as its production server loads it, plus views to compare it with, in the same worker processes.

`/bench/bare` is a Django view without any middleware, and so is `/bench/page`, a small HTML page for a browser;
`/bench/signed-in` is a view behind the dashboard's own middleware, which reads who is signed in and returns "ok".
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

import django

django.setup()

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path

BARE_PATHS = {"/bench/bare", "/bench/page"}
PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Bare</title><link rel="icon" href="data:,">'
    "<h1>A bare page</h1><p>With a sentence.</p></html>"
)


def ok(request: HttpRequest) -> HttpResponse:
    """Answer "ok"."""
    return HttpResponse("ok")


def page(request: HttpRequest) -> HttpResponse:
    """Answer a page without a style sheet and scripts.

    It has the dashboard's opener policy, for which Chromium starts a process that it does not start without.
    """
    return HttpResponse(PAGE, headers={"Cross-Origin-Opener-Policy": "same-origin"})


def signed_in(request: HttpRequest) -> HttpResponse:
    """Answer "ok" to a person who is signed in (the login middleware sends others away)."""
    return HttpResponse(f"ok {request.user.pk}")


urlpatterns = [
    path("bench/bare", ok),
    path("bench/page", page),
    path("bench/signed-in", signed_in),
    path("", include("dashboard.urls")),
]
handler404 = "visitors.web.errors.not_found"

settings.ROOT_URLCONF = __name__
with override_settings(MIDDLEWARE=[]):
    _bare = WSGIHandler()

from dashboard.wsgi import application as _dashboard


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Send the bare views past the middleware."""
    handler = _bare if environ["PATH_INFO"] in BARE_PATHS else _dashboard
    return handler(environ, start_response)
