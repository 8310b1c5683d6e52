"""Text with marks in the places of what is each reader's own: made once, filled in for each.

A mark stands between two edges that each process makes up for itself, so that no text from outside holds one. What is
kept is UTF-8, as it travels: encoding a page anew for each reader would take longer than filling it in.
"""

import secrets

from django.utils.safestring import SafeString, mark_safe

_EDGE = f"\x01{secrets.token_hex(8)}\x01"


def mark(name: str) -> SafeString:
    """The mark of this name, as it stands in a text."""
    return mark_safe(f"{_EDGE}{name}{_EDGE}")  # noqa: S308 no text of anybody's


def filled(text: bytes, **own: str | bytes) -> bytes:
    """The text with what belongs in the places of its marks. One pass: a page is long, and this stands before each."""
    pieces = text.split(_EDGE.encode())
    for place in range(1, len(pieces), 2):
        value = own[pieces[place].decode()]
        pieces[place] = value.encode() if isinstance(value, str) else value
    return b"".join(pieces)
