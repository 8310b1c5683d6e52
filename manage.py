#!/usr/bin/env python
"""Django's command line for Journeydesk."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run a command; a wrong setting ends in its sentence, not in a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    # The database and its write-ahead log contain personal data, for this user only.
    os.umask(0o077)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Journeydesk can't start. {error}")


if __name__ == "__main__":
    main()
