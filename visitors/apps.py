"""The visitors app."""

from django.apps import AppConfig


class VisitorsConfig(AppConfig):
    """Everything about visitors: their profiles and journeys, and the websites that they visit."""

    name = "visitors"

    def ready(self) -> None:
        """Connect the receivers of sign-in signals, and register the system checks."""
        from visitors.accounts import sessions  # noqa: F401, PLC0415 models cannot be imported earlier
        from visitors.accounts.openid import identities  # noqa: F401, PLC0415
        from visitors.operations import checks  # noqa: F401, PLC0415
        from visitors.web import preferences  # noqa: F401, PLC0415
