"""Everybody the sandbox knows, by website and id."""

from collections.abc import Iterator
from functools import lru_cache

from visitors.sandbox.crowd import crowd
from visitors.sandbox.documented import BOT, DOCUMENTED, LIVE
from visitors.sandbox.live import live_visitor
from visitors.sandbox.people import Visitor
from visitors.sandbox.stories import stand_in, stories
from visitors.sandbox.websites import LUMENKIT, WEBSITES, Website


class Population:
    """The visitors, told from one UTC midnight (`today`, in milliseconds) for as long as the sandbox runs."""

    def __init__(self, today: int) -> None:
        told = (*stories(today), *crowd(today))
        self._listed = {website: tuple(v for v in told if v.website is website) for website in WEBSITES}
        self._by_id = {(visitor.website, visitor.visitor_id): visitor for visitor in told}
        for website in WEBSITES:
            for entry in DOCUMENTED:
                if entry.failure is not None:
                    self._by_id[website, entry.visitor_id] = stand_in(today, website, entry.visitor_id)

    def find(self, website: Website, visitor_id: str, now: int) -> Visitor | None:
        """The visitor of this website with this id (lower case), or None."""
        if visitor_id == LIVE.visitor_id:
            return live_visitor(now) if website is LIVE.website else None
        return self._by_id.get((website, visitor_id))

    def of(self, website: Website, now: int) -> Iterator[Visitor]:
        """Every visitor of the website that List visitors knows, in no order: no bots, no failing ids."""
        yield from self._listed[website]
        if website is LUMENKIT:
            yield live_visitor(now)


@lru_cache(maxsize=4)
def population(today: int) -> Population:
    """Return the population of a day. Cached, because tests start many sandboxes on the same day."""
    return Population(today)


def is_bot(website: Website, visitor_id: str) -> bool:
    """Whether the website's events of this visitor were flagged as a bot's."""
    return (website, visitor_id) == (BOT.website, BOT.visitor_id)
