"""How websites stand, as every page about them shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from visitors import profiles
from visitors.formatting import DisplayTime
from visitors.models import Website
from visitors.web.access import SignedInRequest
from visitors.web.time_zones import time_zone_of
from visitors.websites import presenters


@dataclass(frozen=True, slots=True)
class Standing:
    """A website, how it does, when DataFast answered last (None: never), and how many calls of how many its token has
    made in the last minute (None where the token can't be read)."""

    website: Website
    state: presenters.WebsiteState
    last_answer: DisplayTime | None
    calls: tuple[int, int] | None


def of(request: SignedInRequest, websites: Sequence[Website]) -> list[Standing]:
    """How these stand, in their order. They come `with_last_answer`. One query."""
    budgets, now = profiles.get_budget_usage(websites), datetime.now(UTC)
    found = []
    for website in websites:
        zone, answered_at = time_zone_of(request, website), website.answered_at
        state = presenters.website_state(
            paused_since=website.paused_at,
            key_rejected_since=website.key_rejected_since,
            is_upstream_failing=profiles.is_datafast_failing(website),
            answered_at=answered_at,
            now=now,
            zone=zone,
        )
        last_answer = presenters.last_answer(answered_at, now, zone) if answered_at else None
        found.append(Standing(website, state, last_answer, budgets.get(website.pk)))
    return found
