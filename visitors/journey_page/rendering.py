"""A journey's screen for one request: which part of the timeline, in whose time, and what is marked as new."""

from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.messages import get_messages
from django.http import HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django_htmx.http import HttpResponseClientRedirect

from visitors import profiles
from visitors.datafast.errors import UpstreamError
from visitors.journey import Seen, difference
from visitors.journey_page import presenters
from visitors.journey_page.marks import filled, mark
from visitors.journey_page.timeline import TimelineQuery
from visitors.lookup import last_seen
from visitors.models import VisitorContext, Website
from visitors.profiles.rendered import rendered
from visitors.web.access import SignedInRequest
from visitors.web.addresses import NOBODY, address
from visitors.web.time_zones import TimeZoneMenu, time_zone_menu, time_zone_of

# The page is made anew each minute, since it says how long ago things were.
KEPT_SECONDS = 120
# What a template without a request knows of the forms' token, under the names that it has in one with a request.
_FORM_TOKEN = {
    "csrf_token": mark("csrf"),
    "csrf_input": format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', mark("csrf")),
}


def page(
    request: SignedInRequest,
    opened: VisitorContext,
    profile: profiles.Profile,
    query: TimelineQuery,
    *,
    seen: Seen | None,
) -> bytes:
    """The journey page of a profile as HTML, encoded. Raises UpstreamError. `seen` is what this person saw last.

    Making a page takes longer than everything else and grows with the journey. So what all readers of one state see
    alike, asking the same in the same minute, is kept ready for the next one; and what stands around all journeys that
    one person reads on a website, for the next journey.
    """

    website = opened.website

    def shown(profile: profiles.Profile) -> bytes:
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        menu, own_age = time_zone_menu(request, website), age(request, website, profile)
        # The zone beside its menu, in which two may have the same words. The question by its text: to Python, the two
        # times of a clock that is set back are equal.
        zone = time_zone_of(request, website).key
        depends_on = (website.slug, website.domain, website.name, website.role, menu, zone, minute, repr(query), seen)

        def article() -> bytes:
            made = _screen(request, website, profile, query, seen)
            context = {
                "website": website,
                "screen": made,
                "since": since(seen, profile),
                "seen": seen and last_seen.encode_seen(seen),
                **_FORM_TOKEN,
                "age_mark": mark("age"),
                "renew_mark": mark("renew"),
                "colleagues_mark": mark("colleagues"),
            }
            return f"{escape(made.head.name)}\n{render_to_string('journey_page/_article.html', context)}".encode()

        text = rendered(website.pk, profile.visitor_id, profile.version, depends_on, seconds=KEPT_SECONDS, make=article)
        title, _, body = text.partition(b"\n")
        user = request.user
        reader = _Reader(user.get_username(), is_superuser=user.is_superuser)
        frame = _frame(reader, _Site(website.slug, website.domain, website.role), menu)
        renewing = {"website": website, "profile": profile}
        csrf = get_token(request)
        own_article = filled(
            body,
            csrf=csrf,
            age=_age_html(own_age),
            renew=render_to_string("journey_page/_renew.html", renewing) if own_age.is_old else "",
            colleagues=_colleagues(request, opened),
        )
        return filled(
            frame.replace(NOBODY.encode(), str(profile.visitor_id).encode()),
            csrf=csrf,
            title=title,
            notices=_notices(request, own_age),
            article=own_article,
        )

    return profiles.newest(website, profile, shown)


class _Reader(NamedTuple):
    """What the frame shows of a person, under the names that it has for users."""

    name: str
    is_superuser: bool
    is_authenticated: bool = True

    def get_username(self) -> str:
        """The name."""
        return self.name


class _Site(NamedTuple):
    """What the frame shows of a website."""

    slug: str
    domain: str
    role: str


@lru_cache(maxsize=500)
def _frame(reader: _Reader, website: _Site, menu: TimeZoneMenu) -> bytes:
    """The page around the journeys of one website, with marks in the places of what is a journey's own."""
    context = {
        "user": reader,
        "website": website,
        "zones": menu,
        "profile": {"visitor_id": NOBODY},
        "title": mark("title"),
        "article": mark("article"),
        "notices": mark("notices"),
        **_FORM_TOKEN,
    }
    return render_to_string("journey_page/page.html", context).encode()


def _age_html(own_age: presenters.Age) -> bytes:
    """How old what the page shows is, as it stands beside its button."""
    moment = own_age.as_of
    return filled(
        _age_frame(is_old=own_age.is_old),
        as_of=escape(moment.text),
        exact=escape(moment.title),
        iso=escape(moment.iso),
        words=escape(own_age.words),
        seconds=str(own_age.seconds),
    )


@lru_cache(maxsize=2)
def _age_frame(*, is_old: bool) -> bytes:
    as_of = {"text": mark("as_of"), "title": mark("exact"), "iso": mark("iso")}
    age = {"as_of": as_of, "words": mark("words"), "seconds": mark("seconds"), "is_old": is_old}
    return render_to_string("journey_page/_age.html", {"age": age}).encode()


def _notices(request: SignedInRequest, own_age: presenters.Age) -> str:
    """What is said above the journey; mostly nothing."""
    if not (own_age.is_old or get_messages(request)):
        return ""
    return render_to_string("journey_page/_notices.html", {"age": own_age}, request)


def _colleagues(request: SignedInRequest, opened: VisitorContext) -> str:
    """Which colleagues have looked at this visitor, as HTML; "" for none."""
    if opened.colleagues is None:
        return ""
    number, latest, at = opened.colleagues
    words = presenters.colleagues(number, latest, at, now=datetime.now(UTC), zone=time_zone_of(request, opened.website))
    return f'<p class="looked" id="colleagues">{words}.</p>'


def screen(
    request: SignedInRequest,
    website: Website,
    profile: profiles.Profile,
    query: TimelineQuery,
    seen: Seen | None,
) -> tuple[presenters.JourneyPage, profiles.Profile]:
    """The screen of a profile, and the profile that it shows: perhaps a newer one. Raises UpstreamError."""

    def shown(profile: profiles.Profile) -> tuple[presenters.JourneyPage, profiles.Profile]:
        return _screen(request, website, profile, query, seen), profile

    return profiles.newest(website, profile, shown)


def age(request: SignedInRequest, website: Website, profile: profiles.Profile) -> presenters.Age:
    """How old what the page shows is."""
    zone = time_zone_of(request, website)
    return presenters.age(profile.fetched_at, is_fresh=profile.is_fresh, now=datetime.now(UTC), zone=zone)


def query_of_page(request: SignedInRequest) -> TimelineQuery:
    """What of the timeline the page that sends this request shows, by that page's address."""
    address = request.htmx.current_url if request.htmx else request.POST.get("shown", "")
    return TimelineQuery.read(QueryDict(urlsplit(address or "").query))


def seen_before(values: QueryDict) -> Seen | None:
    """What the reader had seen when the page was opened: it says so in every request, so that what is new stays marked
    until the page is left, whatever is loaded into it meanwhile. None where nothing is."""
    return last_seen.decode_seen(values.get("seen", ""))


def since(seen: Seen | None, profile: profiles.Profile) -> str:
    """What has come since: "2 visits and 1 payment since you looked 3 days ago"; "" for nothing. Raises Superseded."""
    return difference(seen, profile.contents.journey).words(datetime.now(UTC)) if seen else ""


def _screen(
    request: SignedInRequest,
    website: Website,
    profile: profiles.Profile,
    query: TimelineQuery,
    seen: Seen | None,
) -> presenters.JourneyPage:
    return presenters.journey(
        profile,
        now=datetime.now(UTC),
        zone=time_zone_of(request, website),
        query=query,
        marked_after=last_seen.marked_after(seen),
        page_url=address("journey", website.slug, profile.visitor_id),
        part_url=address("timeline", website.slug, profile.visitor_id),
        # What has just come for the first time is all that there is.
        history=() if profile.is_first else profiles.history(website, profile.visitor_id),
    )


def led_away(request: SignedInRequest, website: Website, visitor_id: UUID, error: UpstreamError) -> HttpResponse:
    """Lead away from a page that stands open and has nothing to show any more: to itself anew, which says what is wrong
    better than a part of it; where the visitor was forgotten meanwhile, that would bring them back."""
    address = reverse("journey", args=[website.slug, visitor_id])
    if isinstance(error, profiles.VisitorErased):
        messages.info(request, str(error))
        address = reverse("look_up")
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
