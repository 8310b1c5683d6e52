"""What a person is on a website, who is invited, and whom an OpenID issuer means."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models

from visitors.models.websites import Website
from visitors.roles import Role


class Membership(models.Model):
    """A person who may see a website, and what they may do there."""

    website = models.ForeignKey(Website, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    role = models.CharField(
        max_length=6, choices=[(role.value, role.value.capitalize()) for role in Role], default=Role.MEMBER.value
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["website", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user}, {self.role} of {self.website}"


class Invitation(models.Model):
    """A place on a website, or that of an administrator (no website, no role), kept for somebody.

    Whoever opens its signed link (see `visitors.accounts.invitations`) first, within three days of `created_at`, takes
    it: then `used_at` is set. `key` is what the link names: a new link has a new key. `invited` is a name or e-mail
    address as it was typed. `invited_by` is None where a command of `manage.py` made it.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, null=True)
    role = models.CharField(max_length=6, choices=[(role.value, role.value.capitalize()) for role in Role], blank=True)
    key = models.UUIDField(unique=True, default=uuid4)
    invited = models.CharField(max_length=254)
    # An invitation is worth what the person who made it may give: without them it is worth nothing.
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation of {self.invited}"


class OpenIDIdentity(models.Model):
    """Who a person is to an OpenID issuer: `subject` is its name for them, which never changes and is nobody else's."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_per_identity"),
            models.UniqueConstraint(fields=["issuer", "user"], name="one_identity_per_person"),
        ]
        verbose_name = "OpenID identity"
        verbose_name_plural = "OpenID identities"

    def __str__(self) -> str:
        return f"{self.user_id} at {self.issuer}"
