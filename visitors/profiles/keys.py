"""The names under which profiles stand in the cache; nobody else makes up one.

Each name but that of `forgotten` has these parts, in this order:

- `profile`: the room;
- the form: a fingerprint of the code that wrote the bytes, so that another release never misreads them;
- the website's number: two websites never share an entry, even with the same visitor id;
- the visitor id, canonical;
- a snapshot's version, followed by what of it: `contents`, what it says. That never changes, so it needs no care when
  it is read.
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
        for room in STORED_BY:
            for source in sorted((Path(folder) / room).rglob("*.py")):
                digest.update(source.read_bytes())
    return digest.hexdigest()


def about(website_id: int, visitor_id: UUID) -> str:
    """What all names about a visitor begin with."""
    return f"profile:{form()}:{website_id}:{visitor_id}:"


def every(website_id: int, visitor_id: UUID) -> str:
    """A pattern, with `*` for anything, that all names about a visitor match, those of other releases as well."""
    return f"profile:*:{website_id}:{visitor_id}:*"


def of_website(website_id: int) -> str:
    """The same for all visitors of a website."""
    return f"profile:*:{website_id}:*"


def forgotten(website_id: int, visitor_id: UUID) -> str:
    """The name of the word that a visitor is being forgotten. It does not hold the id."""
    fingerprint = hashlib.blake2b(f"{website_id}:{visitor_id}".encode(), digest_size=16).hexdigest()
    return f"forgotten:{fingerprint}"


def contents(website_id: int, visitor_id: UUID, version: str) -> str:
    """The name of what one snapshot says."""
    return f"{about(website_id, visitor_id)}{version}:contents"
