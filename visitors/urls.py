"""The URLs of the application. Everything below a website's slug is about that website, for its members only."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from visitors.journey_page.views import anywhere


class VisitorIdConverter(StringConverter):
    """Match 36 characters of a UUID. `visitor_id_or_404` validates it, so that any other text is a 404 of the view."""

    regex = "[0-9A-Fa-f-]{36}"


register_converter(VisitorIdConverter, "visitor_id")

urlpatterns = [
    path("", include("visitors.integrations.api.urls")),
    path("visitors/<visitor_id:visitor_id>/", anywhere.find, name="find_visitor"),
    path("<slug:slug>/visitors/<visitor_id:visitor_id>/", include("visitors.journey_page.urls")),
    path("", include("visitors.lookup.urls")),
    path("", include("visitors.leads.urls")),
    path("", include("visitors.team.urls")),
    path("", include("visitors.accounts.urls")),
    path("", include("visitors.websites.urls")),
    path("", include("visitors.webhooks.urls")),
    path("", include("visitors.audit.urls")),
    path("", include("visitors.integrations.urls")),
    path("", include("visitors.operations.urls")),
]
