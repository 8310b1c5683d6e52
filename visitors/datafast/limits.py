"""What DataFast says of a token's rate limit."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What DataFast said of a token's calls: how many a minute, how many are left, when it starts anew (UTC)."""

    limit: int | None
    remaining: int | None
    reset_at: datetime | None
