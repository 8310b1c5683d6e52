"""The URLs of the application. Everything below a website's slug is about that website, for its members only."""

from django.urls import include, path

from visitors.web import converters  # noqa: F401  registers `visitor_id`

urlpatterns = [
    path("<slug:slug>/visitors/<visitor_id:visitor_id>/", include("visitors.journey_page.urls")),
    path("", include("visitors.lookup.urls")),
    path("", include("visitors.accounts.urls")),
    path("", include("visitors.websites.urls")),
    path("", include("visitors.audit.urls")),
    path("", include("visitors.operations.urls")),
]
