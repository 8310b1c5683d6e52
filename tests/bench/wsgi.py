"""The dashboard as its production server loads it, plus two views to compare it with, in the same worker processes.

`/bench/bare` is a Django view without any middleware; `/bench/signed-in` one behind the dashboard's own middleware,
which reads who is signed in and returns "ok".
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


def ok(request: HttpRequest) -> HttpResponse:
    """Answer "ok"."""
    return HttpResponse("ok")


def signed_in(request: HttpRequest) -> HttpResponse:
    """Answer "ok" to a person who is signed in (the login middleware sends others away)."""
    return HttpResponse(f"ok {request.user.pk}")


urlpatterns = [
    path("bench/bare", ok),
    path("bench/signed-in", signed_in),
    path("", include("dashboard.urls")),
]
handler404 = "visitors.web.errors.not_found"

settings.ROOT_URLCONF = __name__
with override_settings(MIDDLEWARE=[]):
    _bare = WSGIHandler()

from dashboard.wsgi import application as _dashboard


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Send the bare view past the middleware."""
    handler = _bare if environ["PATH_INFO"] == "/bench/bare" else _dashboard
    return handler(environ, start_response)
