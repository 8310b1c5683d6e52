"""How websites stand, as every page about them shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from visitors import profiles, screens
from visitors.models import Website
from visitors.screens.facts import Moment
from visitors.views import zones
from visitors.views.access import SignedInRequest


@dataclass(frozen=True, slots=True)
class Standing:
    """A website, how it does, when DataFast answered last (None: never), and how many calls of how many its token has
    made in the last minute (None where the token can't be read)."""

    website: Website
    state: screens.WebsiteState
    last_answer: Moment | None
    calls: tuple[int, int] | None


def of(request: SignedInRequest, websites: Sequence[Website]) -> list[Standing]:
    """How these stand, in their order. They come `with_last_answer`. One query."""
    budgets, now = profiles.budgets(websites), datetime.now(UTC)
    found = []
    for website in websites:
        zone, answered_at = zones.of(request, website), website.answered_at
        state = screens.website_state(
            paused_since=website.on_hold_since,
            key_failing_since=website.key_failing_since,
            is_upstream_failing=profiles.is_failing(website),
            answered_at=answered_at,
            now=now,
            zone=zone,
        )
        last_answer = screens.last_answer(answered_at, now, zone) if answered_at else None
        found.append(Standing(website, state, last_answer, budgets.get(website.pk)))
    return found
