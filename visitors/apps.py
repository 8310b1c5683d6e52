"""The visitors app."""

from django.apps import AppConfig


class VisitorsConfig(AppConfig):
    """Everything about visitors: their profiles and journeys, and the websites that they visit."""

    name = "visitors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for people who sign in."""
        from visitors.accounts.sign_in import identities, sessions  # noqa: F401, PLC0415 know models, not there before
