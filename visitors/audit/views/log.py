"""The look-up log of a website, to read and to take along. Reading it leaves no line in it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from visitors.audit.search import Search
from visitors.formatting import DisplayTime, display_day_and_clock
from visitors.journey import escape_formula
from visitors.models import AuditAction, AuditEntry, Membership, Website
from visitors.web.access import SignedInRequest, managed_website_or_404
from visitors.web.downloads import BYTE_ORDER_MARK

CSV_HEADER = ("time_utc", "person", "visitor_id", "from", "result")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log as the page shows it. `visitor_id` is "" for a forgotten visitor."""

    when: DisplayTime
    person: str
    visitor_id: str
    source: str
    result: str
    is_shown: bool


@require_safe
def show(request: SignedInRequest, website: str) -> HttpResponse:
    """The lines, newest first, in the website's time; for its admins and for administrators."""
    site = managed_website_or_404(request, website)
    search = Search.read(request.GET)
    pasted = request.GET.get("visitor", "")
    if not search.problems and pasted != search.visitor:
        return redirect(f"{reverse('audit_log', args=[site.slug])}{search.address()}")
    zone, now = ZoneInfo(site.time_zone), datetime.now(UTC)
    lines, after = search.page(site, zone)
    context = {
        "website": site,
        "search": search,
        "problems": dict(search.problems),
        "lines": [_line(line, now, zone) for line in lines],
        "after": after,
        "sources": AuditAction.choices,
        "people": Membership.objects.filter(website=site)
        .order_by("user__username")
        .values_list("user__username", flat=True),
        "may_open": Website.objects.visible_to(request.user).filter(pk=site.pk).exists(),
        "zone_name": site.zone_name,
    }
    return render(request, "audit/log.html", context, status=422 if search.problems else 200)


@require_safe
def export(request: SignedInRequest, website: str) -> HttpResponseBase:
    """All lines that the page would list on its pages, as a CSV file."""
    site = managed_website_or_404(request, website)
    search = Search.read(request.GET).from_newest()
    lines = search.every_line(site, ZoneInfo(site.time_zone))
    return StreamingHttpResponse(
        _csv(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{site.slug}-audit-log.csv"'},
    )


def _line(line: AuditEntry, now: datetime, zone: ZoneInfo) -> Line:
    return Line(
        when=display_day_and_clock(line.at, now, zone),
        person=line.user_name,
        visitor_id=str(line.visitor_id or ""),
        source=line.get_source_display(),
        result=line.get_result_display(),
        is_shown=line.result in ("shown", "done"),
    )


def _csv(lines: Iterator[AuditEntry]) -> Iterator[str]:
    """The file, a line at a time. No cell runs as a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write(BYTE_ORDER_MARK)
    writer.writerow(CSV_HEADER)
    for line in lines:
        at = line.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        cells = (at, line.user_name, str(line.visitor_id or "forgotten"), line.source, line.result)
        writer.writerow([escape_formula(cell) for cell in cells])
        if text.tell() > 32_000:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()
