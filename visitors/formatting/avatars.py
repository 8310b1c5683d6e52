"""Avatars: the initials of a name, and the number of a color."""

import re
from uuid import UUID

COLORS = 6


def initials(name: str) -> str:
    """Return the initials of a name or email address: "PR" for "Priya Raman"; "" without letters or digits."""
    words = [word for word in re.split(r"[\s._-]+", name.partition("@")[0]) if word[:1].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper()


def avatar_color(visitor_id: UUID) -> int:
    """Return the number of an avatar's color, always the same for one visitor."""
    return visitor_id.int % COLORS
