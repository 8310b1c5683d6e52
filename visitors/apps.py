"""The visitors app."""

from django.apps import AppConfig


class VisitorsConfig(AppConfig):
    """Everything about visitors: their profiles and journeys, and the websites that they visit."""

    name = "visitors"
    default_auto_field = "django.db.models.BigAutoField"
