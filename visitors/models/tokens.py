"""Personal access tokens: how programs and agents ask for what their user may see.

`charge_token` is written-out SQL, since it runs before every answer of the API: one statement that finds the token,
counts the request and says from where it came, where the ORM takes two queries and ten times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, models

from dashboard.clock import CLOCK_SKEW
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

    def covers(self, website: Website) -> bool:
        """Whether the token is for this website, if its user may see that."""
        return self.website_id is None or self.website_id == website.pk


_TOKEN, _USER = (model._meta.db_table for model in (AccessToken, User))  # noqa: SLF001 the public name of a table's name
_CHARGE = f"""
    UPDATE {_TOKEN} SET calls = CASE WHEN minute = %(minute)s THEN calls + 1 ELSE 1 END, minute = %(minute)s,
        last_used_at = %(now)s, last_used_from = %(address)s
    WHERE digest = %(digest)s AND created_at <= %(latest)s AND expires_at > %(now)s
        AND (minute <> %(minute)s OR calls < %(limit)s)
        AND EXISTS (SELECT 1 FROM {_USER} WHERE id = user_id AND is_active)
    RETURNING id, user_id, website_id, name, digest, calls,
        (SELECT username FROM {_USER} WHERE id = user_id)
"""  # noqa: S608 names of our own tables


def charge_token(digest: str, *, minute: int, limit: int, now: datetime, address: str) -> AccessToken | None:
    """Count a request with the token of this digest. Return the token with its user, and with the calls of this minute.

    Return None where there is no such token, or it is expired, its user deactivated, or its limit reached. All other
    fields are loaded when they are read.
    """
    values = {
        "digest": digest,
        "minute": minute,
        "limit": limit,
        "now": models.DateTimeField().get_db_prep_value(now, connection),
        # The clock of the machine that made the token may be ahead of this one's.
        "latest": models.DateTimeField().get_db_prep_value(now + CLOCK_SKEW, connection),
        "address": address,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHARGE, values)
        found = cursor.fetchall()
    if not found:
        return None
    *fields, username = found[0]
    names = ["id", "user_id", "website_id", "name", "digest", "calls"]
    token = AccessToken.from_db(connection.alias, names, fields)
    token.user = User.from_db(connection.alias, ["id", "username", "is_active"], [token.user_id, username, True])
    return token


class RejectedTokens(models.Model):
    """How many requests with a wrong token an address or /64 network sent in `minute` (Unix time divided by 60)."""

    address = models.CharField(max_length=45, unique=True)
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "rejected tokens"

    def __str__(self) -> str:
        return f"{self.count} wrong tokens from {self.address}"
