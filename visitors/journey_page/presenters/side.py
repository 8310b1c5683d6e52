"""The side of the page: profile, prediction, sources, place and device, and what DataFast says beside the journey."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo

from visitors.datafast.lenient import Note
from visitors.formatting import display_day_and_clock
from visitors.formatting.text import clean
from visitors.journey import Journey, Person, Touch
from visitors.journey_page.presenters.facts import Fact
from visitors.journey_page.presenters.identity import Whereabouts
from visitors.journey_page.presenters.prediction import Meter

# What DataFast reads from an address, as people call it.
_TAGS = {
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
_FIRST = {"Name": 0, "Email": 1, "User id": 2}


@dataclass(frozen=True, slots=True)
class Side:
    """The sections beside the timeline; an empty one is not shown, but for `source`, whose absence says something."""

    profile: tuple[Fact, ...]
    prediction: Meter
    source: tuple[Fact, ...]
    last_source: tuple[Fact, ...]
    identity: tuple[Fact, ...]
    activity: tuple[Fact, ...]
    unreadable: tuple[str, ...]


def side(
    journey: Journey, whereabouts: Whereabouts, meter: Meter, notes: tuple[Note, ...], *, now: datetime, zone: tzinfo
) -> Side:
    """The side of a journey's page."""
    return Side(
        profile=_profile(journey.person, now, zone) if journey.person else (),
        prediction=meter,
        source=_source(journey.first_touch),
        last_source=_last_source(journey.last_touch, now, zone),
        identity=whereabouts.facts,
        activity=_activity(journey, now, zone),
        unreadable=tuple(_unreadable(note) for note in notes),
    )


def _profile(person: Person, now: datetime, zone: tzinfo) -> tuple[Fact, ...]:
    """Name and email, the user id, everything else as it came, and when all that was said."""
    facts = []
    for key, value in person.metadata:
        is_email = bool(person.email) and value.strip() == person.email
        term = _term(key) or "(no name)"
        facts.append(Fact(term, value or "(empty)", copy_name="the email address" if is_email else ""))
    if person.user_id:
        facts.append(Fact("User id", person.user_id, copy_name="the user id"))
    if person.identified_at is not None:
        facts.append(Fact("Identified", time=display_day_and_clock(person.identified_at, now, zone)))
    return tuple(sorted(facts, key=lambda fact: _FIRST.get(fact.term, len(_FIRST))))


def _term(key: str) -> str:
    """A key of the metadata as the other terms are written: "Role", "Company size"; one in other words as it came."""
    key = key.strip()
    if not _KEY.fullmatch(key):
        return key
    first, *others = _KEY_WORDS.split(key)
    return " ".join([f"{first[0].upper()}{first[1:]}", *(word if word.isupper() else word.lower() for word in others)])


def _source(touch: Touch | None) -> tuple[Fact, ...]:
    if touch is None:
        return ()
    return tuple(Fact(_TAGS.get(name, name), value) for name, value in (*touch.params, *touch.click_ids))


def _last_source(touch: Touch | None, now: datetime, zone: tzinfo) -> tuple[Fact, ...]:
    if touch is None:
        return ()
    facts = list(_source(touch))
    if touch.page is not None:
        facts.append(Fact("First page", touch.page.label))
    if touch.at is not None:
        facts.append(Fact("When", time=display_day_and_clock(touch.at, now, zone)))
    return tuple(facts)


def _activity(journey: Journey, now: datetime, zone: tzinfo) -> tuple[Fact, ...]:
    """What DataFast says in so many words about visits and pages; the timeline is derived, this is reported."""
    facts = []
    if journey.reported_first_visit_at is not None:
        facts.append(Fact("First visit", time=display_day_and_clock(journey.reported_first_visit_at, now, zone)))
    if journey.reported_last_visit_at is not None:
        facts.append(Fact("Latest visit", time=display_day_and_clock(journey.reported_last_visit_at, now, zone)))
    if journey.current_page is not None:
        facts.append(Fact("Latest page", journey.current_page.url))
    return tuple(facts)


def _unreadable(note: Note) -> str:
    """ "identity.browser: expected an object, got text"."""
    return clean(f"{note.path}: {note.problem}" if note.path else note.problem)
