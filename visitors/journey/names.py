"""Readable names for goals and pages: "Asked for sales" for "contact_sales_opened".

The managers of a website choose them. A journey carries them in `Journey.names`; they are not stored with it.
"""

from msgspec import field

from visitors.formatting.hosts import normalize_host
from visitors.formatting.text import isolate_direction
from visitors.journey import goal_names
from visitors.journey.pages import Page
from visitors.journey.records import Record


class Names(Record, frozen=True, kw_only=True):
    """The readable names of a website's goals and pages, by their originals, and the website's own `domain`.

    A goal's original is its exact name. A page's is its label ("/pricing"), on any host, or with a host without `www.`
    before it ("docs.example.com/start"), which then comes first.
    """

    domain: str = ""
    goals: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)

    def is_own(self, host: str) -> bool:
        """Return whether this is the website's own host, in any spelling."""
        return bool(self.domain) and normalize_host(host) == normalize_host(self.domain)

    def goal(self, name: str) -> str:
        """Return the readable name of a goal; the original without one."""
        return self.goals.get(name, name)

    def page(self, host: str, label: str) -> str:
        """Return the readable name of a page; "" without one."""
        if not self.pages:
            return ""
        return self.pages.get(f"{host.removeprefix('www.')}{label}") or self.pages.get(label, "")

    def page_of(self, page: Page | None) -> str:
        """Return the readable name of a page; "" without one."""
        return self.page(page.host, page.label) if page else ""

    def goal_in_text(self, name: str) -> str:
        """Return the name of a goal as a part of a sentence, where a readable one is quoted."""
        return f"“{isolate_direction(self.goals[name])}”" if name in self.goals else name

    def in_words(self, name: str, amount: str = "") -> str:
        """Return a goal's name in words, with its amount: "payment of $149 failed", "Card declined ($149)"."""
        if name not in self.goals:
            return goal_names.in_words(name, amount)
        return f"{self.goals[name]} ({amount})" if amount else self.goals[name]

    def originals_in(self, text: str) -> str:
        """Return the originals of readable names in a text: "Asked for sales = contact_sales_opened"; "" for none."""
        pairs = [*self.goals.items(), *self.pages.items()]
        return ", ".join(f"{name} = {original}" for original, name in pairs if name in text)


NO_NAMES = Names()
