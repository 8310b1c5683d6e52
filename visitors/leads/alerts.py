"""Alerts: a pinned visitor is on the site, opens pricing, or pays.

One process of all asks once a minute who is on the websites that have pins, within what the budget leaves for
background work. A user gets one alert per visit and kind, in the page and, if they want, by mail. The website's webhook
gets one however many users pinned the visitor.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from dashboard.addresses import absolute_url
from visitors import profiles
from visitors.datafast.payload import MapVisitor, RealtimeMap
from visitors.formatting import ANONYMOUS
from visitors.formatting.text import clean, truncate
from visitors.journey import Intent, classify
from visitors.journey.pages import parse_page
from visitors.journey.timestamps import parse_timestamp
from visitors.models import Alert, Claim, KnownPerson, Pin, Preferences, Website
from visitors.profiles import Purpose
from visitors.web.access import parse_visitor_id
from visitors.web.mail import send_in_background
from visitors.webhooks import delivery
from visitors.webhooks.events import Event

INTERVAL_SECONDS = 60
_CLAIM = "alerts"
_NAME_LENGTH = 120


def check_if_due() -> None:
    """Make the alerts of all websites unless this or another process did so within the minute."""
    if Claim.acquire(_CLAIM, INTERVAL_SECONDS - 1):
        make_alerts()


def make_alerts() -> int:
    """Make the alerts of all websites with pins. Return how many are new."""
    websites = Website.objects.filter(paused_at=None, key_rejected_since=None, pin__isnull=False).distinct()
    return sum(_make_alerts(website) for website in websites)


def _make_alerts(website: Website) -> int:
    # Of users who still see the website.
    pins = Pin.objects.filter(website=website, user__is_active=True, user__membership__website=website)
    found = profiles.get_live_visitors(website, Purpose.BACKGROUND) if pins.exists() else None
    if found is None or found.realtime_map is None or found.answered_at is None:
        return 0
    with transaction.atomic():
        new = _store_alerts(website, pins, found.realtime_map, found.answered_at)
    _send_mails(website, new)
    return len(new)


def _store_alerts(website: Website, pins: QuerySet[Pin], found: RealtimeMap, answered_at: datetime) -> list[Alert]:
    """Store the alerts that are new, inside the caller's transaction, and return them.

    The pins are locked: a visitor who was erased during the call has none left, and a later erasure waits.
    """
    by_visitor: dict[UUID, list[Pin]] = {}
    for pin in pins.select_related("user").select_for_update(of=("self",)):
        by_visitor.setdefault(pin.visitor_id, []).append(pin)
    names = _load_names(website, by_visitor)
    wanted = {
        (pin.user_id, visitor_id, kind, visit): Alert(
            user=pin.user,
            website=website,
            visitor_id=visitor_id,
            kind=kind,
            visit_started_at=visit,
            at=answered_at,
            name=names.get(visitor_id, ANONYMOUS),
        )
        for visitor_id, kind, visit in _find_events(website, found, answered_at)
        for pin in by_visitor.get(visitor_id, ())
    }
    known = Alert.objects.filter(
        website=website, visitor_id__in=by_visitor, visit_started_at__in={key[3] for key in wanted}
    )
    made = set(known.values_list("user_id", "visitor_id", "kind", "visit_started_at"))
    new = [alert for key, alert in wanted.items() if key not in made]
    Alert.objects.bulk_create(new, ignore_conflicts=True)
    delivery.queue(website, _webhook_events(website, new))
    return new


def _webhook_events(website: Website, alerts: list[Alert]) -> Iterator[Event]:
    """Yield an event per visitor, kind and visit."""
    for alert in {(alert.visitor_id, alert.kind, alert.visit_started_at): alert for alert in alerts}.values():
        visit = alert.visit_started_at.isoformat()
        yield Event(
            type=f"alert.{alert.kind}",
            key=f"alert.{alert.kind} {alert.visitor_id} {visit}",
            text=f"{alert.name} {alert.get_kind_display()} ({website.domain})",
            url=absolute_url(reverse("journey", args=[website.slug, alert.visitor_id])),
            at=alert.at,
            visitor_id=alert.visitor_id,
            fields={"name": alert.name, "visit_started_at": visit},
        )


def _find_events(website: Website, found: RealtimeMap, now: datetime) -> Iterator[tuple[UUID, Alert.Kind, datetime]]:
    """Yield who did what in which visit."""
    visits: dict[UUID, datetime] = {}
    for one in found.visitors or ():
        visitor_id = parse_visitor_id(one.visitor_id or "")
        if visitor_id is None or visitor_id in visits:
            continue
        visits[visitor_id] = _visit_of(one, now)
        yield visitor_id, Alert.Kind.ONLINE, visits[visitor_id]
        if _is_pricing(website, one.current_url):
            yield visitor_id, Alert.Kind.PRICING, visits[visitor_id]
    for event in found.recent_events or ():
        visitor_id = parse_visitor_id(event.visitor_id or "")
        if visitor_id in visits and event.type == "payment":
            yield visitor_id, Alert.Kind.PAID, visits[visitor_id]
        elif visitor_id in visits and _is_pricing(website, event.path):
            yield visitor_id, Alert.Kind.PRICING, visits[visitor_id]


def _visit_of(one: MapVisitor, now: datetime) -> datetime:
    """Return the start of the visit; the day where DataFast does not say it, so that there is one alert a day."""
    started_at = parse_timestamp(one.session_start_time)
    return started_at or now.replace(hour=0, minute=0, second=0, microsecond=0)


def _is_pricing(website: Website, path: str | None) -> bool:
    page = parse_page(f"{website.domain}/{clean(path or '').lstrip('/')}")
    return page is not None and classify(page) is Intent.PRICING


def _load_names(website: Website, visitor_ids: dict[UUID, list[Pin]]) -> dict[UUID, str]:
    people = KnownPerson.objects.filter(website=website, visitor_id__in=visitor_ids)
    return {person.visitor_id: truncate(person.label, _NAME_LENGTH) or ANONYMOUS for person in people}


def _send_mails(website: Website, alerts: list[Alert]) -> None:
    """Send a mail with the new alerts to each user who wants that."""
    if not settings.SENDS_MAIL:
        return
    wanted = Preferences.objects.filter(alert_mail="on", user__in={alert.user_id for alert in alerts})
    readers = set(wanted.values_list("user_id", flat=True))
    users: dict[User, list[Alert]] = {}
    for alert in alerts:
        if alert.user_id in readers and alert.user.email:
            users.setdefault(alert.user, []).append(alert)
    for user, own in users.items():
        lines = [
            f"{alert.name} {alert.get_kind_display()}: "
            f"{absolute_url(reverse('journey', args=[website.slug, alert.visitor_id]))}"
            for alert in own
        ]
        body = "\n".join(lines) + f"\n\nAll alerts: {absolute_url(reverse('alerts'))}\n"
        subject = f"{own[0].name} {own[0].get_kind_display()}" if len(own) == 1 else f"{len(own)} alerts"
        send_in_background(EmailMessage(f"{subject} ({website.domain})", body, to=[user.email]), "alerts")
