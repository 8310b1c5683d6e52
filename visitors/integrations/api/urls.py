"""URLs of the API. Below `api/` there are neither sessions nor redirects to the sign-in page."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path

from visitors.integrations.api import reference
from visitors.integrations.api.views import api


def _list_operations() -> list[URLPattern]:
    """Return the patterns of the operations, which check a token and need no session."""
    patterns = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in patterns:
        pattern.callback = login_not_required(pattern.callback)
    return patterns


urlpatterns = [
    path("api/", reference.show, name="api_reference"),
    path("api/v1/openapi.json", reference.schema, name="api_schema"),
    path("api/v1/", include(_list_operations())),
    path("api/<path:rest>", reference.unknown, name="api_unknown"),
]
