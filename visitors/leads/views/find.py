"""Find visitors by what they did: DataFast's own list, with all of its filters."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from visitors import profiles
from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.datafast.errors import NoJourney, RequestRefused, UpstreamError
from visitors.datafast.payload import ListedVisitor
from visitors.formatting import format_count
from visitors.journey import escape_formula
from visitors.leads.filters import FilterForm
from visitors.leads.rows import VisitorRow, Who, load_known, present_rows
from visitors.leads.saved_views import load_views
from visitors.models import AuditAction, SavedView, Website
from visitors.profiles import Purpose
from visitors.roles import Role
from visitors.web.access import SignedInRequest, parse_visitor_id, website_or_404
from visitors.web.kept_forms import accepts_old_token
from visitors.web.time_zones import time_zone_of

PAGE_SIZE = 100
# How many visitors one press of the button asks DataFast for.
LOAD_SIZE = 10
# A file has at most so many rows, fetched in pages of DataFast's largest size.
EXPORT_LIMIT, EXPORT_PAGE_SIZE = 1_000, 250
_CSV_HEADER = ("visitor_id", "last_seen", "page", "name", "details", "place", "device", "source", "score", "paid")
_MAX_OFFSET_DIGITS = 6


@require_GET
@refuse_if_not_audited
def find(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show a page of the visitors that match the filters in the address, in DataFast's order. One call to DataFast.

    `until` in the address is the end of the first page's period: with it, later visits do not shift the next pages.
    """
    website = website_or_404(request, slug)
    form, offset = FilterForm.read(request.GET), _read_offset(request)
    context: dict[str, Any] = {"website": website, "form": form, "rows": None, "problem": "", "reason": ""}
    if not form.is_valid():
        return render(request, "leads/find.html", context | {"views": None}, status=422)
    here = form.query_string().removeprefix("?")
    context["views"] = load_views(request.user, website, SavedView.Kind.FIND, here)
    zone, now = time_zone_of(request, website), datetime.now(UTC)
    begin, end = form.range(zone, now)
    until = _read_time(request.GET.get("until", ""))
    if until and begin < until < end:
        end = until
    query = form.upstream(begin, end) | {"limit": str(PAGE_SIZE), "offset": str(offset)}
    try:
        answer = profiles.list_visitors(website, query)
    except UpstreamError as error:
        context |= {"problem": str(error), "reason": error.upstream_message or ""}
        return render(request, "leads/find.html", context, status=422 if isinstance(error, RequestRefused) else 503)
    rows = present_rows(website, answer.visitors, now=now, zone=zone)
    _record_names(request, website, (row.who for row in rows))

    def address(start: int) -> str:
        return form.query_string(offset=str(start), until=end.isoformat(timespec="seconds")) if start else ""

    context |= {
        "rows": rows,
        "is_goal_time": bool(form.cleaned_data["goal"]),
        "offset": offset,
        "total": answer.total,
        "newer": address(max(0, offset - PAGE_SIZE)) or form.query_string() or "?",
        "older": address(offset + PAGE_SIZE) if answer.has_more else "",
        "here": address(offset) or form.query_string(),
        **_unloaded(website, [row.who.visitor_id for row in rows if not row.who.is_known]),
    }
    return render(request, "leads/find.html", context)


@accepts_old_token
@require_POST
@refuse_if_not_audited
def load(request: SignedInRequest, slug: str) -> HttpResponse:
    """Fetch visitors of the list (`id`), at most ten, within what the budget has left for background work.

    With htmx: the names, scores and amounts of these, and the button for the rest. Without it, back to the list.
    """
    website = website_or_404(request, slug)
    wanted = [found for text in request.POST.getlist("id")[:PAGE_SIZE] if (found := parse_visitor_id(text))]
    if not wanted:
        raise BadRequest("No visitor ids.")
    known = load_known(website, wanted)
    unknown = [visitor_id for visitor_id in wanted if visitor_id not in known]
    chosen = unknown[:LOAD_SIZE]
    tried, sentence = _fetch(request, website, chosen)
    people = load_known(website, chosen)
    _record_names(request, website, people.values())
    if not request.htmx:
        messages.info(request, sentence)
        return redirect(f"{reverse('visitors', args=[slug])}?{request.GET.urlencode()}")
    rest = [visitor_id for visitor_id in unknown if visitor_id not in tried]
    context = {"website": website, "people": people.values(), "sentence": sentence, "here": ""}
    return render(request, "leads/_loaded.html", context | _unloaded(website, rest))


@require_GET
@refuse_if_not_audited
def export(request: SignedInRequest, slug: str) -> HttpResponse:
    """A CSV file with the visitors that match the filters, at most a thousand. For members."""
    website = website_or_404(request, slug, Role.MEMBER)
    form = FilterForm.read(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('visitors', args=[slug])}?{request.GET.urlencode()}")
    zone, now = time_zone_of(request, website), datetime.now(UTC)
    query = form.upstream(*form.range(zone, now)) | {"limit": str(EXPORT_PAGE_SIZE)}
    listed: list[ListedVisitor] = []
    has_more = True
    try:
        while has_more and len(listed) < EXPORT_LIMIT:
            answer = profiles.list_visitors(website, query | {"offset": str(len(listed))})
            listed += answer.visitors
            has_more = answer.has_more and bool(answer.visitors)
    except UpstreamError as error:
        messages.warning(request, f"The file could not be made. {error}")
        return redirect(f"{reverse('visitors', args=[slug])}{form.query_string()}")
    rows = present_rows(website, listed, now=now, zone=zone)
    _record_names(request, website, (row.who for row in rows))
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(_CSV_HEADER)
    writer.writerows([escape_formula(cell) for cell in _cells(row)] for row in rows)
    # Spreadsheets read a CSV file as UTF-8 only with a byte order mark.
    return HttpResponse(
        text.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{website.slug}-visitors.csv"'},
    )


def _fetch(request: SignedInRequest, website: Website, visitor_ids: list[UUID]) -> tuple[set[UUID], str]:
    """Fetch these visitors until the budget or DataFast refuses. Return which were tried, and a sentence on that.

    A visitor who is erased meanwhile is not fetched again.
    """
    tried: set[UUID] = set()
    started_at = datetime.now(UTC)
    for visitor_id in visitor_ids:
        if log.is_erased_since(website, visitor_id, started_at):
            tried.add(visitor_id)
            continue
        try:
            profiles.refresh_profile(website, visitor_id, purpose=Purpose.BACKGROUND)
        except NoJourney as error:
            log.record_lookup(request.user, website, visitor_id, AuditAction.LIST, error)
        except UpstreamError as error:
            return tried, f"Loaded {len(tried)} of {format_count(len(visitor_ids), 'profile')}. {error}"
        tried.add(visitor_id)
    return tried, f"Loaded {format_count(len(tried), 'profile')}."


def _unloaded(website: Website, visitor_ids: list[UUID]) -> dict[str, Any]:
    """Return what the button needs that loads the next profiles: their ids, and the calls that are left for it."""
    return {
        "unloaded": visitor_ids,
        "next_count": min(LOAD_SIZE, len(visitor_ids)),
        "calls_left": profiles.get_calls_left(website, Purpose.BACKGROUND) if visitor_ids else 0,
    }


def _record_names(request: SignedInRequest, website: Website, people: Iterable[Who]) -> None:
    """Record which people the list names. Of the others it does not say who they are."""
    log.record_listed(request.user, [(website.pk, who.visitor_id) for who in people if who.name], AuditAction.LIST)


def _cells(row: VisitorRow) -> tuple[str, ...]:
    who = row.who
    last_seen = row.last_seen.iso if row.last_seen else ""
    return (
        str(who.visitor_id),
        last_seen,
        row.page,
        who.name,
        who.detail,
        row.place,
        row.device,
        row.source,
        who.score,
        who.paid,
    )


def _read_offset(request: SignedInRequest) -> int:
    """Return where the page starts; 0 for anything but a number."""
    text = request.GET.get("offset", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_OFFSET_DIGITS else 0


def _read_time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
