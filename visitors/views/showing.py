"""A journey's screen for one request: which part of the timeline, in whose time, and what is marked as new."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from django.http import QueryDict
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from visitors import looks, profiles, screens
from visitors.journey import Seen, difference
from visitors.journey.instants import instant
from visitors.models import Website
from visitors.profiles.rendered import rendered
from visitors.screens.timeline import TimelineQuery
from visitors.views import zones
from visitors.views.access import SignedInRequest

Shown = TypeVar("Shown")

# The page is made anew each minute, since it says how long ago things were.
KEPT_SECONDS = 120
# What differs from reader to reader or from second to second is put in for each. The marks hold a control character,
# and text from outside is cleaned of those, so that nobody can send one.
_CSRF = "\x01csrf\x01"
_AGE = "\x01age\x01"


@dataclass(frozen=True, slots=True)
class Page:
    """The journey page: its title, and its body as HTML."""

    title: str
    body: SafeString


def page(
    request: SignedInRequest,
    website: Website,
    profile: profiles.Profile,
    query: TimelineQuery,
    *,
    seen: Seen | None,
) -> tuple[Page, profiles.Profile]:
    """The page of a profile, and the profile that it shows, see `_newest`. Raises UpstreamError.

    The page is kept ready for the next reader of the same state, in the same minute, with the same question: making it
    takes longer than everything else, and grows with the journey. `seen` is what this person saw when they looked last.
    """
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    zone = zones.of(request, website)

    def shown(profile: profiles.Profile) -> tuple[Page, profiles.Profile]:
        def make() -> str:
            made = _screen(request, website, profile, query, marked_after=looks.marked_after(seen) if seen else None)
            since = seen and difference(seen, profile.contents.journey).words(datetime.now(UTC))
            context = {"website": website, "screen": made, "since": since, "csrf_token": _CSRF, "age_mark": _AGE}
            return f"{made.head.name}\n{render_to_string('journey/_parts.html', context)}"

        name = repr((website.slug, website.domain, website.name, zone.key, minute, query, seen))
        text = rendered(website.pk, profile.visitor_id, profile.version, name, seconds=KEPT_SECONDS, make=make)
        title, _, body = text.partition("\n")
        own_age = render_to_string("journey/_age.html", {"age": age(request, website, profile)})
        body = body.replace(_CSRF, get_token(request)).replace(_AGE, own_age)
        return Page(title, mark_safe(body)), profile  # noqa: S308 our own templates' output, escaped there

    return _newest(website, profile, shown)


def screen(
    request: SignedInRequest,
    website: Website,
    profile: profiles.Profile,
    query: TimelineQuery,
    *,
    marked_after: datetime | None,
) -> tuple[screens.JourneyScreen, profiles.Profile]:
    """The screen of a profile, and the profile that it shows, see `_newest`. Raises UpstreamError."""

    def shown(profile: profiles.Profile) -> tuple[screens.JourneyScreen, profiles.Profile]:
        return _screen(request, website, profile, query, marked_after=marked_after), profile

    return _newest(website, profile, shown)


def age(request: SignedInRequest, website: Website, profile: profiles.Profile) -> screens.Age:
    """How old what the page shows is."""
    zone = zones.of(request, website)
    return screens.age(profile.fetched_at, is_fresh=profile.is_fresh, now=datetime.now(UTC), zone=zone)


def query_of_page(request: SignedInRequest) -> TimelineQuery:
    """What of the timeline the page that sends this request shows, by that page's address."""
    address = request.htmx.current_url if request.htmx else request.POST.get("shown", "")
    return TimelineQuery.read(QueryDict(urlsplit(address or "").query))


def marked_after(values: QueryDict) -> datetime | None:
    """After which moment the page marks events as new: it says so in every request, so that the marks stay until the
    page is left, whatever is loaded into it meanwhile. None for no marks."""
    return instant(values.get("seen"))


def _screen(
    request: SignedInRequest,
    website: Website,
    profile: profiles.Profile,
    query: TimelineQuery,
    *,
    marked_after: datetime | None,
) -> screens.JourneyScreen:
    place = [website.slug, profile.visitor_id]
    return screens.journey(
        profile,
        now=datetime.now(UTC),
        zone=zones.of(request, website),
        query=query,
        marked_after=marked_after,
        page_url=reverse("journey", args=place),
        part_url=reverse("timeline", args=place),
        history=profiles.history(website, profile.visitor_id),
    )


def _newest(website: Website, profile: profiles.Profile, show: Callable[[profiles.Profile], Shown]) -> Shown:
    """Show a profile; or the newest one, where that came between learning which it is and reading it."""
    try:
        return show(profile)
    except profiles.Superseded:
        return show(profiles.get(website, profile.visitor_id))
