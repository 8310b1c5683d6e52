"""What people change about websites and accounts, a line each in the log `visitors.web.change_log`.

A line names people and websites by number and address part: no token, no link, no name, no visitor.
"""

import logging

from django.contrib.auth.models import User

from visitors.models import Website

logger = logging.getLogger("visitors.web.change_log")


def note(by: User | None, did: str, *, website: Website | None = None, whom: User | None = None) -> None:
    """Write down that somebody did something ("replaced the key"), to which website or to whom. None: a command did."""
    parts = [f"User {by.pk} {did}" if by else f"A command {did}"]
    if whom is not None:
        parts.append(f"user {whom.pk}")
    if website is not None:
        parts.append(f"website {website.slug}")
    logger.info("%s", ", ".join(parts))
