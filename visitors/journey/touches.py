"""Touches: what brought the visitor here, as far as addresses tell."""

from datetime import datetime

from visitors.journey.pages import Page
from visitors.journey.records import Record


class Touch(Record, frozen=True, kw_only=True):
    """One arrival with its tags.

    `sources` are its readable parts, the plainest first: "youtube.com", "newsletter / email, campaign launch", "Google
    Ads (gclid)"; never empty. `params` and `click_ids` are the tags that have a value, as (name, value). `page` and
    `at` are known for the last touch only.
    """

    sources: tuple[str, ...]
    params: tuple[tuple[str, str], ...] = ()
    click_ids: tuple[tuple[str, str], ...] = ()
    page: Page | None = None
    at: datetime | None = None

    @property
    def label(self) -> str:
        """The plainest source: what "Came from …" ends with."""
        return self.sources[0]
