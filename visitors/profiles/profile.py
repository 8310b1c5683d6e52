"""A visitor's profile, as the service returns it."""

from collections.abc import Sequence
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
        return store.is_newer(self.fetched_at, datetime.now(UTC) - timedelta(seconds=settings.PROFILE_FRESH_SECONDS))

    @property
    def age(self) -> timedelta:
        """How long ago DataFast's answer came."""
        return datetime.now(UTC) - self.fetched_at

    @property
    def contents(self) -> Contents:
        """The journey and the visitor. Raises Superseded."""
        if self.at_hand:
            return self.at_hand
        if self._stored is None:
            raise Superseded
        return self._stored.contents

    @property
    def history(self) -> Sequence[store.ScorePoint]:
        """The scores of this answer and of earlier ones, oldest first; empty for the first answer."""
        return self._stored.history if not self.is_first and self._stored else ()

    @cached_property
    def _stored(self) -> store.LoadedVersion | None:
        return store.load_contents(self.website_id, self.visitor_id, self.version)
