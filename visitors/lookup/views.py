"""The home page: one field for anything that contains a visitor id or names a person, and the visitors that the user
opened last."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from visitors.accounts.middleware import ask_to_sign_in
from visitors.formatting import ANONYMOUS, DisplayTime, display_ago
from visitors.formatting.avatars import avatar_color, initials
from visitors.formatting.text import clean
from visitors.lookup import id_parser, last_seen
from visitors.lookup.checklist import first_steps
from visitors.lookup.hot_leads import find_hot_leads, present_hot_leads
from visitors.lookup.people.search import find_people, to_query
from visitors.lookup.website_hints import find_website
from visitors.models import Alert, AuditAction, KnownPerson, LastSeen, Website
from visitors.profiles import find_stored
from visitors.roles import Role
from visitors.web import time_zones
from visitors.web.access import SignedInRequest, parse_visitor_id, website_or_404
from visitors.web.kept_forms import accepts_old_token
from visitors.web.listed import add_listed
from visitors.web.prefetching import is_prefetch

logger = logging.getLogger(__name__)

# The cookie that DataFast's script sets in a visitor's browser.
VISITOR_COOKIE = "datafast_visitor_id"
LAST_WEBSITE = "last_website"

NOTHING_TO_SEARCH = "No visitor id in this text. To search for a person, type a name or paste one email address."

# Proxies limit the length of an address, and hostile text makes it long.
_MAX_SOURCES, _MAX_SOURCE_LENGTH = 10, 80
_MAX_HINTS = 8


@dataclass(frozen=True, slots=True)
class RecentVisitor:
    """A visitor in the list of those that the user opened last, under the name that was shown then; an anonymous one
    has a nickname.

    `initials` are "" for an anonymous visitor; `color` is the number of the avatar's color.
    """

    visitor_id: UUID
    name: str
    initials: str
    color: int
    website: Website
    looked_at: DisplayTime


@dataclass(frozen=True, slots=True)
class FoundId:
    """A visitor id, hints at its website (slugs and hosts, the best one first), and where it was found ("the text")."""

    visitor_id: UUID
    hints: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An id in the list of several. `recent`: the user opened this visitor before. `is_stored`: some user did, under
    `name` if that is known and in the audit log."""

    visitor_id: UUID
    source: str
    website: Website
    recent: RecentVisitor | None
    name: str
    is_stored: bool

    @property
    def initials(self) -> str:
        """Return the initials of the avatar, "" where the list does not name the visitor."""
        return self.recent.initials if self.recent else initials(self.name)

    @property
    def color(self) -> int:
        """Return the number of the avatar's color."""
        return avatar_color(self.visitor_id)


@accepts_old_token
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Show the form; open the journey of the visitor id in the pasted text.

    Several ids, or one that may belong to something else, are listed for the user to choose, at an address of their own
    (`?id=…&on=…&from=…`). A name, email address or user id leads to the results of a search. Any other text without an
    id comes back in the form with a sentence (422). A user who is signed out goes on from there after the sign-in.
    """
    if request.user.is_authenticated:
        signed_in = cast("SignedInRequest", request)
        return _answer(signed_in) if request.method == "POST" else _show(signed_in)
    page = ""
    if request.method == "POST":
        parsed, found = _parse(request)
        last_hint = request.POST.get("website", "")
        hints = [",".join([*one.hints[: _MAX_HINTS - 1], last_hint]) for one in found]
        page = _address(found, hints, is_certain=parsed.unambiguous is not None) if found else ""
    return ask_to_sign_in(request, page)


def _load_websites(request: SignedInRequest) -> list[Website]:
    """Return the user's websites. The same query counts the alerts that the menu names."""
    unread = Alert.objects.filter(website=OuterRef("pk"), user=request.user, is_read=False).order_by()
    number = unread.values("user").annotate(number=Count("pk")).values("number")
    websites = list(Website.objects.visible_to(request.user).annotate(unread=Subquery(number)))
    request.unread_alerts = sum(vars(website)["unread"] or 0 for website in websites)
    return websites


def _show(request: SignedInRequest) -> HttpResponse:
    """Show the form and the ids in the address, or open the journey of a single one."""
    websites = _load_websites(request)
    default = _default_website(request, websites)
    found = _read_ids(request)
    if default is None or not found:
        return _render_home(request, websites, website=default)
    if len(found) == 1 and not found[0].source:
        return _open(websites, found[0], default)
    chosen = _choose_websites(websites, found, default)
    return _render_home(request, websites, website=default, choices=_list_choices(request, websites, found, chosen))


def _answer(request: SignedInRequest) -> HttpResponse:
    """Respond to what was pasted."""
    parsed, found = _parse(request)
    websites = _load_websites(request)
    slug = request.POST.get("website", "")
    default = next((one for one in websites if one.slug == slug), _default_website(request, websites))
    if default is None or not found:
        text = "" if parsed.has_token else request.POST.get("pasted", "")
        query = to_query(text)
        # What looks like an id that is cut off may be the user id of a person.
        if query and websites and not found and not (parsed.looks_like_id and not _is_known(query, websites)):
            return redirect(f"{reverse('results')}?{urlencode({'q': query})}")
        is_searchable = not (found or parsed.has_token or parsed.looks_like_id) and text.strip()
        problem = NOTHING_TO_SEARCH if is_searchable else parsed.problem
        return _render_home(request, websites, website=default, text=text, problem=problem)
    chosen = _choose_websites(websites, found, default)
    remember_website(request, chosen[0])
    if parsed.remark:
        messages.info(request, parsed.remark)
    if parsed.unambiguous:
        return _open(websites, found[0], default)
    if parsed.is_truncated:
        messages.info(request, f"The text contains more ids. These are the first {len(found)}.")
    return redirect(_address(found, [website.slug for website in chosen]))


def _open(websites: list[Website], one: FoundId, default: Website) -> HttpResponse:
    """Open a visitor's journey: on the website that is named by its slug, or that stored the visitor, or on the only
    one. Else all websites are asked, the likely one first."""
    likely = find_website(websites, one.hints) or default
    named = {website.slug for website in websites} & set(one.hints)
    if not named and len(websites) > 1:
        stored = {pk for pk, _ in find_stored(websites, [one.visitor_id])}
        kept_on = [website for website in (likely, *websites) if website.pk in stored]
        if not kept_on:
            return redirect(f"{reverse('find_visitor', args=[one.visitor_id])}?{urlencode({'first': likely.slug})}")
        likely = kept_on[0]
    return redirect("journey", likely.slug, one.visitor_id)


def remember_website(request: SignedInRequest, website: Website) -> None:
    """Remember the website that the user has used last."""
    if website.slug != request.session.get(LAST_WEBSITE):
        request.session[LAST_WEBSITE] = website.slug


def _is_known(query: str, websites: list[Website]) -> bool:
    """Whether a search finds anyone."""
    return bool(find_people(query, [website.pk for website in websites], 1).people)


def _parse(request: HttpRequest) -> tuple[id_parser.ParsedText, list[FoundId]]:
    parsed = id_parser.parse(request.POST.get("pasted", ""))
    return parsed, [
        FoundId(UUID(candidate.visitor_id), _hints_at_website(request, parsed, candidate), candidate.source)
        for candidate in parsed.candidates
    ]


@require_safe
def current(request: SignedInRequest, slug: str) -> HttpResponse:
    """Redirect to the journey of the visitor in the browser's own DataFast cookie.

    For teams that host the dashboard under their website's domain, where the browser sends that cookie.
    """
    website = website_or_404(request, slug)
    candidate = id_parser.parse(request.COOKIES.get(VISITOR_COOKIE, "")).unambiguous
    if candidate:
        return redirect("journey", website.slug, candidate.visitor_id)
    return render(request, "lookup/no_current_visitor.html", {"website": website, "cookie": VISITOR_COOKIE}, status=404)


def _render_home(
    request: SignedInRequest,
    websites: list[Website],
    *,
    website: Website | None,
    text: str = "",
    problem: str = "",
    choices: Sequence[Choice] = (),
) -> HttpResponse:
    request.manages_websites = any(website.role == Role.ADMIN for website in websites)
    hot_leads = [] if choices else find_hot_leads(websites)
    named = [(person.website_id, person.visitor_id) for person in hot_leads if person.identity]
    if hot_leads and not _record_names(request, named, AuditAction.LIST):
        hot_leads = []
    context = {
        "websites": websites,
        "website": website,
        "text": text,
        "problem": problem,
        "choices": choices,
        "recent": None if choices else _present_recent(request, last_seen.recently_opened_by(request.user, websites)),
        "pinned": [] if choices else _present_recent(request, last_seen.pinned_by(request.user, websites)),
        "hot_leads": present_hot_leads(request, hot_leads, websites),
        "steps": first_steps(sees_websites=bool(websites)) if request.user.is_superuser and not choices else [],
        "has_visitor_cookie": VISITOR_COOKIE in request.COOKIES,
    }
    return render(request, "lookup/home.html", context, status=422 if problem else 200)


def _present_recent(request: SignedInRequest, rows: Iterable[LastSeen]) -> list[RecentVisitor]:
    now, rows = datetime.now(UTC), list(rows)
    nicknames = _find_nicknames(rows)
    return [
        RecentVisitor(
            row.visitor_id,
            row.label or nicknames.get((row.website_id, row.visitor_id)) or ANONYMOUS,
            initials(row.label),
            avatar_color(row.visitor_id),
            row.website,
            display_ago(row.looked_at, now, time_zones.time_zone_of(request, row.website)),
        )
        for row in rows
    ]


def _find_nicknames(rows: Iterable[LastSeen]) -> dict[tuple[int, UUID], str]:
    """Return the nicknames of the anonymous visitors ("Osaka · Android"), by website and id. At most one query."""
    anonymous = [row for row in rows if not row.label]
    if not anonymous:
        return {}
    found = KnownPerson.objects.filter(
        website__in={row.website_id for row in anonymous}, visitor_id__in={row.visitor_id for row in anonymous}
    )
    known = found.only("website_id", "visitor_id", "place", "system", "device")
    return {(person.website_id, person.visitor_id): person.nickname for person in known}


def _list_choices(
    request: SignedInRequest, websites: list[Website], found: list[FoundId], chosen: list[Website]
) -> list[Choice]:
    ids = [one.visitor_id for one in found]
    opened = _present_recent(request, last_seen.opened_by(request.user, websites).filter(visitor_id__in=ids))
    known = {(one.website.pk, one.visitor_id): one for one in opened}
    stored = find_stored(websites, ids)
    keys = [(website.pk, one.visitor_id) for one, website in zip(found, chosen, strict=True)]
    by_colleagues = last_seen.find_names(request.user, websites, ids)
    names = {key: by_colleagues[key] for key in keys if key in by_colleagues and key not in known}
    if not _record_names(request, names, AuditAction.CHOICE):
        names = {}
    return [
        Choice(one.visitor_id, one.source, website, known.get(key), names.get(key, ""), key in stored)
        for key, one, website in zip(keys, found, chosen, strict=True)
    ]


def _record_names(request: SignedInRequest, names: Iterable[tuple[int, UUID]], action: AuditAction) -> bool:
    """Record that the user sees these visitors' names. Return False where they must not be shown: where that cannot be
    recorded, and where the user may never look at the list."""
    if request.method != "GET" or is_prefetch(request):
        return False
    try:
        add_listed(request.user, names, action)
    except DatabaseError:
        logger.warning("Names in a list are not shown, since the audit log cannot be written.")
        return False
    return True


def _address(found: list[FoundId], websites: list[str], *, is_certain: bool = False) -> str:
    """Return the address of a choice between ids. `websites` has a slug, or hints with commas, for each of them."""
    query: list[tuple[str, str]] = []
    for one, website in zip(found, websites, strict=True):
        query += [("id", str(one.visitor_id)), ("on", website)]
        if not is_certain:
            query.append(("from", one.source[:_MAX_SOURCE_LENGTH] if len(found) <= _MAX_SOURCES else "the text"))
    return f"{reverse('look_up')}?{urlencode(query)}"


def _read_ids(request: SignedInRequest) -> list[FoundId]:
    """Return the ids in the address of a choice. Anything else is left out."""
    found: dict[UUID, FoundId] = {}
    columns = (request.GET.getlist(name)[: id_parser.MAX_CANDIDATES] for name in ("id", "on", "from"))
    for text, on, source in zip_longest(*columns, fillvalue=""):
        if visitor_id := parse_visitor_id(text):
            found.setdefault(visitor_id, FoundId(visitor_id, tuple(on.split(",")), clean(source)))
    return list(found.values())


def _default_website(request: SignedInRequest, websites: list[Website]) -> Website | None:
    """Return the website used last, or else the first one; None for a user without websites."""
    last_slug = request.session.get(LAST_WEBSITE)
    return next((website for website in websites if website.slug == last_slug), websites[0] if websites else None)


def _hints_at_website(
    request: HttpRequest, parsed: id_parser.ParsedText, candidate: id_parser.Candidate
) -> tuple[str, ...]:
    """Return slugs and hosts of an id's website, the best hint first.

    One website is preselected in the form, which repeats its slug as `offered`. Leaving that selection as it is does
    not count as a choice. Our own host says nothing about the website.
    """
    slug = request.POST.get("website", "")
    selected = slug if slug != request.POST.get("offered", "") else ""
    own_host = request.get_host().partition(":")[0]
    hosts = (host for host in (*candidate.hosts, *parsed.hosts) if host != own_host)
    return tuple(dict.fromkeys(hint for hint in (selected, candidate.slug, *hosts) if hint))


def _choose_websites(websites: list[Website], found: list[FoundId], default: Website) -> list[Website]:
    """Return the website of each id: the one that its hints name, or else one that stored it, or else the default."""
    hinted = [find_website(websites, one.hints) for one in found]
    unknown = [one.visitor_id for one, website in zip(found, hinted, strict=True) if website is None]
    stored = find_stored(websites, unknown) if unknown else set()

    def storing(visitor_id: UUID) -> Website:
        return next((one for one in (default, *websites) if (one.pk, visitor_id) in stored), default)

    return [website or storing(one.visitor_id) for one, website in zip(found, hinted, strict=True)]
