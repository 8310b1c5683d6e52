"""The home page: one field for anything that contains a visitor id, and the visitors that the user opened last."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from visitors.formatting import ANONYMOUS, DisplayTime, display_time, format_ago
from visitors.lookup import id_parser, last_seen
from visitors.models import Website
from visitors.web import time_zones
from visitors.web.access import SignedInRequest, website_or_404

# The cookie that DataFast's script sets in a visitor's browser.
VISITOR_COOKIE = "datafast_visitor_id"
LAST_WEBSITE = "last_website"


@dataclass(frozen=True, slots=True)
class RecentVisitor:
    """A visitor in the list of those that the user opened last, under the name that was shown then."""

    visitor_id: UUID
    name: str
    website: Website
    looked_at: DisplayTime


@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: SignedInRequest) -> HttpResponse:
    """Show the form; open the journey of the visitor id in the pasted text.

    Several ids, or one that may belong to something else, are listed for the user to choose. Without an id, the form
    comes back with the text and a sentence (422).
    """
    websites = list(Website.objects.visible_to(request.user))
    if request.method != "POST":
        return _render_home(request, websites, website=_default_website(request, websites))
    text = request.POST.get("pasted", "")
    parsed = id_parser.parse(text)
    website = _choose_website(request, websites, parsed.hosts)
    if website and website.slug != request.session.get(LAST_WEBSITE):
        request.session[LAST_WEBSITE] = website.slug
    if website and parsed.unambiguous:
        if parsed.remark:
            messages.info(request, parsed.remark)
        return redirect("journey", website.slug, parsed.unambiguous.visitor_id)
    return _render_home(request, websites, website=website, text=text, parsed=parsed)


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
    parsed: id_parser.ParsedText | None = None,
) -> HttpResponse:
    candidates = parsed.candidates if parsed else ()
    context = {
        "websites": websites,
        "website": website,
        "text": text,
        "problem": parsed.problem if parsed else "",
        "candidates": candidates,
        "is_truncated": parsed is not None and parsed.is_truncated,
        "remark": parsed.remark if parsed else "",
        "recent": None if candidates else _list_recent(request, websites),
        "has_visitor_cookie": VISITOR_COOKIE in request.COOKIES,
    }
    return render(request, "lookup/home.html", context, status=422 if context["problem"] else 200)


def _list_recent(request: SignedInRequest, websites: list[Website]) -> list[RecentVisitor]:
    now = datetime.now(UTC)
    return [
        RecentVisitor(
            row.visitor_id,
            row.label or ANONYMOUS,
            row.website,
            display_time(row.looked_at, time_zones.time_zone_of(request, row.website), format_ago(row.looked_at, now)),
        )
        for row in last_seen.list_recent(request.user, websites)
    ]


def _default_website(request: SignedInRequest, websites: list[Website]) -> Website | None:
    """Return the website used last, or else the first one; None for a user without websites."""
    last_slug = request.session.get(LAST_WEBSITE)
    return next((website for website in websites if website.slug == last_slug), websites[0] if websites else None)


def _choose_website(request: SignedInRequest, websites: list[Website], hosts: tuple[str, ...]) -> Website | None:
    """Return the website that the user selected, or else one that the text links to, or else the one used last.

    One website is preselected in the form, which repeats its slug as `offered`. Leaving that selection as it is does
    not count as a choice: a link to a page of another website is a better hint.
    """
    slug, offered = request.POST.get("website", ""), request.POST.get("offered", "")
    selected = next((website for website in websites if slug == website.slug), None)
    if selected and slug != offered:
        return selected
    linked = next((website for website in websites if _is_linked(website, hosts)), None)
    return linked or selected or _default_website(request, websites)


def _is_linked(website: Website, hosts: tuple[str, ...]) -> bool:
    return any(host == website.domain or host.endswith(f".{website.domain}") for host in hosts)
