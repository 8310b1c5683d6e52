"""How a website does, for those who see to it."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from visitors.formatting import DisplayTime, display_day_and_clock, display_time, format_age


@dataclass(frozen=True, slots=True)
class WebsiteState:
    """How a website does. `words` stand on its badge, whose look is `level` ("good", "warn", "bad", "" for neither);
    `sentence` says what it means, and since when where that is known (`since`)."""

    level: str
    words: str
    sentence: str
    since: DisplayTime | None = None


def website_state(
    *,
    paused_since: datetime | None,
    key_rejected_since: datetime | None,
    is_upstream_failing: bool,
    answered_at: datetime | None,
    now: datetime,
    zone: tzinfo,
) -> WebsiteState:
    """Say what matters most of it: whoever has paused a website need not hear what else is wrong."""
    if paused_since:
        sentence = "Nobody asks DataFast about its visitors. What is kept of them is still shown."
        return WebsiteState("", "Paused", sentence, display_day_and_clock(paused_since, now, zone))
    if key_rejected_since:
        sentence = "DataFast does not accept its key. Nobody new can be looked up until it is replaced."
        return WebsiteState("bad", "Key refused", sentence, display_day_and_clock(key_rejected_since, now, zone))
    if is_upstream_failing:
        sentence = "The last calls to DataFast brought no answer. Journeydesk tries again with each look-up."
        return WebsiteState("warn", "DataFast is failing", sentence)
    if answered_at is None:
        return WebsiteState("", "Ready", "Nobody has looked a visitor up lately, so nothing is kept.")
    return WebsiteState("good", "Working", "DataFast answers, and accepts the key.")


def last_answer(answered_at: datetime, now: datetime, zone: tzinfo) -> DisplayTime:
    """When DataFast answered last: "3 minutes ago"."""
    return display_time(answered_at, zone, format_age(answered_at, now))
