"""What stands in the cache about one visitor: written, unless the visitor is being forgotten, and removed all at once.

Between reading something from the database and writing it into the cache, a reader may be overtaken by whoever forgets
the visitor. So forgetting first leaves a word (`announce_forgetting`), and a writer looks for it after writing: one of
the two always sees the other.
"""

from uuid import UUID

from visitors import cached
from visitors.profiles import keys

# Longer than any reader takes from reading to writing.
FORGETTING_SECONDS = 60
_WORD = b"forgotten"


def write(website_id: int, visitor_id: UUID, key: str, value: bytes, seconds: float) -> bool:
    """Store bytes for so many seconds; False when the visitor is being forgotten, and nothing is stored."""
    cached.write(key, value, seconds)
    if cached.read(keys.forgotten(website_id, visitor_id)) != _WORD:
        return True
    cached.delete(key)
    return False


def announce_forgetting(website_id: int, visitor_id: UUID) -> None:
    """Say that nothing more is to be written about a visitor by those who have read already."""
    cached.write(keys.forgotten(website_id, visitor_id), _WORD, FORGETTING_SECONDS)


def remove(website_id: int, visitor_id: UUID) -> bool:
    """Remove everything about a visitor, whichever release wrote it. False when the cache failed."""
    return cached.delete_matching(keys.every(website_id, visitor_id))
