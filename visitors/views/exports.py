"""A journey to take along: a summary for a ticket, and files of everything."""

import csv
import io
from datetime import UTC, datetime

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from visitors import journey, look_ups, profiles
from visitors.datafast.errors import UpstreamError
from visitors.models import LookUpSource, Website
from visitors.roles import Role
from visitors.views import zones
from visitors.views.access import SignedInRequest, visitor_id_or_404, website_or_404
from visitors.views.record import on_record

# Spreadsheets take a file for UTF-8 only when it says so.
BYTE_ORDER_MARK = "\ufeff"


@require_safe
@on_record
def summary(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """The journey as text for a ticket; with `?format=markdown` for a tool that reads Markdown."""
    site, profile = _kept(request, website, visitor_id, LookUpSource.SUMMARY)
    write = journey.markdown if request.GET.get("format") == "markdown" else journey.plain_text
    link = request.build_absolute_uri(reverse("journey", args=[site.slug, profile.visitor_id]))
    zone = zones.of(request, site)
    text = write(profile.contents.journey, now=datetime.now(UTC), as_of=profile.fetched_at, zone=zone, link=link)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@on_record
def events(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """A CSV file with a row per event, oldest first. For members."""
    site, profile = _kept(request, website, visitor_id, LookUpSource.CSV, Role.MEMBER)
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    csv.writer(text).writerows(journey.csv_rows(profile.contents.journey))
    return _file(text.getvalue().encode(), "text/csv; charset=utf-8", f"{site.slug}-{profile.visitor_id}.csv")


@require_safe
@on_record
def answer(request: SignedInRequest, website: str, visitor_id: str) -> HttpResponse:
    """DataFast's answer as it was received; with `?download` as a file. For members."""
    site, profile = _kept(request, website, visitor_id, LookUpSource.JSON, Role.MEMBER)
    if "download" in request.GET:
        return _file(profile.answer, "application/json", f"{site.slug}-{profile.visitor_id}.json")
    return HttpResponse(profile.answer, content_type="application/json")


def _kept(
    request: SignedInRequest, slug: str, visitor_id: str, source: LookUpSource, least: Role = Role.VIEWER
) -> tuple[Website, profiles.Profile]:
    """The profile as it is kept, with its contents loaded; fetched where nothing is kept. Raises NotWritten."""
    website, visitor = website_or_404(request, slug, least), visitor_id_or_404(visitor_id)
    try:
        profile = profiles.newest(website, profiles.get(website, visitor), _read)
    except UpstreamError as error:
        look_ups.note(request.user, website, visitor, source, error)
        raise Http404("Nothing is kept of this visitor.") from error
    look_ups.note(request.user, website, visitor, source)
    return website, profile


def _read(profile: profiles.Profile) -> profiles.Profile:
    """The profile, with what it says at hand. Raises Superseded."""
    _ = profile.contents, profile.answer
    return profile


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
