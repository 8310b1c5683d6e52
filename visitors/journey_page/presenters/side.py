"""The side of the page: profile, prediction, sources, place and device, and what DataFast itself reports."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from visitors.datafast.lenient import Note
from visitors.formatting import display_day_and_clock
from visitors.formatting.placeholders import is_placeholder
from visitors.formatting.text import clean
from visitors.journey import Journey, Names, Person, Touch, is_ahead
from visitors.journey_page.presenters.facts import Fact
from visitors.journey_page.presenters.identity import Whereabouts
from visitors.journey_page.presenters.prediction import Meter
from visitors.web.tool_links import ToolLink

# The names of the parameters that DataFast reads from an address.
_PARAMETERS = {
    "ref": "Referrer",
    "source": "Source",
    "via": "Via",
    "utm_source": "Campaign source",
    "utm_medium": "Medium",
    "utm_campaign": "Campaign",
    "utm_content": "Content",
    "utm_term": "Search term",
    "gclid": "Google Ads click",
    "gclsrc": "Google Ads source",
    "wbraid": "Google Ads click (app)",
    "gbraid": "Google Ads click (iOS)",
    "li_fat_id": "LinkedIn click",
    "fbclid": "Facebook click",
    "msclkid": "Microsoft Ads click",
    "ttclid": "TikTok click",
    "twclid": "X click",
}
# Keys of the metadata as programs write them: "role", "company_size", "planName".
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*", re.ASCII)
_KEY_WORDS = re.compile(r"[_-]|(?<=[a-z0-9])(?=[A-Z][a-z])")
_FIRST_TERMS = {"Name": 0, "Email": 1, "User id": 2}


@dataclass(frozen=True, slots=True)
class Side:
    """The sections beside the timeline. Empty ones are not shown, except for `source`, whose absence is shown."""

    profile: tuple[Fact, ...]
    prediction: Meter
    source: tuple[Fact, ...]
    last_source: tuple[Fact, ...]
    identity: tuple[Fact, ...]
    activity: tuple[Fact, ...]
    unreadable: tuple[str, ...]
    links: tuple[ToolLink, ...]


def present_side(
    journey: Journey,
    whereabouts: Whereabouts,
    prediction: Meter,
    notes: tuple[Note, ...],
    *,
    now: datetime,
    zone: tzinfo,
    links: tuple[ToolLink, ...] = (),
) -> Side:
    """Return the side of a journey's page. `notes` name the parts of the answer that could not be read."""
    return Side(
        profile=_profile(journey.person, now, zone) if journey.person else (),
        prediction=prediction,
        source=tuple(_source(journey.first_touch)) if journey.first_touch else (),
        last_source=tuple(_last_source(journey.last_touch, journey.names, now, zone)) if journey.last_touch else (),
        identity=whereabouts.facts,
        activity=tuple(_activity(journey, now, zone)),
        unreadable=tuple(clean(f"{note.path}: {note.problem}" if note.path else note.problem) for note in notes),
        links=links,
    )


def _profile(person: Person, now: datetime, zone: tzinfo) -> tuple[Fact, ...]:
    """Return name, email and user id first, then the other metadata as it came, and when the visitor was identified."""
    facts = []
    for key, value in person.metadata:
        term = _format_key(key) or "(no name)"
        facts.append(Fact(term, value or "(empty)", is_quiet=not value or is_placeholder(value)))
    if person.user_id:
        facts.append(Fact("User id", person.user_id, copy_name="the user id"))
    if person.identified_at is not None:
        facts.append(_time("Identified", person.identified_at, now, zone))
    return tuple(sorted(facts, key=lambda fact: _FIRST_TERMS.get(fact.term, len(_FIRST_TERMS))))


def _time(term: str, at: datetime, now: datetime, zone: tzinfo) -> Fact:
    """Return a time as a fact, with a mark if it is ahead of now."""
    shown = display_day_and_clock(at, now, zone)
    return Fact(term, time=replace(shown, text=f"{shown.text} (clock ahead)") if is_ahead(at, now) else shown)


def _format_key(key: str) -> str:
    """Return a key of the metadata as a term: "Role", "Company size"; keys that are no identifiers as they came."""
    key = key.strip()
    if not _KEY.fullmatch(key):
        return key
    first, *others = _KEY_WORDS.split(key)
    return " ".join([f"{first[0].upper()}{first[1:]}", *(word if word.isupper() else word.lower() for word in others)])


def _source(touch: Touch) -> Iterator[Fact]:
    for name, value in (*touch.params, *touch.click_ids):
        yield Fact(_PARAMETERS.get(name, name), value, is_quiet=is_placeholder(value))


def _last_source(touch: Touch, names: Names, now: datetime, zone: tzinfo) -> Iterator[Fact]:
    yield from _source(touch)
    if touch.page is not None:
        if name := names.page_of(touch.page):
            yield Fact("First page", name, title=touch.page.label)
        else:
            yield Fact("First page", touch.page.label, is_address=touch.page.screen is None)
    if touch.at is not None:
        yield _time("When", touch.at, now, zone)


def _activity(journey: Journey, now: datetime, zone: tzinfo) -> Iterator[Fact]:
    """Yield what DataFast itself reports about visits and pages; the timeline is derived from events."""
    if journey.reported_first_visit_at is not None:
        yield _time("First visit", journey.reported_first_visit_at, now, zone)
    if journey.reported_last_visit_at is not None:
        yield _time("Latest visit", journey.reported_last_visit_at, now, zone)
    if journey.current_page is not None:
        yield Fact("Latest page", journey.current_page.url, is_address=True)
