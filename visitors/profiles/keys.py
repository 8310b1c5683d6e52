"""The names under which profiles stand in the cache; nobody else makes up one.

Each name has these parts, in this order:

- `profile`: the room;
- the form: a fingerprint of the code that wrote the bytes, so that another release never misreads them;
- the website's number: two websites never share an entry, even with the same visitor id;
- the visitor id, canonical;
- what of it: `latest` (which answer is the newest, and when it came), or a snapshot's version followed by its part.
  Parts of a version never change, so they need no care when they are read.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from uuid import UUID

import visitors

# The packages whose objects are stored, and the one that stores them.
STORED_BY = ("datafast", "journey", "profiles")


@lru_cache(maxsize=1)
def form() -> str:
    """Return a fingerprint of the code whose objects are stored."""
    digest = hashlib.blake2b(digest_size=6)
    for folder in visitors.__path__:
        for package in STORED_BY:
            for source in sorted((Path(folder) / package).rglob("*.py")):
                digest.update(source.read_bytes())
    return digest.hexdigest()


def latest(website_id: int, visitor_id: UUID) -> str:
    """The name of the small entry that says which answer is the newest."""
    return f"profile:{form()}:{website_id}:{visitor_id}:latest"


def part(website_id: int, visitor_id: UUID, version: str, name: str) -> str:
    """The name of a derived part of one snapshot."""
    return f"profile:{form()}:{website_id}:{visitor_id}:{version}:{name}"
