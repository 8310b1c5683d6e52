"""URLs for those who run the server: health and metrics."""

from django.urls import path

from visitors.operations.views import health, metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.exposition, name="metrics"),
]
