"""Find what is new since a user last looked at a visitor."""

from datetime import datetime

from visitors.formatting import format_ago, format_count, join_list
from visitors.journey.events import Kind
from visitors.journey.journey import Journey, is_ahead
from visitors.journey.records import Record


class Seen(Record, frozen=True, kw_only=True):
    """What a user had seen of a journey at `looked_at`; stored per user and visitor."""

    looked_at: datetime
    latest_event_at: datetime | None
    visits: int
    page_views: int
    goals: int
    payments: int
    is_identified: bool


class Difference(Record, frozen=True, kw_only=True):
    """What is new since `seen`; all numbers are zero if nothing is.

    `subscriptions` and `setbacks` are among the `goals`, and `refunds` among the `payments`.
    """

    seen: Seen
    visits: int
    page_views: int
    goals: int
    payments: int
    subscriptions: int
    setbacks: int
    refunds: int
    is_newly_identified: bool

    def __bool__(self) -> bool:
        """Whether anything is new."""
        return bool(self.visits or self.page_views or self.goals or self.payments or self.is_newly_identified)

    def words(self, now: datetime) -> str:
        """ "2 visits and 1 payment since you looked 3 days ago", or "" when nothing is new."""
        parts = [
            format_count(number, noun)
            for number, noun in (
                (self.visits, "visit"),
                (self.page_views if not self.visits else 0, "page view"),  # a new visit implies page views
                (self.goals - self.subscriptions - self.setbacks, "goal"),
                (self.subscriptions, "subscription event"),
                (self.setbacks, "setback"),
                (self.payments - self.refunds, "payment"),
                (self.refunds, "refund"),
            )
            if number
        ]
        if self.is_newly_identified:
            parts.append("an identification")
        looked = "looked " + format_ago(self.seen.looked_at, now).replace("just now", "a moment ago")
        if is_ahead(self.seen.looked_at, now):  # our clock was wrong then
            looked = "last looked"
        return f"{join_list(parts)} since you {looked}" if parts else ""


def make_seen(journey: Journey, looked_at: datetime) -> Seen:
    """Return what a user who looks at the journey now has seen."""
    return Seen(
        looked_at=looked_at,
        latest_event_at=journey.as_of(looked_at).latest_event_at,
        visits=journey.visit_count,
        page_views=journey.page_view_count,
        goals=journey.counts.goals + journey.counts.subscriptions,
        payments=journey.counts.payments,
        is_identified=journey.person is not None,
    )


def compare_seen(seen: Seen, journey: Journey) -> Difference:
    """Return what is new in the journey. If DataFast cuts off its list a count can fall, which is not new."""
    now = make_seen(journey, seen.looked_at)
    goals, payments = max(0, now.goals - seen.goals), max(0, now.payments - seen.payments)
    since = seen.latest_event_at
    later = journey.milestones.after(since)
    subscriptions = min(goals, sum(event.kind is Kind.SUBSCRIPTION for event in later))
    return Difference(
        seen=seen,
        visits=max(0, now.visits - seen.visits),
        page_views=max(0, now.page_views - seen.page_views),
        goals=goals,
        payments=payments,
        subscriptions=subscriptions,
        setbacks=min(goals - subscriptions, sum(event.is_setback for event in later)),
        refunds=min(payments, sum(event.is_refund for event in later)),
        is_newly_identified=now.is_identified and not seen.is_identified,
    )
