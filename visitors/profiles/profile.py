"""A visitor's profile, as the service returns it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.conf import settings
from msgspec.structs import replace

from visitors.datafast.errors import UpstreamError
from visitors.journey import NO_NAMES, Names
from visitors.profiles import store
from visitors.profiles.stored_form import Contents, LoadedVersion, ScorePoint


class Superseded(Exception):
    """This version of a profile is no longer stored: there is a newer one, or the visitor was erased."""


@dataclass(frozen=True)
class Profile:
    """A visitor of a website, as DataFast described it at `fetched_at` (UTC).

    `version` changes when DataFast's answer changes. `problem` is the error of a failed refresh. `fetched_contents` are
    the contents, if this is the first answer about the visitor and was fetched just now. `names` are the readable
    names of the website.
    """

    website_id: int
    visitor_id: UUID
    version: str
    fetched_at: datetime
    problem: UpstreamError | None = None
    fetched_contents: Contents | None = field(default=None, repr=False, compare=False)
    names: Names = field(default=NO_NAMES, repr=False, compare=False)

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
        """The journey, with the readable names of the website, and the visitor. Raises Superseded."""
        contents = self.fetched_contents or self._stored.contents
        return replace(contents, journey=contents.journey.with_names(self.names))

    @property
    def history(self) -> Sequence[ScorePoint]:
        """The scores of this answer and of earlier ones, oldest first; none for the first answer. Raises Superseded."""
        return () if self.fetched_contents else self._stored.history

    @cached_property
    def _stored(self) -> LoadedVersion:
        stored = store.load_contents(self.website_id, self.visitor_id, self.version)
        if stored is None:
            raise Superseded
        return stored
