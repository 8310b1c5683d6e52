"""Writes down what a visitor does, visit by visit, in the words in which the stories are told."""

from typing import Any

from visitors.sandbox.moments import DAY, HOUR, MINUTE, SECOND, dice
from visitors.sandbox.people import Event
from visitors.sandbox.websites import Website


class Diary:
    """Collects page views and goals. `today` is the UTC midnight that the story is told from.

    A path that starts with "/" belongs to the website's own host; anything else is written as it stands.
    """

    def __init__(self, website: Website, today: int, seed: str) -> None:
        self.website = website
        self.today = today
        self._dice = dice("diary", seed)
        self._cursor = today
        self._pages: list[Event] = []
        self._goals: list[Event] = []

    def begin(self, days_ago: int, clock: str) -> None:
        """Opens a visit so many days before today, at "HH:MM" UTC; milliseconds fall as they may."""
        hours, minutes = map(int, clock.split(":"))
        self._cursor = self.today - days_ago * DAY + hours * HOUR + minutes * MINUTE + self._dice.randrange(MINUTE)

    def page(self, path: str, stay: int, **body: Any) -> None:
        """A page view, read for `stay` seconds (give or take a fifth) before anything else happens."""
        url = self.website.domain + path if path.startswith("/") else path
        self._pages.append(Event(self._cursor, {"url": url} | body))
        self.wait(stay)

    def visit(self, days_ago: int, clock: str, *steps: tuple[str, int]) -> None:
        """A visit of page views: (path, seconds) for each."""
        self.begin(days_ago, clock)
        for path, stay in steps:
            self.page(path, stay)

    def wait(self, seconds: int) -> None:
        """Lets time pass: `seconds`, give or take a fifth."""
        self._cursor += int(seconds * SECOND * self._dice.uniform(0.8, 1.2))

    def goal(self, name: str, description: str | None = None, **body: Any) -> None:
        """A goal that the website's own script sends."""
        self._goals.append(Event(self._cursor, {"name": name, "description": description, "origin": "manual"} | body))
        self._cursor += self._dice.randrange(1, 3 * SECOND)

    def provider(self, name: str, **body: Any) -> None:
        """A goal that the payment provider sends, a payment for example."""
        self._goals.append(Event(self._cursor, {"name": name, "origin": "payment_provider"} | body))
        self._cursor += self._dice.randrange(300, 2 * SECOND)

    @property
    def now(self) -> int:
        """The moment that the diary has come to."""
        return self._cursor

    @property
    def pages(self) -> list[Event]:
        """The page views so far, in order of time."""
        return sorted(self._pages, key=lambda event: event.at)

    @property
    def goals(self) -> list[Event]:
        """The goals so far, in order of time."""
        return sorted(self._goals, key=lambda event: event.at)
