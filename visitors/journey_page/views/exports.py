"""Exports of a journey: a summary for a ticket, and files of everything."""

import csv
import io
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from dashboard.addresses import absolute_url
from visitors import journey, profiles
from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.datafast.errors import UpstreamError
from visitors.formatting import format_utc
from visitors.journey_page.timeline import TimelineQuery
from visitors.models import AuditAction, Note, VisitorContext, Website
from visitors.roles import Role
from visitors.team import memory
from visitors.web.access import SignedInRequest, visitor_id_or_404, website_or_404, with_visitor
from visitors.web.preferences import get_preferences
from visitors.web.time_zones import time_zone_of

Choice = TypeVar("Choice", bound=StrEnum)


@require_GET
@refuse_if_not_audited
@with_visitor
def summary(request: SignedInRequest, context: VisitorContext) -> HttpResponse:
    """The journey as text for a ticket.

    `content` ("short", "full", "billing") and `format` ("text", "markdown", "html") default to the user's preferences.
    HTML is sent as text: it is for the clipboard. `at` is the time of the ticket, as in the address of the journey
    page; the summary links there. The log's entry of the page covers a `preview`.
    """
    website = context.website
    is_preview = "preview" in request.GET
    if is_preview:
        log.record_fragment(request.user, context)
    profile = _load_profile(request, website, context.visitor_id, None if is_preview else AuditAction.SUMMARY)
    preferred = get_preferences(request)
    zone = time_zone_of(request, website)
    query = TimelineQuery(at=TimelineQuery.read(request.GET, datetime.now(zone)).at).in_zone(zone)
    page_url = reverse("journey", args=[website.slug, profile.visitor_id])
    text = journey.summary_text(
        profile.contents.journey,
        now=datetime.now(UTC),
        as_of=profile.fetched_at,
        zone=zone,
        link=absolute_url(f"{page_url}{query.address().removesuffix('?')}"),
        ticket_at=query.at,
        content=_choice(journey.Content, request.GET.get("content"), preferred["summary_content"]),
        form=_choice(journey.Form, request.GET.get("format"), preferred["summary_format"]),
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_GET
@refuse_if_not_audited
def events(request: SignedInRequest, slug: str, visitor_id: str) -> HttpResponse:
    """A CSV file with a row per event, oldest first, and then one per note of the team. For members."""
    website = website_or_404(request, slug, Role.MEMBER)
    profile = _load_profile(request, website, visitor_id_or_404(visitor_id), AuditAction.CSV)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows(journey.csv_rows(profile.contents.journey))
    writer.writerows(_note_row(note) for note in reversed(memory.load_notes(website, profile.visitor_id)))
    # Spreadsheets read a CSV file as UTF-8 only with a byte order mark.
    body = text.getvalue().encode("utf-8-sig")
    return _file(body, "text/csv; charset=utf-8", f"{website.slug}-{profile.visitor_id}.csv")


def _note_row(note: Note) -> list[str]:
    """Return the row of a note: its time, author and text in the columns of events."""
    cells = dict.fromkeys(journey.CSV_HEADER, "") | {
        "time_utc": format_utc(note.written_at),
        "kind": "note",
        "name": note.author_name,
        "description": note.text,
    }
    return [journey.escape_formula(cell) for cell in cells.values()]


@require_GET
@refuse_if_not_audited
def answer(request: SignedInRequest, slug: str, visitor_id: str) -> HttpResponse:
    """DataFast's answer as it was received, with masked secrets; with `?download` as a file. For members."""
    website = website_or_404(request, slug, Role.MEMBER)
    profile = _load_profile(request, website, visitor_id_or_404(visitor_id), AuditAction.JSON)
    try:
        body = journey.mask_answer(profiles.load_answer(website, profile.visitor_id))
    except profiles.VisitorErased as error:
        raise Http404("Nothing is stored about this visitor.") from error
    if "download" in request.GET:
        return _file(body, "application/json", f"{website.slug}-{profile.visitor_id}.json")
    return HttpResponse(body, content_type="application/json")


def _load_profile(
    request: SignedInRequest, website: Website, visitor_id: UUID, action: AuditAction | None
) -> profiles.Profile:
    """Return the stored profile, fetched where none is stored; write the action to the audit log.

    Raises Http404 and LogUnavailable.
    """
    try:
        profile = profiles.get_profile(website, visitor_id)
    except profiles.StoreUnavailable as error:
        raise OperationalError(str(error)) from error  # a 503
    except UpstreamError as error:
        log.record_lookup(request.user, website, visitor_id, action or AuditAction.PAGE, error)
        raise Http404("Nothing is stored about this visitor.") from error
    if action:
        log.record_lookup(request.user, website, visitor_id, action)
    return profile


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _choice(choices: type[Choice], asked: str | None, preferred: str) -> Choice:
    """Return what was asked for; what the user prefers where that is no choice."""
    return choices(asked if asked in set(choices) else preferred)
