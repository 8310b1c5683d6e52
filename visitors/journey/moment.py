"""The moment of a ticket: "they wrote at …", and what came before it."""

from datetime import datetime, timedelta
from enum import StrEnum

from visitors.journey.events import Event
from visitors.journey.records import Record


class Where(StrEnum):
    """Where a moment lies in a journey."""

    DURING = "during"  # in a visit, or within 30 minutes of its last event
    BETWEEN = "between"  # between two visits
    BEFORE = "before"  # before the earliest event that DataFast sent
    AFTER = "after"  # over 30 minutes after the latest
    NOWHERE = "nowhere"  # no event has a time


class Near(Record, frozen=True, kw_only=True):
    """An event and how far from the moment it is; `distance` is never negative."""

    event: Event
    distance: timedelta


class Moment(Record, frozen=True, kw_only=True):
    """A moment (UTC) in a journey.

    `visit_started_at` names the visit to open: the one around the moment, else the nearest. `last_page` is the latest
    page view at or before the moment and `last_goals` the up to three latest goals, payments and subscriptions, newest
    first; with DURING, both from that visit only. `before` and `after` are the nearest events of any kind.
    `is_missing` says that DataFast counts events that may belong around the moment but does not list them.
    """

    at: datetime
    where: Where
    visit_started_at: datetime | None
    last_page: Near | None
    last_goals: tuple[Near, ...]
    before: Near | None
    after: Near | None
    is_missing: bool
