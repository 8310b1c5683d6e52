"""List visitors: filters, their errors, and rows."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from visitors.sandbox.answers import ApiError
from visitors.sandbox.clock import iso, milliseconds
from visitors.sandbox.visitor import Event, Visitor, until
from visitors.sandbox.websites import Website

DEFAULT_ROWS = 100
MAX_ROWS = 250
MAX_PAGES = 50

Query = Mapping[str, str]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PAYMENT_GOALS = {"payment", "subscription_started", "subscription_renewed"}


@dataclass(frozen=True, slots=True)
class _Activity:
    """A visitor with the page views and goals in the requested range, oldest first."""

    visitor: Visitor
    pages: Sequence[Event]
    goals: Sequence[Event]
    is_customer: bool


_Condition = Callable[[_Activity], bool]


def listing(visitors: Iterable[Visitor], website: Website, query: Query, now: int) -> tuple[list[Any], dict[str, Any]]:
    """Return the rows of a query, latest seen first, and the pagination. Raises ApiError (400) for an invalid query."""
    if query.get("completedGoal") and query.get("isCustomer"):
        raise ApiError(400, "completedGoal and isCustomer cannot be combined")
    limit = _whole_number(query, "limit", DEFAULT_ROWS, least=1, most=MAX_ROWS)
    offset = _whole_number(query, "offset", 0, least=0, most=None)
    begin, end = _range(query, website, now)
    conditions = [_FILTERS[name](wanted) for name, wanted in query.items() if name in _FILTERS]
    found = [
        activity
        for visitor in visitors
        if (activity := _within(visitor, begin, end, now)).pages
        and all(condition(activity) for condition in conditions)
    ]
    found.sort(key=lambda activity: (-activity.pages[-1].at, activity.visitor.visitor_id))
    rows = [_row(activity) for activity in found[offset : offset + limit]]
    return rows, {"limit": limit, "offset": offset, "hasMore": offset + limit < len(found)}


def _whole_number(query: Query, name: str, default: int, *, least: int, most: int | None) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < least or (most is not None and int(text) > most):
        bounds = f"{least} or more" if most is None else f"between {least} and {most}"
        raise ApiError(400, f"{name} must be a whole number, {bounds}")
    return int(text)


def _range(query: Query, website: Website, now: int) -> tuple[int, int]:
    """Return the requested range in milliseconds, begin inclusive and end exclusive, not later than now."""
    try:
        zone = ZoneInfo(query.get("timezone", website.timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ApiError(400, "timezone must be an IANA time zone, such as Europe/Paris") from None
    start, end = query.get("startAt"), query.get("endAt")
    if (start is None) != (end is None):
        raise ApiError(400, "startAt and endAt are only accepted together")
    if start is None or end is None:
        return 0, now + 1
    begin, finish = _moment(start, zone, "startAt"), _moment(end, zone, "endAt", closing=True)
    if finish <= begin:
        raise ApiError(400, "endAt must not lie before startAt")
    return begin, min(finish, now + 1)


def _moment(text: str, zone: ZoneInfo, name: str, *, closing: bool = False) -> int:
    """A day is meant from its first moment, as an end to its last one; a time must say its offset."""
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=closing)
            return milliseconds(datetime.combine(day, time(), zone))
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ApiError(400, f"{name} must be YYYY-MM-DD or an ISO 8601 time with its offset")
    return milliseconds(moment) + closing


def _within(visitor: Visitor, begin: int, end: int, now: int) -> _Activity:
    pages = visitor.pages[until(visitor.pages, begin - 1) : until(visitor.pages, end - 1)]
    goals = visitor.goals[until(visitor.goals, begin - 1) : until(visitor.goals, end - 1)]
    bought = any(goal.body["name"] in _PAYMENT_GOALS for goal in visitor.goals[: until(visitor.goals, now)])
    return _Activity(visitor, pages, goals, bought)


def _text(*texts: Callable[[Visitor], str | None]) -> Callable[[str], _Condition]:
    """Return a filter that compares with several forms of a fact, ignoring case."""
    return lambda wanted: (
        lambda activity: any(
            text.lower() == wanted.lower() for read in texts if (text := read(activity.visitor)) is not None
        )
    )


def _param(name: str) -> Callable[[str], _Condition]:
    return lambda wanted: lambda activity: activity.visitor.source.params.get(name) == wanted


def _visited(wanted: str) -> _Condition:
    paths = {path.strip() for path in wanted.split(",")}
    if len(paths) > MAX_PAGES:
        raise ApiError(400, f"visitedPage takes at most {MAX_PAGES} paths")
    return lambda activity: any(_path(page) in paths for page in activity.pages)


def _visited_containing(wanted: str) -> _Condition:
    return lambda activity: any(wanted in _path(page) for page in activity.pages)


def _on_host(wanted: str) -> _Condition:
    return lambda activity: any(_host(page) == wanted.lower() for page in activity.pages)


def _completed(wanted: str) -> _Condition:
    return lambda activity: any(goal.body["name"] == wanted for goal in activity.goals)


def _customer(wanted: str) -> _Condition:
    if wanted not in {"true", "false"}:
        raise ApiError(400, "isCustomer must be true or false")
    return lambda activity: activity.is_customer is (wanted == "true")


def _short(code: str | None) -> str | None:
    """Return `CA` for `US-CA`, as regions are in rows."""
    return None if code is None else code.rpartition("-")[2]


def _host_of(address: str | None) -> str | None:
    return None if address is None else address.partition("//")[2].partition("/")[0]


def _host(page: Event) -> str:
    return str(page.body["url"]).partition("/")[0]


def _path(page: Event) -> str:
    """Return `/pricing` for `lumenkit.example/pricing?plan=team`."""
    _, _, rest = str(page.body["url"]).partition("/")
    return "/" + rest.partition("?")[0]


_FILTERS: dict[str, Callable[[str], _Condition]] = {
    "visitedPage": _visited,
    "visitedPageContains": _visited_containing,
    "completedGoal": _completed,
    "country": _text(lambda visitor: visitor.place.country, lambda visitor: visitor.place.country_code),
    "region": _text(
        lambda visitor: visitor.place.region,
        lambda visitor: visitor.place.region_code,
        lambda visitor: _short(visitor.place.region_code),
    ),
    "city": _text(lambda visitor: visitor.place.city),
    "device": _text(lambda visitor: visitor.machine.type),
    "browser": _text(lambda visitor: visitor.machine.browser),
    "os": _text(lambda visitor: visitor.machine.os),
    "referrer": _text(lambda visitor: visitor.source.referrer, lambda visitor: _host_of(visitor.source.referrer)),
    "hostname": _on_host,
    "utm_source": _param("utm_source"),
    "utm_medium": _param("utm_medium"),
    "utm_campaign": _param("utm_campaign"),
    "utm_term": _param("utm_term"),
    "utm_content": _param("utm_content"),
    "ref": _param("ref"),
    "source": _param("source"),
    "via": _param("via"),
    "isCustomer": _customer,
}


def _row(activity: _Activity) -> dict[str, Any]:
    visitor = activity.visitor
    place, machine, source = visitor.place, visitor.machine, visitor.source
    known = source.referrer is not None or source.params
    return {
        "visitorId": visitor.visitor_id,
        "lastSeenAt": iso(activity.pages[-1].at),
        "currentUrl": activity.pages[-1].body["url"],
        "identity": {
            "country": place.country_code,
            "region": _short(place.region_code),
            "city": place.city,
            "browser": machine.browser,
            "os": machine.os,
            "device": machine.type,
        },
        "acquisition": {"referrer": source.referrer, **source.params} if known else None,
    }
