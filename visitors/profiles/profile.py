"""A visitor's profile, as the service returns it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings

from dashboard.clock import latest_possible_time
from visitors.datafast.errors import UpstreamError
from visitors.profiles.stored_form import Contents, ScorePoint


@dataclass(frozen=True, slots=True)
class Profile:
    """A visitor of a website, as DataFast described it at `fetched_at` (UTC).

    `version` changes when DataFast's answer changes. The journey of the `contents` has the website's readable names.
    `history` has the scores of this answer and of earlier ones, oldest first. `problem` is the error of a failed
    refresh.
    """

    visitor_id: UUID
    version: str
    fetched_at: datetime
    contents: Contents = field(repr=False, compare=False)
    history: Sequence[ScorePoint] = field(default=(), repr=False, compare=False)
    problem: UpstreamError | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether it is at most PROFILE_FRESH_SECONDS old."""
        return is_fresh(self.fetched_at)


def is_fresh(fetched_at: datetime) -> bool:
    """Whether a profile that was fetched then is at most PROFILE_FRESH_SECONDS old."""
    return is_newer(fetched_at, datetime.now(UTC) - timedelta(seconds=settings.PROFILE_FRESH_SECONDS))


def is_newer(at: datetime, not_before: datetime) -> bool:
    """Whether something happened at `not_before` or later. A time in the future comes from a clock that was wrong."""
    return not_before <= at <= latest_possible_time()
