"""What the team knows of a visitor: notes, tags, an owner, and each user's pins.

The rows belong to a visitor of a website, not to the stored profile: they stay when that is fetched again. They are
erased with the visitor, and otherwise deleted some time after the profile (`visitors.audit.retention`).
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from visitors.models.websites import Website

MAX_NOTE_LENGTH = 2_000
MAX_TAG_LENGTH = 30


class Note(models.Model):
    """A note on a visitor, plain text. It outlives its author's account: `author_name` is the name at that time."""

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    author_name = models.CharField(max_length=150)
    text = models.TextField(max_length=MAX_NOTE_LENGTH)
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["website", "visitor_id", "written_at"], name="notes_of_a_visitor")]

    def __str__(self) -> str:
        return f"note on {self.visitor_id} at {self.written_at:%Y-%m-%d %H:%M}"


class Pin(models.Model):
    """A visitor whom a user keeps an eye on."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False)
    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    pinned_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "visitor_id", "user"], name="one_pin_per_user")
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-pinned_at"], name="pins_of_a_user")]

    def __str__(self) -> str:
        return f"{self.user_id} pinned {self.visitor_id}"


class Ownership(models.Model):
    """The colleague who takes care of a visitor."""

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "visitor_id"], name="one_owner_per_visitor")
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} owns {self.visitor_id}"


class Tag(models.Model):
    """A tag that a website's members may give to visitors. Its managers keep the list."""

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=MAX_TAG_LENGTH)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["website", "name"], name="one_tag_per_name")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class VisitorTag(models.Model):
    """A tag of a visitor. `website` is the tag's own, so that one index finds all tags of a visitor."""

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE)
    tagged_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "visitor_id", "tag"], name="one_of_each_tag_per_visitor")
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.visitor_id}"


class Alert(models.Model):
    """Something that a pinned visitor did, for the user who pinned them: once per visit and kind.

    `visit_started_at` tells visits apart. `name` is what the visitor was called then.
    """

    class Kind(models.TextChoices):
        """What happened, as pages say it behind the name."""

        ONLINE = "online", "is on the site"
        PRICING = "pricing", "opened pricing"
        PAID = "paid", "paid"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False)
    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    visit_started_at = models.DateTimeField()
    at = models.DateTimeField()
    name = models.CharField(max_length=120)
    is_read = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["website", "visitor_id", "user", "kind", "visit_started_at"], name="one_alert_per_visit"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-at"], name="alerts_of_a_user"),
            models.Index(fields=["user"], condition=models.Q(is_read=False), name="unread_alerts_of_a_user"),
        ]

    def __str__(self) -> str:
        return f"{self.visitor_id} {self.kind} for {self.user_id}"


# All that is erased with a visitor.
TEAM_MODELS: tuple[type[Note | VisitorTag | Ownership | Pin | Alert], ...] = (Note, VisitorTag, Ownership, Pin, Alert)
