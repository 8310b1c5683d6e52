"""The log of changes to websites and accounts: one line for each, in the logger `visitors.web.change_log`.

A line names users by number and websites by slug. It contains no token, link, personal name or visitor id.
"""

import logging

from django.contrib.auth.models import User

from visitors.models import Website

logger = logging.getLogger("visitors.web.change_log")


def record(by: User | None, change: str, *, website: Website | None = None, user: User | None = None) -> None:
    """Log a change ("replaced the key") with the website or user that it changed. `by` is None for a command."""
    parts = [f"User {by.pk} {change}" if by else f"A command {change}"]
    if user is not None:
        parts.append(f"user {user.pk}")
    if website is not None:
        parts.append(f"website {website.slug}")
    logger.info("%s", ", ".join(parts))
