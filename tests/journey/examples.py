"""Answers to derive journeys from: the two editions' own, and short ones made by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from visitors.datafast.payload import Activity, CompletedGoal, VisitedPage, Visitor
from visitors.journey import Journey, derive

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class _Envelope(msgspec.Struct):
    data: Visitor


def edition(year: int) -> Visitor:
    """The answer in an edition of DataFast's reference."""
    body = Path(__file__).with_name("payloads").joinpath(f"visitor-{year}.json").read_bytes()
    return msgspec.json.decode(body, type=_Envelope).data


def stamp(minutes: float = 0, *, days: float = 0) -> str:
    """A time so long after START, as DataFast writes it."""
    moment = START + timedelta(days=days, minutes=minutes)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def view(path: str = "/", minutes: float = 0, *, days: float = 0) -> VisitedPage:
    """A page view so long after START."""
    return VisitedPage(url=f"example.com{path}", timestamp=stamp(minutes, days=days))


def goal(name: str, minutes: float = 0, *, days: float = 0, **fields: object) -> CompletedGoal:
    """A goal so long after START."""
    return CompletedGoal(name=name, timestamp=stamp(minutes, days=days), **fields)


def journey(*views: VisitedPage, goals: tuple[CompletedGoal, ...] = (), **activity: object) -> Journey:
    """The journey of these page views and goals."""
    return derive(Visitor(activity=Activity(visited_pages=views, completed_goals=goals, **activity)))
