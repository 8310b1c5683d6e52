"""Writes down what a visitor does, visit by visit."""

from operator import attrgetter
from typing import Any

from visitors.sandbox.clock import DAY, HOUR, MINUTE, SECOND, seeded_random
from visitors.sandbox.visitor import Event, Visitor
from visitors.sandbox.websites import Website


class History:
    """Collects `pages` and `goals`. `today` is the UTC midnight, in milliseconds, from which days are counted back.

    A path that starts with "/" belongs to the website's own host; any other text is used as it is.
    """

    def __init__(self, website: Website, today: int, seed: str) -> None:
        self.now = today
        self._website = website
        self._today = today
        self._random = seeded_random("diary", seed)
        self.pages: list[Event] = []
        self.goals: list[Event] = []

    def begin(self, days_ago: int, clock: str) -> None:
        """Begin a visit so many days before today, at "HH:MM" UTC and some milliseconds."""
        hours, minutes = map(int, clock.split(":"))
        self.now = self._today - days_ago * DAY + hours * HOUR + minutes * MINUTE + self._random.randrange(MINUTE)

    def page(self, path: str, seconds: int, **body: Any) -> None:
        """Add a page view and spend `seconds` on it, give or take a fifth."""
        url = self._website.domain + path if path.startswith("/") else path
        self.pages.append(Event(self.now, {"url": url} | body))
        self.now += int(seconds * SECOND * self._random.uniform(0.8, 1.2))

    def visit(self, days_ago: int, clock: str, *pages: tuple[str, int]) -> None:
        """Add a visit of page views, each as (path, seconds)."""
        self.begin(days_ago, clock)
        for path, seconds in pages:
            self.page(path, seconds)

    def goal(self, name: str, description: str | None = None, **body: Any) -> None:
        """Add a goal that the website's script sent."""
        self.goals.append(Event(self.now, {"name": name, "description": description, "origin": "manual"} | body))
        self.now += self._random.randrange(1, 3 * SECOND)

    def provider_goal(self, name: str, **body: Any) -> None:
        """Add a goal that the payment provider sent, a payment for example."""
        self.goals.append(Event(self.now, {"name": name, "origin": "payment_provider"} | body))
        self.now += self._random.randrange(300, 2 * SECOND)

    def visitor(self, visitor_id: str, **facts: Any) -> Visitor:
        """Return the visitor with this history. `facts` are further fields of `Visitor`."""
        pages, goals = (sorted(events, key=attrgetter("at")) for events in (self.pages, self.goals))
        return Visitor(visitor_id=visitor_id, website=self._website, pages=pages, goals=goals, **facts)
