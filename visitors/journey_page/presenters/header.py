"""The head of the page: who this is, where, with what; and how old the answer is."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from uuid import UUID

from django.utils.safestring import SafeString

from visitors.formatting import ANONYMOUS, DisplayTime, display_time, format_age, format_day
from visitors.formatting.text import truncate
from visitors.journey import Journey
from visitors.journey_page.presenters.facts import copy_button
from visitors.journey_page.presenters.identity import Whereabouts

_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Age:
    """When the answer came, and how long ago that was. `is_old` says that a newer one is wanted."""

    as_of: DisplayTime
    words: str
    seconds: int
    is_old: bool


@dataclass(frozen=True, slots=True)
class Head:
    """Who the visitor is. `visitor_id` is the canonical one, 36 characters in lower case."""

    name: str
    is_identified: bool
    is_live: bool
    visitor_id: str
    whereabouts: Whereabouts

    @property
    def copy_id(self) -> SafeString:
        """The button that copies the visitor id."""
        return copy_button(self.visitor_id, "the visitor id", key="copy-id")


def head(journey: Journey, whereabouts: Whereabouts, *, visitor_id: UUID, now: datetime) -> Head:
    """The head of a journey's page."""
    label = journey.person.label if journey.person else ""
    return Head(
        name=truncate(label, _LONGEST_NAME) or ANONYMOUS,
        is_identified=journey.person is not None,
        is_live=journey.is_live(now),
        visitor_id=str(visitor_id),
        whereabouts=whereabouts,
    )


def age(fetched_at: datetime, *, is_fresh: bool, now: datetime, zone: tzinfo) -> Age:
    """The age of an answer that came at `fetched_at`: "As of 18:13:20 KST, 20 seconds ago"."""
    seconds = max(0, int((now - fetched_at).total_seconds()))
    return Age(
        _as_of(fetched_at, zone, format_day(fetched_at, now, zone)),
        format_age(fetched_at, now),
        seconds,
        is_old=not is_fresh,
    )


@lru_cache(maxsize=500)  # it stands before every page
def _as_of(fetched_at: datetime, zone: tzinfo, named: str) -> DisplayTime:
    """When an answer came, on a day that is called so now."""
    local = fetched_at.astimezone(zone)
    at = f"{local:%H:%M:%S %Z}".rstrip()
    return display_time(fetched_at, zone, at if named == "today" else f"{named}, {at}")
