"""The look-up page: one field that takes whatever an agent pastes, and leads to the journey."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from visitors.lookup import id_parser, last_seen, presenters
from visitors.models import Website
from visitors.roles import Role
from visitors.web.access import SignedInRequest, website_or_404, websites_of
from visitors.web.time_zones import time_zone_of

# The cookie that DataFast's script sets in a visitor's browser.
VISITOR_COOKIE = "datafast_visitor_id"
LAST_WEBSITE = "last_website"


@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: SignedInRequest) -> HttpResponse:
    """Show the field; take what was pasted there.

    One visitor id: on to the journey. Several, or one that may be something else's: a choice. None: a sentence, with
    the text still in the field.
    """
    websites = list(websites_of(request))
    if request.method != "POST":
        return _page(request, websites, website=_preferred(request, websites))
    text = request.POST.get("pasted", "")
    found = id_parser.read(text)
    website = _chosen(request, websites, found)
    if website is None:
        return _page(request, websites, text=text, found=found)
    if website.slug != request.session.get(LAST_WEBSITE):
        request.session[LAST_WEBSITE] = website.slug
    if found.obvious:
        if found.remark:
            messages.info(request, found.remark)
        return redirect("journey", website.slug, found.obvious.visitor_id)
    return _page(request, websites, website=website, text=text, found=found)


@require_safe
def current(request: SignedInRequest, website: str) -> HttpResponse:
    """Lead to the journey of the visitor in the browser's own cookie.

    For teams that host the dashboard under their own domain, where the browser sends the cookie along.
    """
    site = website_or_404(request, website)
    found = id_parser.read(request.COOKIES.get(VISITOR_COOKIE, ""))
    if found.obvious:
        return redirect("journey", site.slug, found.obvious.visitor_id)
    return render(request, "lookup/no_current_visitor.html", {"website": site, "cookie": VISITOR_COOKIE}, status=404)


def _page(
    request: SignedInRequest,
    websites: list[Website],
    *,
    website: Website | None = None,
    text: str = "",
    found: id_parser.Pasted | None = None,
) -> HttpResponse:
    context = {
        "websites": websites,
        "website": website,
        "manages": any(one.role == Role.ADMIN for one in websites),
        "text": text,
        "found": found,
        "recent": None if found and found.candidates else _recent(request, websites),
        "has_visitor_cookie": VISITOR_COOKIE in request.COOKIES,
    }
    # A page that refuses says so in its status too; a choice is no refusal.
    refused = found is not None and not found.candidates
    return render(request, "lookup/home.html", context, status=422 if refused else 200)


def _recent(request: SignedInRequest, websites: list[Website]) -> list[presenters.Recent]:
    """At whom this person looked lately, newest first."""
    now = datetime.now(UTC)
    return [
        presenters.recent(
            look.visitor_id,
            look.label,
            look.website.slug,
            look.website.domain,
            at=look.looked_at,
            now=now,
            zone=time_zone_of(request, look.website),
        )
        for look in last_seen.recent(request.user, websites)
    ]


def _preferred(request: SignedInRequest, websites: list[Website]) -> Website | None:
    """The website used last, or the only one."""
    by_slug = {website.slug: website for website in websites}
    last = by_slug.get(request.session.get(LAST_WEBSITE, ""))
    return last or (websites[0] if websites else None)


def _chosen(request: SignedInRequest, websites: list[Website], found: id_parser.Pasted) -> Website | None:
    """The website to look on: the one that the person chose, else the one that the text names, else the one used last.

    The form comes with a website chosen already, whose slug it repeats as `offered`: keeping that one is no choice, and
    a link to another website's page says more.
    """
    slug, offered = request.POST.get("website", ""), request.POST.get("offered", "")
    chosen = next((website for website in websites if slug == website.slug), None)
    if chosen and slug != offered:
        return chosen
    named = next((website for website in websites if _is_named(website, found)), None)
    return named or chosen or _preferred(request, websites)


def _is_named(website: Website, found: id_parser.Pasted) -> bool:
    return any(host == website.domain or host.endswith(f".{website.domain}") for host in found.hosts)
