"""The answers: a visitor at a glance, why there is none, and what to do next. Text only; adapters escape it."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from dashboard.addresses import absolute_url
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.formatting import (
    ANONYMOUS,
    format_age,
    format_clock,
    format_count,
    format_day,
    format_time,
    join_list,
    limit_list,
)
from visitors.formatting.text import clean, isolate_direction, truncate
from visitors.integrations.cards.answers import Answer, Link, PersonLine
from visitors.integrations.cards.finding import Found
from visitors.journey import Journey, latest_events
from visitors.journey.summary import summarize
from visitors.journey_page.presenters.cards import Card, present_cards
from visitors.journey_page.presenters.identity import present_whereabouts
from visitors.journey_page.presenters.prediction import Meter, present_prediction
from visitors.models import KnownPerson, RequestResult, Website
from visitors.profiles import Profile, TooSlow

_EVENTS, _GOALS = 5, 3
_TEXT_LIMIT, _SUMMARY_LIMIT = 200, 500


def present_visitor(website: Website, profile: Profile, found: Found, *, now: datetime, zone: tzinfo) -> Answer:
    """Return the card of a visitor."""
    contents, journey = profile.contents, profile.contents.journey.as_of(now)
    person = journey.person
    place = present_whereabouts(contents.identity)
    facts = [
        ("Email", (person and person.email) or ""),
        ("Company", (person and person.company) or ""),
        ("Plan", (person and person.plan) or ""),
        *_facts(journey, now, zone),
        ("Goals", _goals(journey)),
        ("Visits", _visits(journey)),
        ("Place", place.place),
        ("Device", place.device),
    ]
    age = f"As of {format_time(profile.fetched_at, zone)}, {format_age(profile.fetched_at, now)}"
    return Answer(
        title=truncate((person and person.label) or ANONYMOUS, _TEXT_LIMIT),
        age=age,
        summary=truncate(summarize(journey, now=now, zone=zone), _SUMMARY_LIMIT),
        facts=tuple((name, truncate(value, _TEXT_LIMIT)) for name, value in facts if value),
        events=tuple(
            (f"{format_day(at, now, zone)}, {format_clock(at, zone)}", truncate(words, _TEXT_LIMIT))
            for at, words in latest_events(journey, now=now, limit=_EVENTS)
        ),
        notes=(*_others(found), *([f"It could not be refreshed. {profile.problem}"] if profile.problem else ())),
        links=(journey_link(website, found.visitor_id), *_search_links(found)),
        detail="Showed a visitor." if not found.others else "Showed the latest of several visitors with one email.",
    )


def present_problem(website: Website, error: UpstreamError, found: Found) -> Answer:
    """Return why there is no card of a visitor who is known by id."""
    links = (journey_link(website, found.visitor_id), *_search_links(found))
    if isinstance(error, NoJourney):
        return Answer(
            f"Visitor not found on {website.domain}",
            notes=(str(error),),
            links=links,
            result=RequestResult.EMPTY,
            detail="DataFast does not know the visitor id.",
        )
    note = "Open the journey to look the visitor up." if isinstance(error, TooSlow) else str(error)
    return Answer(
        "Not looked up yet",
        notes=(note, *_others(found)),
        links=links,
        result=RequestResult.FAILED,
        detail=f"Nothing is stored of the visitor. {error}"[:200],
    )


def present_unknown(website: Website, wanted: str, kind: str) -> Answer:
    """Return that no one is known by an email address or user id (`kind` says which), or a text (`kind` is "")."""
    wanted = truncate(clean(wanted), _TEXT_LIMIT)
    return Answer(
        "No visitor found",
        notes=(
            f"No one who was looked up on {website.domain}, or is on the site now, has the {kind} {wanted}."
            if kind
            else f"No one who was looked up on {website.domain}, or is on the site now, matches “{wanted}”.",
        ),
        links=(search_link(wanted),),
        result=RequestResult.EMPTY,
        detail=f"No one is known by the {kind or 'text'} in it.",
    )


def present_unnamed(program: str) -> Answer:
    """Return that the request named no one."""
    return Answer(
        "No visitor to look up",
        notes=(f"{program} sent neither a visitor id nor an email address for this conversation.",),
        result=RequestResult.EMPTY,
        detail="It has neither a visitor id nor an email address.",
    )


def present_people(website: Website, people: Iterable[KnownPerson], wanted: str, *, has_more: bool) -> Answer:
    """Return several people to choose from."""
    lines = tuple(
        PersonLine(
            truncate(person.label or ANONYMOUS, _TEXT_LIMIT),
            truncate(" · ".join(filter(None, (person.email, person.company, person.place))), _TEXT_LIMIT),
            _journey_url(website, person.visitor_id),
        )
        for person in people
    )
    title = f"{'More than ' if has_more else ''}{format_count(len(lines), 'person', 'people')} found"
    return Answer(title, people=lines, links=(search_link(wanted),), detail="Showed several people.")


def present_ids(website: Website, visitor_ids: Iterable[UUID], number: int) -> Answer:
    """Return several visitor ids to choose from, without names."""
    lines = tuple(PersonLine(str(one), "", _journey_url(website, one)) for one in visitor_ids)
    title = f"{format_count(number, 'visitor id')} in this text"
    return Answer(title, people=lines, detail="Showed several ids.")


def journey_link(website: Website, visitor_id: UUID) -> Link:
    """Return the link to a journey."""
    return Link("Open journey", _journey_url(website, visitor_id))


def search_link(wanted: str) -> Link:
    """Return the link to the search for a text."""
    return Link("Search in Journeydesk", absolute_url(f"{reverse('results')}?{urlencode({'q': wanted})}"))


def _journey_url(website: Website, visitor_id: UUID) -> str:
    return absolute_url(reverse("journey", args=[website.slug, visitor_id]))


def _facts(journey: Journey, now: datetime, zone: tzinfo) -> list[tuple[str, str]]:
    """Return score, money, last seen and source, as the cards of the journey page have them."""
    meter = present_prediction(journey.prediction, (), now=now, zone=zone)
    cards = present_cards(journey, meter, now=now, zone=zone)
    score = _describe_score(meter) if cards.no_score is None else _describe(cards.no_score)
    return [("Score", score), *((card.term, _describe(card)) for card in cards.others)]


def _describe_score(meter: Meter) -> str:
    parts = (f"{meter.short_score} of 100 (average: {meter.baseline})", meter.odds, meter.confidence)
    return ", ".join(part[:1].lower() + part[1:] for part in parts if part)


def _describe(card: Card) -> str:
    values = [card.time.text if card.time else card.value, *card.more_values]
    lines = f" ({'; '.join(card.lines)})" if card.lines else ""
    return f"{' + '.join(values)}{lines}"


def _goals(journey: Journey) -> str:
    """Return the names of the latest goals, and how many other names there are."""
    shown, more = limit_list(journey.goal_names, _GOALS)
    names = [isolate_direction(journey.names.goal(name)) for name in shown]
    more += journey.more_goal_names
    return join_list([*names, f"{more:,} more"] if more else names)


def _visits(journey: Journey) -> str:
    counts = [format_count(journey.visit_count, "visit")] if journey.visit_count else []
    return ", ".join([*counts, format_count(journey.page_view_count, "page view")])


def _others(found: Found) -> list[str]:
    if not found.others:
        return []
    what = "email address" if "@" in found.matched_by else "user id"
    others = format_count(found.others, "other visitor")
    return [f"{others} {'has' if found.others == 1 else 'have'} the same {what}. This is the one seen last."]


def _search_links(found: Found) -> list[Link]:
    return [search_link(found.matched_by)] if found.others else []
