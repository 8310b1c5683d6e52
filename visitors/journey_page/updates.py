"""What is new for a page that stands open, as parts that go where they belong: for its refresh, and for following.

A reader's folds, filters, focus and what they type stay as they are: new rows are laid over the timeline's top, or a
link there says that there are some. Parts that say the same as before are not sent.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from visitors import profiles
from visitors.journey import Journey
from visitors.journey_page import presenters, rendering
from visitors.lookup import last_seen
from visitors.models import Website
from visitors.web.access import SignedInRequest
from visitors.web.time_zones import time_zone_of


class Known(NamedTuple):
    """Which states a page shows: `timeline` that of its timeline, `version` that of everything else. `told` is the one
    of which it has said that it is there."""

    version: str
    timeline: str
    told: str

    @classmethod
    def read(cls, request: SignedInRequest) -> "Known":
        """Read what the page says of itself."""
        version = request.POST.get("version", "")
        return cls(version, request.POST.get("timeline") or version, request.POST.get("told", ""))

    def is_behind(self, version: str) -> bool:
        """Whether the timeline has neither this state nor a word that it is there."""
        return version not in (self.timeline, self.told)


def parts(
    request: SignedInRequest,
    website: Website,
    visitor_id: UUID,
    profile: profiles.Profile,
    known: Known,
    *,
    is_over: bool = False,
) -> tuple[dict[str, Any], profiles.Profile]:
    """What `journey/_news_parts.html` is made of, and the profile that it shows: perhaps a newer one. `is_over` says
    that a visit which the page followed has ended. Raises UpstreamError."""
    query, seen = rendering.query_of_page(request), rendering.seen_before(request.POST)
    screen, profile = rendering.screen(request, website, profile, query, seen)
    newest = profile.contents.journey
    is_behind = known.is_behind(profile.version)
    before = profiles.journey_of(website, visitor_id, known.timeline) if is_behind else None
    was = before if known.version == known.timeline else profiles.journey_of(website, visitor_id, known.version)
    zone = time_zone_of(request, website)
    today, marked_after = datetime.now(zone).date(), last_seen.marked_after(seen)
    arrived = before and presenters.arrivals(before, newest, screen.timeline, zone=zone, today=today, seen=marked_after)
    is_changed = known.version != profile.version or is_over
    # Which events are new can't be told any more where the page's own state is no longer kept.
    link = "There is news" if before is None else arrived.link if arrived and not arrived.rows else ""
    context = {
        "website": website,
        "screen": screen,
        "age": rendering.age(request, website, profile),
        "is_changed": is_changed,
        "is_journey_changed": is_over or not _say_the_same(was, newest),
        "since": rendering.since(seen, profile),
        "is_behind": is_behind,
        "known": known,
        "arrived": arrived,
        "told": arrived.told if arrived else "",
        "rows": arrived and replace(screen.timeline, rows=arrived.rows, older=None),
        "link": link if is_behind else "",
    }
    return context, profile


def _say_the_same(was: Journey | None, now: Journey) -> bool:
    """Whether what has happened is the same: the prediction stands beside it."""
    return was is not None and replace(was, prediction=now.prediction) == now
