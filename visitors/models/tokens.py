"""Personal access tokens: how programs and agents ask for what their user may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

from visitors.models.websites import Website


@dataclass(frozen=True, slots=True)
class TokenRate:
    """The requests that a token may make in a minute, those that are left, and when the next minute starts (UTC)."""

    limit: int
    remaining: int
    resets_at: datetime


class AccessToken(models.Model):
    """A token (`jd_…`) that reads what its user may see, on one website or on all of them (no `website`).

    Only `digest` is stored, the SHA-256 of the token in hexadecimal digits: a token is random enough that its hash
    leads to nothing. `mask` is what pages show. `calls` were made in `minute` (Unix time divided by 60), the last one
    at `last_used_at` from the address or /64 network `last_used_from`. A revoked token is deleted.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    website = models.ForeignKey(Website, on_delete=models.CASCADE, null=True)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    mask = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=45, default="")
    minute = models.BigIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)

    # What is left of this minute. Only `visitors.integrations.tokens.access.authenticate` sets it.
    rate: TokenRate

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.mask} of {self.user_id}"


class RejectedTokens(models.Model):
    """How many requests with a wrong token an address or /64 network sent in `minute` (Unix time divided by 60)."""

    address = models.CharField(max_length=45, unique=True)
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "rejected tokens"

    def __str__(self) -> str:
        return f"{self.count} wrong tokens from {self.address}"
