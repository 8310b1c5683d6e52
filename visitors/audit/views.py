"""The audit log of a website, and the page on which a visitor is erased. Both are for its admins only.

Reading the log adds no entry to it.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from visitors.audit import erasure
from visitors.audit.search import Search
from visitors.formatting import DisplayTime, display_day_and_clock, display_time, format_ago
from visitors.journey import escape_formula
from visitors.lookup.last_seen import opened_by
from visitors.models import AuditAction, AuditEntry, AuditResult, AuditSource, Membership, Website
from visitors.web.access import SignedInRequest, managed_website_or_404, visitor_id_or_404
from visitors.web.time_zones import time_zone_of

CSV_HEADER = ("time_utc", "person", "visitor_id", "from", "result", "through")
CSV_CHUNK_CHARACTERS = 32_000


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of the log as the page shows it. `visitor_id` is "" for an erased visitor, and for a search; `source`
    is "" for the browser."""

    at: DisplayTime
    person: str
    visitor_id: str
    is_search: bool
    action: str
    source: str
    result: str
    is_success: bool


@require_safe
def show_log(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show a page of the log, newest first, in the website's time zone."""
    website = managed_website_or_404(request, slug)
    search = Search.from_query(request.GET)
    if not search.problems and request.GET.get("visitor", "") != search.visitor:
        # Pasted text was reduced to the visitor id in it; the rest of it does not belong in a URL.
        return redirect(f"{reverse('audit_log', args=[website.slug])}{search.query_string()}")
    zone, now = ZoneInfo(website.time_zone), datetime.now(UTC)
    entries, next_page = search.load_page(website, zone)
    members = Membership.objects.filter(website=website).order_by("user__username")
    context = {
        "website": website,
        "search": search,
        "problems": search.problems,
        "rows": [_row(entry, now, zone) for entry in entries],
        "next_page": next_page,
        "actions": AuditAction.choices,
        "sources": AuditSource.choices,
        "people": members.values_list("user__username", flat=True),
        "can_open_journeys": Website.objects.visible_to(request.user).filter(pk=website.pk).exists(),
        "zone_name": website.zone_name,
    }
    return render(request, "audit/log.html", context, status=422 if search.problems else 200)


@require_safe
def export_log(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Return all entries of a search as a CSV file."""
    website = managed_website_or_404(request, slug)
    entries = Search.from_query(request.GET).first_page().iterate(website, ZoneInfo(website.time_zone))
    return StreamingHttpResponse(
        _write_csv(entries),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{website.slug}-audit-log.csv"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: SignedInRequest, slug: str, visitor_id: str) -> HttpResponse:
    """Show what is stored about a visitor; erase it when the user has typed the end of the id. Never calls DataFast."""
    website, visitor = managed_website_or_404(request, slug), visitor_id_or_404(visitor_id)
    end_of_id = str(visitor).rpartition("-")[2]
    typed = request.POST.get("typed", "").strip()
    if request.method == "POST" and typed.lower() == end_of_id:
        erasure.erase(website, visitor, by=request.user)
        messages.success(
            request,
            f"Erased. Journeydesk no longer stores anything about this visitor of {website.domain}.",
        )
        return redirect("look_up")
    stored = erasure.find_traces(website, visitor)
    zone, now = time_zone_of(request, website), datetime.now(UTC)
    visible = Website.objects.visible_to(request.user).filter(pk=website.pk)
    context = {
        "website": website,
        "visitor_id": visitor,
        # Only where the user has opened the journey, which is in the audit log already, and still may.
        "name": opened_by(request.user, visible).filter(visitor_id=visitor).values_list("label", flat=True).first(),
        "stored": stored,
        "fetched_at": stored.fetched_at and display_time(stored.fetched_at, zone, format_ago(stored.fetched_at, now)),
        "end_of_id": end_of_id,
        "typed": typed,
        "can_open_journeys": visible.exists(),
        "is_refused": request.method == "POST",
    }
    return render(request, "audit/erase.html", context, status=422 if request.method == "POST" else 200)


def _row(entry: AuditEntry, now: datetime, zone: ZoneInfo) -> Row:
    return Row(
        at=display_day_and_clock(entry.at, now, zone),
        person=entry.user_name,
        visitor_id=str(entry.visitor_id or ""),
        is_search=entry.action == AuditAction.SEARCH,
        action=entry.get_action_display(),
        source="" if entry.source == AuditSource.WEB else entry.get_source_display(),
        result=entry.get_result_display(),
        is_success=entry.result in (AuditResult.SHOWN, AuditResult.DONE),
    )


def _write_csv(entries: Iterator[AuditEntry]) -> Iterator[str]:
    """Yield the file in chunks. No cell runs as a formula."""
    text = io.StringIO()
    # Spreadsheets read a CSV file as UTF-8 only with a byte order mark.
    text.write("\ufeff")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(CSV_HEADER)
    for entry in entries:
        at = entry.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        without_id = "" if entry.action == AuditAction.SEARCH else "forgotten"
        cells = (at, entry.user_name, str(entry.visitor_id or without_id), entry.action, entry.result, entry.source)
        writer.writerow([escape_formula(cell) for cell in cells])
        if text.tell() > CSV_CHUNK_CHARACTERS:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()
