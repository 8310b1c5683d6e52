"""What is configured, reachable and wrong, in plain words: for whoever runs Journeydesk and wonders.

Each part of the examination is a function that yields findings, and tells what it could not look at; none changes
anything. No finding holds a secret: what is one, is said to be set.
"""

from collections.abc import Callable, Iterable, Iterator

from django.db import DatabaseError

from visitors.operations.doctor import content, installation, upstream
from visitors.operations.doctor.finding import Finding, Level

__all__ = ["Finding", "Level", "examine"]


def examine(*, asks_upstream: bool) -> Iterator[Finding]:
    """Yield what there is to say, in the order in which things depend on each other."""
    yield from installation.program()
    yield from installation.settings_that_matter()
    yield from installation.files()
    database = list(installation.database())
    yield from database
    yield from installation.cache()
    if not any(finding.level is Level.WRONG or finding.ends_here for finding in database):
        yield from _readable("The websites", content.websites)
        yield from _readable("The people", content.people)
    if asks_upstream:
        yield from upstream.reachable()


def _readable(what: str, part: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from list(part())
    except DatabaseError as error:
        yield Finding.wrong(f"{what} can’t be read ({type(error).__name__}).", "Look at what is said of the database.")
