"""The release that is running."""

import tomllib
from functools import cache
from pathlib import Path

from django.conf import settings


@cache
def version() -> str:
    """Return this release's version."""
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())
    found: str = project["project"]["version"]
    return found
