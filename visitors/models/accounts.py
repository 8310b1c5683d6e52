"""Roles on websites, invitations and OpenID identities."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models

from visitors.journey import Content, Form
from visitors.models.websites import Website, validate_time_zone
from visitors.roles import Role

ROLE_CHOICES = [(role.value, role.value.capitalize()) for role in Role]


class Membership(models.Model):
    """A user's role on a website."""

    website = models.ForeignKey(Website, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    role = models.CharField(max_length=6, choices=ROLE_CHOICES, default=Role.MEMBER.value)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["website", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user}, {self.role} of {self.website}"

    @property
    def role_label(self) -> str:
        """The role as pages name it."""
        return Role(self.role).label


class Invitation(models.Model):
    """An invitation to a role on a website, or to become an administrator (no website, no role).

    The first user who opens its signed link (see `visitors.accounts.invitations`) within three days of `created_at`
    can accept it, which sets `used_at`. `key` identifies the link: a new link has a new key. `invited` is a user name
    or an email as it was typed. `invited_by` is None where a command made the invitation.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, null=True)
    role = models.CharField(max_length=6, choices=ROLE_CHOICES, blank=True)
    key = models.UUIDField(unique=True, default=uuid4)
    invited = models.CharField(max_length=254)
    # An invitation is valid only while its maker may invite, so it is deleted with the maker's account.
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation of {self.invited}"

    @property
    def role_label(self) -> str:
        """The role as pages name it."""
        return Role(self.role).label if self.role else "Administrator"

    @property
    def grant(self) -> str:
        """What the user becomes: "a viewer of Lumenkit", "an administrator"."""
        return f"{Role(self.role).with_article} of {self.website}" if self.website else "an administrator"


class Preferences(models.Model):
    """How a user likes the pages, and what "Copy summary" copies. Labels of choices are as pages show them.

    An empty `time_zone` means each website's own.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    theme = models.CharField(
        max_length=6, choices=[("system", "System"), ("light", "Light"), ("dark", "Dark")], default="system"
    )
    density = models.CharField(
        max_length=11, choices=[("comfortable", "Comfortable"), ("compact", "Compact")], default="comfortable"
    )
    clock = models.CharField(
        max_length=2, choices=[("24", "24 hours (16:40)"), ("12", "12 hours (4:40 PM)")], default="24"
    )
    time_zone = models.CharField(max_length=64, blank=True, default="", validators=[validate_time_zone])
    shortcuts = models.CharField(max_length=3, choices=[("on", "On"), ("off", "Off")], default="on")
    alert_mail = models.CharField(max_length=3, choices=[("on", "On"), ("off", "Off")], default="off")
    summary_content = models.CharField(
        max_length=7,
        choices=[(Content.SHORT.value, "Short"), (Content.FULL.value, "Full"), (Content.BILLING.value, "Billing")],
        default=Content.FULL.value,
    )
    summary_format = models.CharField(
        max_length=8,
        choices=[(Form.TEXT.value, "Plain text"), (Form.MARKDOWN.value, "Markdown"), (Form.HTML.value, "Rich text")],
        default=Form.TEXT.value,
    )

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class OpenIDIdentity(models.Model):
    """A user's identity at an OpenID issuer.

    `subject` is unique at the issuer and never changes (OpenID Connect Core 1.0, section 2).
    """

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
