"""Webhooks of websites, and what is sent to them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from visitors.models.websites import Website


class Webhook(models.Model):
    """An address that gets a website's alerts.

    The address and the secret that signs are encrypted: anyone who knows the address of a chat's webhook can write
    there. `host` is the part of the address that pages show. `failures` are the deliveries given up in a row, and
    `failing_since` is when the first of them was reported. `paused_at` is set after too many; nothing is sent then.
    """

    website = models.OneToOneField(Website, on_delete=models.CASCADE)
    label = models.CharField(max_length=80, blank=True)
    host = models.CharField(max_length=255)
    url_encrypted = models.TextField()
    secret_encrypted = models.TextField()
    is_on = models.BooleanField(default=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.website_id} to {self.host}"


class WebhookDelivery(models.Model):
    """One event for one webhook. `key` names the event, so that it is stored once; receivers get the `event_id`.

    The `body` is JSON and contains a visitor's name. `next_attempt_at` is None once the event is delivered
    (`delivered_at`) or given up. `error` is a sentence about the last attempt. `visitor_id` is None for an event that
    is about no visitor.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, db_index=False)
    event_id = models.UUIDField(default=uuid.uuid4, unique=True)
    key = models.CharField(max_length=160)
    type = models.CharField(max_length=40)
    visitor_id = models.UUIDField(null=True)
    body = models.TextField()
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, db_index=True)
    delivered_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, default="")

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar = [models.UniqueConstraint(fields=["webhook", "key"], name="one_delivery_per_event")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
