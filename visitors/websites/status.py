"""The status of websites: whether DataFast answers, and how many calls were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from django.db.models import OuterRef, Subquery

from visitors import profiles
from visitors.formatting import DisplayTime, display_day_and_clock, display_time, format_age
from visitors.models import Snapshot, Website
from visitors.web.access import SignedInRequest
from visitors.web.time_zones import time_zone_of


@dataclass(frozen=True, slots=True)
class WebsiteState:
    """A website's most important state.

    `label` is the text of its badge and `level` the badge's class ("good", "warn", "bad" or ""). `since` is None where
    the start is not known.
    """

    level: str
    label: str
    sentence: str
    since: DisplayTime | None = None


@dataclass(frozen=True, slots=True)
class WebsiteStatus:
    """A website with its state, the time of DataFast's last answer (None: none is stored), and the calls of its token
    in the last minute with their limit (None where the token cannot be decrypted)."""

    website: Website
    state: WebsiteState
    last_answer: DisplayTime | None
    calls: tuple[int, int] | None


def website_statuses(request: SignedInRequest, websites: Sequence[Website]) -> list[WebsiteStatus]:
    """Return the statuses of these websites, in their order, with two queries."""
    budgets, last_answers, now = profiles.get_budget_usage(websites), _last_answers(websites), datetime.now(UTC)
    statuses = []
    for website in websites:
        zone, answered_at = time_zone_of(request, website), last_answers.get(website.pk)
        last_answer = display_time(answered_at, zone, format_age(answered_at, now)) if answered_at else None
        state = website_state(website, has_answer=answered_at is not None, now=now, zone=zone)
        statuses.append(WebsiteStatus(website, state, last_answer, budgets.get(website.pk)))
    return statuses


def website_state(website: Website, *, has_answer: bool, now: datetime, zone: tzinfo) -> WebsiteState:
    """Return the most important state: a paused website's key does not matter."""
    if website.paused_at:
        sentence = "DataFast is not called. Stored visitors can still be viewed."
        return WebsiteState("", "Paused", sentence, display_day_and_clock(website.paused_at, now, zone))
    if website.key_rejected_since:
        sentence = "DataFast rejected the API key. New look-ups are blocked until it is replaced."
        return WebsiteState(
            "bad", "Key rejected", sentence, display_day_and_clock(website.key_rejected_since, now, zone)
        )
    if profiles.is_datafast_failing(website):
        sentence = "The last calls to DataFast failed. Journeydesk tries again with each look-up."
        return WebsiteState("warn", "DataFast unavailable", sentence)
    if not has_answer:
        return WebsiteState("", "Ready", "No visitor was looked up lately, so nothing is stored.")
    return WebsiteState("good", "Working", "DataFast answers, and accepts the key.")


def _last_answers(websites: Sequence[Website]) -> dict[int, datetime]:
    """Return when DataFast last answered, by website. Reads one index entry per website, not all snapshots."""
    newest = Snapshot.objects.filter(website=OuterRef("pk")).order_by("-fetched_at").values("fetched_at")[:1]
    found = Website.objects.filter(pk__in=[website.pk for website in websites]).annotate(answered_at=Subquery(newest))
    return {pk: at for pk, at in found.values_list("pk", "answered_at") if at}
