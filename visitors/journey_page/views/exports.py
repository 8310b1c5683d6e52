"""A journey to take along: a summary for a ticket, and files of everything."""

import csv
import io
from datetime import UTC, datetime

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from visitors import journey, profiles
from visitors.audit import log
from visitors.audit.decorators import audited
from visitors.datafast.errors import UpstreamError
from visitors.models import AuditAction, Website
from visitors.roles import Role
from visitors.web.access import SignedInRequest, visitor_id_or_404, website_or_404
from visitors.web.downloads import BYTE_ORDER_MARK
from visitors.web.time_zones import time_zone_of


@require_safe
@audited
def summary(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """The journey as text for a ticket; with `?format=markdown` for a tool that reads Markdown."""
    site, profile = _kept(request, website, visitor_id, AuditAction.SUMMARY)
    write = journey.markdown if request.GET.get("format") == "markdown" else journey.plain_text
    link = request.build_absolute_uri(reverse("journey", args=[site.slug, profile.visitor_id]))
    zone = time_zone_of(request, site)
    text = write(profile.contents.journey, now=datetime.now(UTC), as_of=profile.fetched_at, zone=zone, link=link)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@audited
def events(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """A CSV file with a row per event, oldest first. For members."""
    site, profile = _kept(request, website, visitor_id, AuditAction.CSV, Role.MEMBER)
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    csv.writer(text).writerows(journey.csv_rows(profile.contents.journey))
    return _file(text.getvalue().encode(), "text/csv; charset=utf-8", f"{site.slug}-{profile.visitor_id}.csv")


@require_safe
@audited
def answer(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """DataFast's answer as it was received; with `?download` as a file. For members."""
    site, profile = _kept(request, website, visitor_id, AuditAction.JSON, Role.MEMBER)
    if "download" in request.GET:
        return _file(profile.answer, "application/json", f"{site.slug}-{profile.visitor_id}.json")
    return HttpResponse(profile.answer, content_type="application/json")


def _kept(
    request: SignedInRequest, slug: str, visitor_id: str, source: AuditAction, least: Role = Role.VIEWER
) -> tuple[Website, profiles.Profile]:
    """The profile as it is kept, with its contents loaded; fetched where nothing is kept. Raises LogUnavailable."""
    website, visitor = website_or_404(request, slug, least), visitor_id_or_404(visitor_id)
    try:
        profile = profiles.newest(website, profiles.get(website, visitor), _read)
    except UpstreamError as error:
        log.record_lookup(request.user, website, visitor, source, error)
        raise Http404("Nothing is kept of this visitor.") from error
    log.record_lookup(request.user, website, visitor, source)
    return website, profile


def _read(profile: profiles.Profile) -> profiles.Profile:
    """The profile, with what it says at hand. Raises Superseded."""
    _ = profile.contents, profile.answer
    return profile


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
