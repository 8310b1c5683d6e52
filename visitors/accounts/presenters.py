"""When somebody signed in last, as every page about people shows it."""

from datetime import datetime, tzinfo

from django.contrib.auth.models import User

from visitors.formatting import ago
from visitors.formatting.display import Moment, moment


def last(user: User, now: datetime, zone: tzinfo) -> Moment | None:
    """When this was; None: never."""
    at = user.last_login
    return moment(at, zone, ago(at, now)) if at else None
