"""Saved views of the lists of visitors."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from visitors.models.websites import Website

MAX_VIEW_NAME_LENGTH = 60


class SavedView(models.Model):
    """Filters and order of a list under a name, for one user (`owner`) or, without one, for the whole website.

    `query` is that of the list's address, without its question mark; the list reads and validates it when it is opened.
    `created_by` may change a shared view, as managers may.
    """

    class Kind(models.TextChoices):
        """Which list it is a view of."""

        LEADS = "leads", "Leads"
        FIND = "find", "Find by behavior"

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    name = models.CharField(max_length=MAX_VIEW_NAME_LENGTH)
    query = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "kind", "owner", "name"], name="one_own_view_per_name"),
            models.UniqueConstraint(
                fields=["website", "kind", "name"], condition=models.Q(owner=None), name="one_shared_view_per_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name
