"""When somebody signed in last, as every page about people shows it."""

from datetime import datetime, tzinfo

from django.contrib.auth.models import User

from visitors.formatting import DisplayTime, display_time, format_ago


def last(user: User, now: datetime, zone: tzinfo) -> DisplayTime | None:
    """When this was; None: never."""
    at = user.last_login
    return display_time(at, zone, format_ago(at, now)) if at else None
