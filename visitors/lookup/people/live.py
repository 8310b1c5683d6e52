"""Find people among those who are on the site now: also those whom no user has looked up before."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from visitors import profiles
from visitors.datafast.payload import MapProfile, MapVisitor
from visitors.formatting.avatars import avatar_color
from visitors.formatting.folding import fold
from visitors.journey import read_value
from visitors.lookup.people.search import is_exactly, split_query
from visitors.models import Website
from visitors.web.access import parse_visitor_id


@dataclass(frozen=True, slots=True)
class LiveIdentity:
    """What DataFast says about who a live visitor is, "" for what it does not."""

    name: str = ""
    email: str = ""
    user_id: str = ""

    @property
    def label(self) -> str:
        """The name, else the email address, else the user id."""
        return self.name or self.email or self.user_id


@dataclass(frozen=True, slots=True)
class LiveMatch:
    """A live visitor who was found, and the website."""

    website: Website
    visitor_id: UUID
    identity: LiveIdentity

    @property
    def color(self) -> int:
        """Return the number of the avatar's color."""
        return avatar_color(self.visitor_id)

    @property
    def facts(self) -> list[str]:
        """Return what else is known, and the domain of the website."""
        facts = (self.identity.email, self.identity.user_id, self.website.domain)
        return [fact for fact in facts if fact and fact != self.identity.label]


def read_identity(visitor: MapVisitor) -> LiveIdentity:
    """Return who a live visitor is. A name that DataFast made up, or may have made up, is none."""
    profile = visitor.profile_data or MapProfile()
    real_name = read_value(profile.display_name) if profile.is_random_name is False else ""
    user_id = "" if profile.user_id is None else read_value(str(profile.user_id))
    return LiveIdentity(real_name or read_value(visitor.customer_name), read_value(visitor.customer_email), user_id)


def find_stored_live(website: Website, *, email: str, user_id: str) -> list[LiveMatch]:
    """Return who has exactly this email address or user id in the stored list of a website. Makes no call."""
    realtime_map = profiles.get_stored_live_visitors(website).realtime_map
    found = []
    for visitor in (realtime_map.visitors if realtime_map else None) or ():
        identity, visitor_id = read_identity(visitor), parse_visitor_id(visitor.visitor_id or "")
        pairs = ((email, identity.email), (user_id, identity.user_id))
        if visitor_id and any(wanted and is_exactly(wanted, known) for wanted, known in pairs):
            found.append(LiveMatch(website, visitor_id, identity))
    return found


def find_live(query: str, websites: Sequence[Website], limit: int) -> tuple[list[LiveMatch], list[Website]]:
    """Return at most `limit` visitors who are on one of the websites now, and in whom all words are found.

    With them, return the websites that were searched: of the others it is not known who is on them, or there are too
    many to ask for all of them.
    """
    words = split_query(query)
    found: list[LiveMatch] = []
    searched: list[Website] = []
    lists = profiles.get_live_lists(websites)
    for website in websites:
        realtime_map = lists[website.pk].realtime_map if website.pk in lists else None
        if realtime_map is None:
            continue
        searched.append(website)
        for visitor in realtime_map.visitors or ():
            identity, visitor_id = read_identity(visitor), parse_visitor_id(visitor.visitor_id or "")
            text = fold(f"{identity.name} {identity.email} {identity.user_id}")
            if visitor_id and all(word in text for word in words):
                found.append(LiveMatch(website, visitor_id, identity))
    return found[:limit], searched
