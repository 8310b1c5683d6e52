"""URLs of the API, MCP, the panel and the cards, and of the pages that set them up."""

from django.urls import include, path

from visitors.integrations import views

urlpatterns = [
    path("websites/<slug:slug>/integrations/", views.integrations, name="integrations"),
    path("", include("visitors.integrations.tokens.urls")),
    path("", include("visitors.integrations.cards.urls")),
    path("", include("visitors.integrations.mcp.urls")),
    path("", include("visitors.integrations.panel.urls")),
    path("", include("visitors.integrations.snippets.urls")),
]
