"""The ids of one person, side by side and as one timeline."""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.journey_page.same_person import find_same_person, present_combined, present_devices
from visitors.models import AuditAction, VisitorContext
from visitors.web.access import SignedInRequest, with_visitor
from visitors.web.time_zones import time_zone_menu, time_zone_of


@require_GET
@refuse_if_not_audited
@with_visitor
def show(request: SignedInRequest, context: VisitorContext) -> HttpResponse:
    """Show the ids with the visitor's email address or user id, and their newest events together. Makes no call."""
    website = context.website
    people = find_same_person(website, context.visitor_id)
    if len(people) < 2:
        return redirect("journey", website.slug, context.visitor_id)
    for person in people:
        log.record_lookup(request.user, website, person.visitor_id, AuditAction.PAGE)
    now, zone = datetime.now(UTC), time_zone_of(request, website)
    devices = present_devices(people, now=now, zone=zone)
    values = {
        "website": website,
        "visitor_id": context.visitor_id,
        "name": devices[0].name,
        "devices": devices,
        "rows": present_combined(website, devices, now=now, zone=zone),
        "zones": time_zone_menu(request, website),
    }
    return render(request, "journey_page/same_person.html", values)
