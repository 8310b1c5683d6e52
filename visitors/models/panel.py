"""The panel's pairings: which tab of a help desk shows visitors to which user."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from visitors.models.websites import Website


class PanelPairing(models.Model):
    """A panel in one browser tab, and the user whom it shows visitors to.

    The panel shows `code`, and the user types it on a page of Journeydesk where they are signed in; until then `user`
    is null. The panel proves who it is with a secret, of which only the `digest` is stored (SHA-256, 64 hexadecimal
    digits). After `expires_at` it has to pair again.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)
    code = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    asked_from = models.CharField(max_length=45)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["code"], condition=models.Q(user=None), name="open_panel_pairings"),
            models.Index(fields=["expires_at"], name="panel_pairings_by_end"),
        ]

    def __str__(self) -> str:
        return f"panel of {self.user_id or 'no one yet'} on {self.website_id}"
