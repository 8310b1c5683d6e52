"""Derive the journey of one visitor from DataFast's answer. It does not depend on the present time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter
from typing import Any, TypedDict

from msgspec.structs import replace

from visitors.datafast.payload import Activity, Visitor
from visitors.formatting import format_count, join_list
from visitors.formatting.text import clean_or_none
from visitors.journey import goal_names
from visitors.journey.events import Counts, Event, Kind, count_events, goal_events, identified_event, view_events
from visitors.journey.goals import merge_goals
from visitors.journey.intent import Intent, classify
from visitors.journey.milestones import Milestones
from visitors.journey.names import NO_NAMES, Names
from visitors.journey.pages import Page, parse_page
from visitors.journey.person import Person, read_person
from visitors.journey.prediction import PredictionReading, read_prediction
from visitors.journey.records import Record
from visitors.journey.timestamps import parse_timestamp
from visitors.journey.totals import Totals, add_payments
from visitors.journey.touches import Touch, first_touch, last_touch
from visitors.journey.visits import VISIT_GAP, Visit, VisitOutline, make_visit, split_visits

LIVE_FOR = timedelta(minutes=5)
CLOCK_SKEW = timedelta(minutes=1)
_TOP_PAGES = 5
MAX_GOAL_NAMES = 50
MAX_SETBACKS = 3
# A larger count is a mistake; and msgpack stores no integers beyond 64 bits.
_MOST = 10**9
_RANKS = {kind: rank for rank, kind in enumerate(Kind)}


class Place(StrEnum):
    """Where missing events belong."""

    EARLIER = "earlier"  # before the earliest page view of the answer
    UNKNOWN = "unknown"


class Missing(Record, frozen=True, kw_only=True):
    """What DataFast counts but does not list. With EARLIER both counts may be 0: then only the time of the first visit
    shows that something is missing.

    `before` is the time of the earliest listed page view, where the missing part ends (None with UNKNOWN). Older
    events, such as an identification, belong to visits that are missing.
    """

    place: Place
    page_views: int
    visits: int
    before: datetime | None

    @property
    def words(self) -> str:
        """In words: "64 earlier page views are not in DataFast’s answer"."""
        earlier = "earlier " if self.place is Place.EARLIER else ""
        parts = [
            format_count(number, f"{earlier}{noun}")
            for number, noun in ((self.page_views, "page view"), (self.visits, "visit"))
            if number
        ]
        if not parts:
            return "What happened earlier is not in DataFast’s answer"
        verb = "is" if len(parts) == 1 and self.page_views + self.visits == 1 else "are"
        return f"{join_list(parts)} {verb} not in DataFast’s answer"

    def ends_by(self, time: datetime | None) -> bool:
        """Whether nothing is known to be missing from this time on."""
        return time is not None and self.before is not None and self.before <= time


class Interest(Record, frozen=True, kw_only=True):
    """How often pages of one sort were viewed: `views` in `visits` different visits."""

    views: int = 0
    visits: int = 0


class PageViews(Record, frozen=True, kw_only=True):
    """A page without its query, and how often it was viewed. `label` is as in `Page`."""

    host: str
    label: str
    views: int


class Journey(Record, frozen=True, kw_only=True):
    """A journey. Times are in UTC; text is cleaned, never HTML.

    `visits` are newest first, and `outlines` are the same visits without their events. `milestones` are the dated
    events other than page views, oldest first; `undated` are the events without a readable time, in the payload's
    order. Of a stored journey, visits and events are decoded as they are used, so a page reads only what it shows.

    `counts` cover dated and undated events. `visit_count` and `page_view_count` are the larger of what DataFast counts
    and what it lists; `reported_visit_count` is what it counts, 0 if it does not. `first_event_at` and
    `latest_event_at` span the dated events; `last_seen_at` is the time of the latest event that the visitor caused in
    person, so a renewal at night does not count.

    `top_pages` are the five most viewed, most views first. `hosts` are those of the page views, most views first.
    `goal_names` are the names of completed goals, latest first, each once; those beyond MAX_GOAL_NAMES are counted in
    `more_goal_names`. `setbacks` are the latest MAX_SETBACKS goals that are no achievement, latest first, each name
    once. `latest_payment` (never a refund) and `latest_subscription` (a change of a subscription, which may be a
    payment as well) are dated. `to_first_goal` and
    `to_first_payment` are measured from `reported_first_visit_at` (or from the first event, when that is earlier or
    alone), and None where DataFast does not list the beginning.

    `current_page` is the latest page as DataFast reports it. `first_touch` and `last_touch` are None if no tag tells
    where the visitor came from. `person` is None for an anonymous visitor. `names` are the website's readable
    names (see `with_names`); everything else has the originals.
    """

    visitor_id: str | None
    person: Person | None
    visits: Sequence[Visit]
    outlines: Sequence[VisitOutline]
    milestones: Milestones
    undated: Sequence[Event]
    counts: Counts
    visit_count: int
    reported_visit_count: int
    page_view_count: int
    missing: Missing | None
    first_event_at: datetime | None
    latest_event_at: datetime | None
    last_seen_at: datetime | None
    reported_first_visit_at: datetime | None
    reported_last_visit_at: datetime | None
    current_page: Page | None
    hosts: tuple[str, ...]
    top_pages: tuple[PageViews, ...]
    pricing: Interest
    checkout: Interest
    totals: Totals
    goal_names: tuple[str, ...]
    more_goal_names: int
    setbacks: tuple[Event, ...]
    latest_payment: Event | None
    latest_subscription: Event | None
    to_first_goal: timedelta | None
    to_first_payment: timedelta | None
    first_touch: Touch | None
    last_touch: Touch | None
    prediction: PredictionReading
    names: Names = NO_NAMES

    @property
    def started_at(self) -> datetime | None:
        """The earliest known time: the reported first visit, or the first event if that is earlier or alone."""
        return _earliest(self.reported_first_visit_at, self.first_event_at)

    @property
    def has_activity(self) -> bool:
        """Whether DataFast counts or lists anything that the visitor did, or that was reported about them."""
        listed = self.counts.all - self.counts.identified
        return bool(self.reported_visit_count or self.page_view_count or listed)

    @property
    def is_customer(self) -> bool:
        """Whether there is a payment in the journey, refunded or not."""
        return self.counts.payments > 0

    def is_live(self, now: datetime) -> bool:
        """Whether the visitor is on the site: last seen less than 5 minutes ago, with a minute of clock skew."""
        last_seen_at = self.as_of(now).last_seen_at
        return last_seen_at is not None and now - last_seen_at < LIVE_FOR

    def with_names(self, names: Names) -> "Journey":
        """Return the journey with these readable names for its goals and pages."""
        return replace(self, names=names)

    def as_of(self, now: datetime) -> "Journey":
        """Return the journey with what is the latest up to `now`: events ahead of it come from a wrong clock.

        They stay in the lists, counts and totals, and decide nothing else: no latest event, no number of visits, no
        last touch, no time to the first goal.
        """
        if self.latest_event_at is None or not is_ahead(self.latest_event_at, now):
            return self
        events = [event for event in self._newest_events() if not is_ahead(event.at, now)]
        attended = [
            index
            for index, outline in enumerate(self.outlines)
            if outline.is_attended and not is_ahead(outline.started_at, now)
        ]
        return replace(
            self,
            visit_count=max(self.reported_visit_count, len(attended)),
            latest_event_at=events[0].at if events else None,
            last_seen_at=next((event.at for event in events if event.is_in_person), None),
            latest_payment=_latest(events, _is_payment),
            latest_subscription=_latest(events, _is_subscription),
            last_touch=last_touch(self.visits[attended[0]] if attended else None),
            to_first_goal=self._until(self.to_first_goal, now),
            to_first_payment=self._until(self.to_first_payment, now),
        )

    def _newest_events(self) -> Iterator[Event]:
        """Yield the dated events, newest first."""
        for visit in self.visits:
            yield from reversed(visit.events)

    def _until(self, span: timedelta | None, now: datetime) -> timedelta | None:
        return None if span is None or self.started_at is None or is_ahead(self.started_at + span, now) else span


def is_ahead(at: datetime | None, now: datetime) -> bool:
    """Return whether a time is ahead of now by more than a minute: DataFast's clock or the sender's is wrong."""
    return at is not None and at - now > CLOCK_SKEW


class _PagesSeen(TypedDict):
    hosts: tuple[str, ...]
    top_pages: tuple[PageViews, ...]
    pricing: Interest
    checkout: Interest


def derive(visitor: Visitor) -> Journey:
    """Return the journey in an answer. Any answer that parses has one; without events it has no visits."""
    activity = visitor.activity or Activity()
    who = read_person(visitor.profile)
    views, goals = view_events(activity.visited_pages or ()), goal_events(merge_goals(activity))
    identified = []
    if who is not None:
        identified.append(identified_event(who, visitor.profile.identified_at if visitor.profile else None))
    events = [*views, *identified, *goals]
    # Events with the same time: pages and screens, then by kind, and within a kind as they happened.
    in_order = [*_oldest_first(views), *identified, *sorted(_oldest_first(goals), key=lambda goal: _RANKS[goal.kind])]
    dated = sorted((event for event in in_order if event.at is not None), key=attrgetter("at"))
    groups = split_visits(dated)

    counts = count_events(events)
    attended = [any(event.is_in_person for event in group) for group in groups]
    first_visit_at = parse_timestamp(activity.first_visit_at)
    missing = _missing(activity, groups, attended, views=counts.views, first_visit_at=first_visit_at)
    visit_count = max(_number(activity.visit_count), sum(attended))
    visits = _visits(groups, attended, visit_count, missing)

    first_event_at = dated[0].at if dated else None
    start = _earliest(first_visit_at, first_event_at)
    if missing is not None and (missing.place is Place.EARLIER or first_visit_at is None):
        start = None  # the list does not begin with the first visit, so an earlier goal may be missing
    milestones = Milestones.of(dated)
    undated = tuple(event for event in events if event.at is None)
    names = _goal_names([*reversed(milestones), *undated])
    return Journey(
        visitor_id=clean_or_none(visitor.visitor_id),
        person=who,
        visits=visits,
        outlines=tuple(VisitOutline(**_outline_fields(visit)) for visit in visits),
        milestones=milestones,
        undated=undated,
        counts=counts,
        visit_count=visit_count,
        reported_visit_count=_number(activity.visit_count),
        page_view_count=max(_number(activity.page_view_count), counts.views),
        missing=missing,
        first_event_at=first_event_at,
        latest_event_at=dated[-1].at if dated else None,
        last_seen_at=next((event.at for event in reversed(dated) if event.is_in_person), None),
        reported_first_visit_at=first_visit_at,
        reported_last_visit_at=parse_timestamp(activity.last_visit_at),
        current_page=parse_page(activity.current_url),
        **_pages_seen(events, visits),
        totals=add_payments(events),
        goal_names=names[:MAX_GOAL_NAMES],
        more_goal_names=max(0, len(names) - MAX_GOAL_NAMES),
        setbacks=_setbacks([*reversed(milestones), *undated]),
        latest_payment=_latest(reversed(milestones), _is_payment),
        latest_subscription=_latest(reversed(milestones), _is_subscription),
        to_first_goal=_until(dated, start, _is_completed_goal),
        to_first_payment=_until(dated, start, _is_payment),
        first_touch=first_touch(visitor.identity),
        last_touch=last_touch(next((visit for visit in visits if visit.is_attended), None)),
        prediction=read_prediction(visitor.prediction, is_customer=counts.payments > 0),
    )


def _outline_fields(visit: Visit) -> dict[str, Any]:
    return {name: getattr(visit, name) for name in VisitOutline.__struct_fields__}


def _oldest_first(events: list[Event]) -> list[Event]:
    """Return a list in the order in which it happened: reversed if DataFast lists it newest first.

    Most lists have several events in one second. Which way a list runs is decided by its other events.
    """
    times = [event.at for event in events if event.at is not None]
    falls = sum(later < at for at, later in pairwise(times))
    rises = sum(later > at for at, later in pairwise(times))
    return events[::-1] if falls > rises else events


def _goal_names(events: Iterable[Event]) -> tuple[str, ...]:
    """The names of the completed goals among these events, each once, in their order."""
    return tuple(dict.fromkeys(event.name for event in events if _is_completed_goal(event) and event.name))


def _setbacks(events: Iterable[Event]) -> tuple[Event, ...]:
    """The first setbacks among these events, each name once."""
    found: dict[str, Event] = {}
    for event in events:
        if event.is_setback:
            found.setdefault(event.name, event)
    return tuple(found.values())[:MAX_SETBACKS]


def _latest(newest_first: Iterable[Event], is_it: Callable[[Event], bool]) -> Event | None:
    return next((event for event in newest_first if is_it(event)), None)


def _is_completed_goal(event: Event) -> bool:
    return event.kind is Kind.GOAL and not event.is_setback


def _is_payment(event: Event) -> bool:
    return event.kind is Kind.PAYMENT and not event.is_refund


def _is_subscription(event: Event) -> bool:
    """Whether a subscription changed. Where its goal is the only one for a charge, it is a payment as well."""
    if event.kind is Kind.PAYMENT:
        return not event.is_refund and goal_names.is_subscription(goal_names.normalize(event.name))
    return event.kind is Kind.SUBSCRIPTION


def _earliest(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _number(reported: int | None) -> int:
    """Return a reported count; 0 for none, and for an impossible one."""
    return reported if reported is not None and 0 < reported <= _MOST else 0


def _missing(
    activity: Activity,
    groups: list[tuple[Event, ...]],
    attended: list[bool],
    *,
    views: int,
    first_visit_at: datetime | None,
) -> Missing | None:
    """Return what is counted but not listed, and where it belongs, or None."""
    missing_views = max(0, _number(activity.page_view_count) - views)
    seen_at = [event.at for group in groups for event in group if event.at is not None and event.is_view]
    # A goal between two of DataFast's visits can join them into one of ours; then no pages are missing.
    view_groups = sum(later - at > VISIT_GAP for at, later in pairwise(seen_at)) + bool(seen_at)
    earliest = seen_at[0] if seen_at else None
    is_earlier = first_visit_at is not None and earliest is not None and first_visit_at < earliest - CLOCK_SKEW
    listed = sum(
        is_attended and not (missing_views and is_earlier and _ended_before(group, earliest))
        for group, is_attended in zip(groups, attended, strict=True)
    )
    missing_visits = max(0, _number(activity.visit_count) - max(listed, view_groups))
    # Without a count, only the time of the first visit can show that the list does not begin with it.
    if not (missing_views or missing_visits or (is_earlier and not _number(activity.page_view_count))):
        return None
    return Missing(
        place=Place.EARLIER if is_earlier else Place.UNKNOWN,
        page_views=missing_views,
        visits=missing_visits,
        before=earliest if is_earlier else None,
    )


def _ended_before(group: tuple[Event, ...], time: datetime | None) -> bool:
    """Whether the last event of a group was before this time."""
    return time is not None and group[-1].at is not None and group[-1].at < time


def _visits(
    groups: list[tuple[Event, ...]], attended: list[bool], visit_count: int, missing: Missing | None
) -> tuple[Visit, ...]:
    """Return the visits, newest first. Attended visits are numbered down from the count."""
    visits: list[Visit] = []
    number = visit_count - sum(attended)
    previous_end: datetime | None = None
    for group, is_attended in zip(groups, attended, strict=True):
        number += is_attended
        # It is not known how many of the missing visits come after an older one.
        is_counted = not (missing and missing.visits and missing.before) or missing.ends_by(group[-1].at)
        visits.append(
            make_visit(
                group,
                number=number if is_attended and is_counted else None,
                is_attended=is_attended,
                previous_end=previous_end,
                gap_known=missing is None or missing.ends_by(previous_end),
            )
        )
        previous_end = visits[-1].ended_at
    return tuple(reversed(visits))


def _until(dated: list[Event], start: datetime | None, is_it: Callable[[Event], bool]) -> timedelta | None:
    """Return the time from the beginning to the first such event."""
    at = next((event.at for event in dated if is_it(event)), None)
    # An event that begins the journey has no time before it.
    return None if at is None or start is None or at == start else at - start


def _pages_seen(events: list[Event], visits: tuple[Visit, ...]) -> _PagesSeen:
    """Count page views by host, page and purpose."""
    pages = {event.page.url: event.page for event in events if event.page is not None}
    views = Counter(event.page.url for event in events if event.page is not None)
    hosts: Counter[str] = Counter()
    labels: Counter[tuple[str, str]] = Counter()
    for url, times in views.items():
        hosts[pages[url].host] += times
        labels[pages[url].host, pages[url].label] += times
    # Ties by name: the order in which DataFast lists pages changes.
    top = sorted(labels.items(), key=lambda item: (-item[1], item[0]))[:_TOP_PAGES]
    return {
        "hosts": tuple(host for host, _ in sorted(hosts.items(), key=lambda item: (-item[1], item[0])) if host),
        "top_pages": tuple(PageViews(host=host, label=label, views=times) for (host, label), times in top),
        "pricing": _interest(Intent.PRICING, pages, views, visits),
        "checkout": _interest(Intent.CHECKOUT, pages, views, visits),
    }


def _interest(intent: Intent, pages: dict[str, Page], views: Counter[str], visits: tuple[Visit, ...]) -> Interest:
    urls = {url for url, seen in pages.items() if classify(seen) is intent}
    if not urls:
        return Interest()
    visits_with = sum(any(event.page and event.page.url in urls for event in visit.events) for visit in visits)
    return Interest(views=sum(views[url] for url in urls), visits=visits_with)
