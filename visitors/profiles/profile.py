"""A visitor's profile, as the service returns it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.conf import settings

from visitors.datafast.errors import UpstreamError
from visitors.profiles import store
from visitors.profiles.stored_form import Contents


class Superseded(Exception):
    """This version of a profile is no longer stored: there is a newer one, or the visitor was erased."""


@dataclass(frozen=True)
class Profile:
    """A visitor of a website, as DataFast described it at `fetched_at` (UTC).

    `version` changes when DataFast's answer changes. `problem` is the error of a failed refresh. `at_hand` are the
    contents, if they were just fetched; `is_first` says that nothing was known of the visitor before.
    """

    website_id: int
    visitor_id: UUID
    version: str
    fetched_at: datetime
    problem: UpstreamError | None = None
    at_hand: Contents | None = field(default=None, repr=False, compare=False)
    is_first: bool = field(default=False, repr=False, compare=False)

    @property
    def is_fresh(self) -> bool:
        """Whether it is at most PROFILE_FRESH_SECONDS old."""
        return self.age <= timedelta(seconds=settings.PROFILE_FRESH_SECONDS)

    @property
    def age(self) -> timedelta:
        """How long ago DataFast's answer came."""
        return datetime.now(UTC) - self.fetched_at

    @cached_property
    def contents(self) -> Contents:
        """The journey and the visitor. Raises Superseded."""
        contents = self.at_hand or store.load_contents(self.website_id, self.visitor_id, self.version)
        if contents is None:
            raise Superseded
        return contents
