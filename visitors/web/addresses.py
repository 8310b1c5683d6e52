"""The addresses of the pages about a visitor. A journey's page holds a dozen, and Django would look each of them up."""

from functools import lru_cache
from uuid import UUID

from django.urls import reverse

# No visitor has this id.
NOBODY = str(UUID(int=0))


def address(name: str, slug: str, visitor_id: UUID | str) -> str:
    """The address of the page of this name about a visitor of a website."""
    return _about_nobody(name, slug).replace(NOBODY, str(visitor_id))


@lru_cache(maxsize=5_000)
def _about_nobody(name: str, slug: str) -> str:
    return reverse(name, args=[slug, NOBODY])
