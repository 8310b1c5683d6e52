"""URLs for those who run the server: health, metrics, status and the design page."""

from django.urls import path

from visitors.operations.views import design, health, metrics, status

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.exposition, name="metrics"),
    path("status/", status.status, name="status"),
    path("design/", design.design, name="design"),
]
