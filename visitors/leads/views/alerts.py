"""The alerts of the signed-in user."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.formatting import DisplayTime, display_ago
from visitors.formatting.avatars import avatar_color, initials
from visitors.models import Alert, AuditAction, Website
from visitors.web.access import SignedInRequest
from visitors.web.forms import answer_required
from visitors.web.kept_forms import accepts_old_token
from visitors.web.time_zones import time_zone_of

SHOWN = 50
# Of the number of an alert.
_MAX_DIGITS = 19


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as the page shows it."""

    website: Website
    visitor_id: UUID
    name: str
    initials: str
    color: int
    text: str
    at: DisplayTime
    is_read: bool


@require_GET
@refuse_if_not_audited
def show(request: SignedInRequest) -> HttpResponse:
    """Show the latest alerts of the websites that the user sees."""
    websites = {website.pk: website for website in Website.objects.visible_to(request.user)}
    alerts = list(Alert.objects.filter(user=request.user, website__in=websites).order_by("-at", "-pk")[:SHOWN])
    log.record_listed(request.user, {(alert.website_id, alert.visitor_id) for alert in alerts}, AuditAction.LIST)
    now = datetime.now(UTC)
    rows = [
        AlertRow(
            website=websites[alert.website_id],
            visitor_id=alert.visitor_id,
            name=alert.name,
            initials=initials(alert.name),
            color=avatar_color(alert.visitor_id),
            text=alert.get_kind_display(),
            at=display_ago(alert.at, now, time_zone_of(request, websites[alert.website_id])),
            is_read=alert.is_read,
        )
        for alert in alerts
    ]
    context = {
        "rows": rows,
        "has_unread": any(not row.is_read for row in rows),
        "newest": max((alert.pk for alert in alerts), default=0),
    }
    return render(request, "leads/alerts.html", context)


@accepts_old_token
@require_POST
@answer_required("yes")
def mark_read(request: SignedInRequest) -> HttpResponse:
    """Mark the user's alerts as read, up to the `newest` that the page showed."""
    newest = request.POST.get("newest", "")
    if not (newest.isdecimal() and len(newest) < _MAX_DIGITS):
        raise BadRequest("`newest` is missing.")
    Alert.objects.filter(user=request.user, is_read=False, pk__lte=int(newest)).update(is_read=True)
    return redirect("alerts")
