"""Queue events for webhooks, and deliver them in the background with retries."""

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse

from dashboard.addresses import absolute_url
from dashboard.clock import latest_possible_time
from visitors import encryption
from visitors.models import Claim, Membership, Webhook, WebhookDelivery, Website
from visitors.roles import Role
from visitors.web.mail import send_in_background
from visitors.webhooks import sending
from visitors.webhooks.events import Event, encode
from visitors.webhooks.sending import Outcome

logger = logging.getLogger(__name__)

# The pauses after failed attempts. After one more attempt, the delivery is given up.
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
MAX_ATTEMPTS = len(PAUSES) + 1
# So many deliveries given up in a row pause the webhook.
MAX_FAILURES = 3
# Per round: the thread also refreshes leads and makes alerts.
MAX_PER_ROUND = 50
ROUND_SECONDS = 30.0

_CLAIM = "webhooks"
# No round takes longer: its last message may begin just before ROUND_SECONDS.
_CLAIM_SECONDS = ROUND_SECONDS + 2 * sending.TIMEOUT_SECONDS
NOT_SENT = "The webhook was paused or turned off."


def queue(website: Website, events: Iterable[Event]) -> None:
    """Store events for the website's webhook, in the caller's transaction. One that is stored already is ignored."""
    webhook = Webhook.objects.filter(website=website, is_on=True, paused_at=None).first()
    if webhook is None:
        return
    now, deliveries = datetime.now(UTC), []
    for event in events:
        event_id = uuid4()
        deliveries.append(
            WebhookDelivery(
                webhook=webhook,
                event_id=event_id,
                key=event.key,
                type=event.type,
                visitor_id=event.visitor_id,
                body=encode(event, website, event_id),
                created_at=now,
                next_attempt_at=now,
            )
        )
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def deliver_if_due() -> None:
    """Deliver what is due unless another process is doing so."""
    if Claim.acquire(_CLAIM, _CLAIM_SECONDS):
        try:
            deliver()
        finally:
            Claim.objects.filter(name=_CLAIM).delete()


def deliver() -> int:
    """Make the attempts that are due, those of each webhook the oldest first. Return how many were made.

    The webhooks take turns, and after a failed attempt one is left alone for this round: one that hangs or has many
    deliveries delays each of the others by a few seconds only.
    """
    ends_at, attempts = time.monotonic() + ROUND_SECONDS, 0
    failed, served = set[int](), set[int]()
    # A later time than the longest pause was written by a clock that was wrong.
    is_due = Q(next_attempt_at__lte=datetime.now(UTC)) | Q(next_attempt_at__gt=latest_possible_time() + PAUSES[-1])
    sendable = WebhookDelivery.objects.filter(is_due, webhook__is_on=True, webhook__paused_at=None)
    due = sendable.order_by("next_attempt_at", "pk")
    while attempts < MAX_PER_ROUND and time.monotonic() < ends_at:
        # Again from the database: deliveries may have been erased, and webhooks may have been changed.
        waiting = due.select_related("webhook__website").exclude(webhook_id__in=failed | served)
        if delivery := waiting.first():
            if claim(delivery):
                attempts += 1
                (served if _attempt(delivery) else failed).add(delivery.webhook_id)
        elif served:
            served.clear()
        else:
            break
    return attempts


def send_test(webhook: Webhook) -> Outcome:
    """Send a test event now, and return how it ended. Nothing is stored."""
    website, event_id = webhook.website, uuid4()
    event = Event(
        type="test",
        key="test",
        text=f"This is a test from Journeydesk for {website.domain}",
        url=absolute_url(reverse("webhook", args=[website.slug])),
        at=datetime.now(UTC),
        visitor_id=None,
        fields={},
    )
    return _send(webhook, encode(event, website, event_id), event_id)


def drop_pending(webhook: Webhook) -> None:
    """Give up what was not sent yet: old news would be confusing after a pause."""
    pending = WebhookDelivery.objects.filter(webhook=webhook, delivered_at=None).exclude(next_attempt_at=None)
    pending.update(next_attempt_at=None, error=NOT_SENT)


def claim(delivery: WebhookDelivery) -> bool:
    """Count the attempt before it is made. Of several processes that try at once, one gets True.

    If this process dies, the next attempt comes after the pause.
    """
    pause = PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
    unchanged = WebhookDelivery.objects.filter(pk=delivery.pk, next_attempt_at=delivery.next_attempt_at)
    delivery.attempts += 1
    delivery.next_attempt_at = datetime.now(UTC) + pause
    return bool(unchanged.update(attempts=delivery.attempts, next_attempt_at=delivery.next_attempt_at))


def _send(webhook: Webhook, body: str, event_id: UUID) -> Outcome:
    try:
        url, secret = encryption.decrypt(webhook.url_encrypted), encryption.decrypt(webhook.secret_encrypted)
    except encryption.KeyLost:
        return Outcome(error="The stored address can’t be decrypted. Enter it again.")
    return sending.send(url, secret, body, event_id)


def _attempt(delivery: WebhookDelivery) -> bool:
    """Send a claimed delivery, and store how it ended. Return whether it was accepted."""
    outcome = _send(delivery.webhook, delivery.body, delivery.event_id)
    row = WebhookDelivery.objects.filter(pk=delivery.pk)
    if not outcome.error:
        row.update(delivered_at=datetime.now(UTC), next_attempt_at=None, error="")
        Webhook.objects.filter(pk=delivery.webhook_id).update(failures=0, failing_since=None)
        return True
    if delivery.attempts < MAX_ATTEMPTS:
        row.update(error=outcome.error)
    elif row.update(next_attempt_at=None, error=outcome.error):
        _count_failure(delivery.webhook, outcome.error)
    return False


def _count_failure(webhook: Webhook, error: str) -> None:
    """Count a delivery that was given up: report the first in a row, and pause the webhook after several."""
    now = datetime.now(UTC)
    with transaction.atomic():
        own = Webhook.objects.filter(pk=webhook.pk)
        own.update(failures=F("failures") + 1)
        is_first = bool(own.filter(failing_since=None).update(failing_since=now))
        if own.filter(failures__gte=MAX_FAILURES, paused_at=None).update(paused_at=now):
            drop_pending(webhook)
    if is_first:
        _report(webhook, error)


def _report(webhook: Webhook, error: str) -> None:
    """Mail the website's managers that the webhook fails."""
    website = webhook.website
    logger.warning("The webhook of website %s fails: a delivery was given up.", website.slug)
    if not settings.SENDS_MAIL:
        return
    admins = Membership.objects.filter(website=website, role=Role.ADMIN, user__is_active=True).exclude(user__email="")
    body = (
        f"An alert for the webhook of {website.domain} ({webhook.host}) was given up after {MAX_ATTEMPTS} attempts.\n"
        f"{error}\n\nThe webhook: {absolute_url(reverse('webhook', args=[website.slug]))}\n"
    )
    for address in admins.values_list("user__email", flat=True):
        message = EmailMessage(f"The webhook of {website.domain} fails", body, to=[address])
        send_in_background(message, "a failing webhook")
