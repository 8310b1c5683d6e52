"""Why somebody asks the upstream."""

from enum import StrEnum


class Purpose(StrEnum):
    """LOOK_UP: a person waits for it. LIVE: a page follows a visitor by itself, and can do without for a while."""

    LOOK_UP = "look-up"
    LIVE = "live"
