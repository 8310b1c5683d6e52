"""URLs for those who run the server (health, metrics, status, the design page), and the help page."""

from django.urls import path

from visitors.operations.views import design, health, help_page, metrics, status

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.exposition, name="metrics"),
    path("help/", help_page.show_help, name="help"),
    path("status/", status.status, name="status"),
    path("design/", design.design, name="design"),
]
