"""All visitors of the sandbox, by website and id."""

from collections.abc import Iterator
from functools import lru_cache

from visitors.sandbox.documented import BOT, DOCUMENTED, LIVE
from visitors.sandbox.generated import arriving_visitors, generated_visitors
from visitors.sandbox.live import live_visitor
from visitors.sandbox.stories import stories, visitor_of_failure
from visitors.sandbox.visitor import Visitor
from visitors.sandbox.websites import LUMENKIT, WEBSITES, Website


class Population:
    """The visitors as of `today`, a UTC midnight in milliseconds."""

    def __init__(self, today: int) -> None:
        visitors = (*stories(today), *generated_visitors(today), *arriving_visitors(today))
        self._listed = {website: tuple(v for v in visitors if v.website is website) for website in WEBSITES}
        self._by_id = {(visitor.website, visitor.visitor_id): visitor for visitor in visitors}
        for website in WEBSITES:
            for entry in DOCUMENTED:
                if entry.failure is not None:
                    self._by_id[website, entry.visitor_id] = visitor_of_failure(today, website, entry.visitor_id)

    def find(self, website: Website, visitor_id: str, now: int) -> Visitor | None:
        """Return the website's visitor with this id (lower case), or None."""
        if visitor_id == LIVE.visitor_id:
            return live_visitor(now) if website is LIVE.website else None
        return self._by_id.get((website, visitor_id))

    def listed(self, website: Website, now: int) -> Iterator[Visitor]:
        """Yield the visitors of List visitors in any order: without bots and failing ids."""
        yield from self._listed[website]
        if website is LUMENKIT:
            yield live_visitor(now)


@lru_cache(maxsize=4)
def population(today: int) -> Population:
    """Return the population of a day. Cached, because tests start many sandboxes on the same day."""
    return Population(today)


def is_bot(website: Website, visitor_id: str) -> bool:
    """Return whether DataFast takes the visitor for a bot."""
    return (website, visitor_id) == (BOT.website, BOT.visitor_id)
