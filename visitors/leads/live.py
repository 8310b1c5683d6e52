"""Those who are on a website now, their goals and payments, as text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from urllib.parse import urlsplit
from uuid import UUID

from visitors.datafast.payload import Identity, MapEvent, MapLocation, MapSystem, MapVisitor, RealtimeMap
from visitors.formatting import ANONYMOUS, DisplayTime, display_ago, format_money, format_short_duration
from visitors.formatting.text import clean, truncate
from visitors.journey import ENOUGH_CONFIDENCE, first_touch, is_ahead, read_location, read_value
from visitors.journey.timestamps import parse_timestamp
from visitors.leads.rows import Who, load_known
from visitors.lookup.people.live import read_identity
from visitors.models import Website
from visitors.web.access import parse_visitor_id

_TEXT_LIMIT = 80
_EVENTS = 12


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A visitor who is on the site. `time_on_site` is "12 min", `visits` "New" or "5 visits"; "" where not known."""

    who: Who
    nickname: str
    place: str
    page: str
    source: str
    time_on_site: str
    visits: str


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """A goal or payment of the last ten minutes. `visitor_id` is None for a payment, which names none."""

    text: str
    who: str
    at: DisplayTime | None
    visitor_id: UUID | None = None
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class LivePage:
    """Who is on the site, best score first, and what they achieved, latest first."""

    rows: tuple[LiveRow, ...]
    events: tuple[LiveEvent, ...]


def present_live(website: Website, found: RealtimeMap, *, now: datetime, zone: tzinfo) -> LivePage:
    """Return the rows and events of a map. Visitors without a valid id are left out. One query."""
    by_id: dict[UUID, MapVisitor] = {}
    for one in found.visitors or ():
        if visitor_id := parse_visitor_id(one.visitor_id or ""):
            by_id.setdefault(visitor_id, one)
    known = load_known(website, by_id)
    rows = [_present(one, known.get(visitor_id) or Who(visitor_id), now) for visitor_id, one in by_id.items()]
    rows.sort(key=lambda row: (-_number(row.who.score), row.who.name == "", row.nickname, str(row.who.visitor_id)))
    names = {row.who.visitor_id: row.who.name or row.nickname for row in rows}
    dated = [*_payments(found, now, zone), *_goals(website, found, names, now, zone)]
    dated.sort(key=lambda event: event.at.iso if event.at else "", reverse=True)
    return LivePage(tuple(rows), tuple(dated[:_EVENTS]))


def _present(one: MapVisitor, known: Who, now: datetime) -> LiveRow:
    place, system = one.location or MapLocation(), one.system or MapSystem()
    location = read_location(Identity(country_code=place.country_code, region=place.region, city=place.city))
    os = read_value(system.os.name) if system.os else ""
    started_at = parse_timestamp(one.session_start_time)
    return LiveRow(
        who=_identify(one, known),
        nickname=truncate(" · ".join(part for part in (location.city or location.country, os) if part), _TEXT_LIMIT)
        or ANONYMOUS,
        place=truncate(location.city or location.region or location.country, _TEXT_LIMIT),
        page=truncate(clean(one.current_url or ""), _TEXT_LIMIT),
        source=_source(one),
        time_on_site=format_short_duration(now - started_at) if started_at and not is_ahead(started_at, now) else "",
        visits="" if not one.visit_count or one.visit_count < 0 else _count_visits(one.visit_count),
    )


def _identify(one: MapVisitor, known: Who) -> Who:
    """Return who a visitor is, according to DataFast's live list, and else to the stored profile."""
    identity = read_identity(one)
    name = identity.name or known.name or identity.label
    detail = next((text for text in (identity.email, known.detail, identity.user_id) if text and text != name), "")
    score, is_weak = known.score, known.is_score_weak
    likelihood = one.conversion_likelihood
    if likelihood and likelihood.score is not None and 0 <= likelihood.score <= 100:
        score, is_weak = f"{likelihood.score:.0f}", (likelihood.confidence or 0) < ENOUGH_CONFIDENCE
    return replace(
        known,
        name=truncate(name, _TEXT_LIMIT),
        detail=truncate(detail, _TEXT_LIMIT),
        score=score,
        is_score_weak=is_weak,
        paid=known.paid or ("Customer" if one.is_customer else ""),
    )


def _source(one: MapVisitor) -> str:
    if touch := first_touch(Identity(params=one.params)):
        return truncate(touch.label.partition(" (campaign ")[0], _TEXT_LIMIT)
    referrer = read_value(one.referrer)
    try:
        return truncate((urlsplit(referrer).hostname or "") if "://" in referrer else referrer, _TEXT_LIMIT)
    except ValueError:
        return ""


def _count_visits(count: int) -> str:
    return "New" if count == 1 else f"{count:,} visits"


def _goals(
    website: Website, found: RealtimeMap, names: dict[UUID, str], now: datetime, zone: tzinfo
) -> Iterator[LiveEvent]:
    for event in found.recent_events or ():
        name = _goal_name(event, website)
        visitor_id = parse_visitor_id(event.visitor_id or "")
        if name and visitor_id in names:
            yield LiveEvent(name, names[visitor_id], _time(event.timestamp, now, zone), visitor_id)


def _goal_name(event: MapEvent, website: Website) -> str:
    """Return the name of a goal, "" for a page view or a payment, which is in a list of its own."""
    if event.type in ("pageview", "payment"):
        return ""
    extra = event.extra_data or {}
    name = next((extra[key] for key in ("eventName", "name", "goal") if isinstance(extra.get(key), str)), "")
    return truncate(website.readable_names.goal(clean(name)), _TEXT_LIMIT) if name else ""


def _payments(found: RealtimeMap, now: datetime, zone: tzinfo) -> Iterator[LiveEvent]:
    for payment in found.recent_payments or ():
        amount = "" if payment.amount is None else format_money(payment.amount, payment.currency)
        text = f"{'renewed' if payment.renewal else 'paid'} {amount}".strip()
        who = truncate(read_value(payment.name) or read_value(payment.email), _TEXT_LIMIT) or "A customer"
        yield LiveEvent(text, who, _time(payment.timestamp, now, zone), is_money=True)


def _time(text: str | None, now: datetime, zone: tzinfo) -> DisplayTime | None:
    at = parse_timestamp(text)
    return display_ago(at, now, zone) if at else None


def _number(score: str) -> float:
    return float(score) if score else -1
