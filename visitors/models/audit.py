"""Who has looked at whom: what each person saw last, and the log that only grows."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from visitors.models.websites import Website


class LastSeen(models.Model):
    """When a person last looked at a visitor of a website, and what stood there.

    `seen` is a `journey.Seen` as `visitors.lookup.last_seen` stores it (nothing until the page has said that it was
    read), `label` the visitor's name as it was shown ("" for an anonymous one), so that a list needs no journey.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False)
    website = models.ForeignKey(Website, on_delete=models.CASCADE)
    visitor_id = models.UUIDField()
    looked_at = models.DateTimeField()
    label = models.CharField(max_length=120)
    seen = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "website", "visitor_id"], name="one_look_per_person_and_visitor")
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-looked_at"], name="latest_looks_of_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id} looked at {self.visitor_id} at {self.looked_at:%Y-%m-%d %H:%M}"


class AppendOnly(Exception):
    """Somebody tried to change or to remove what has been written into the log."""


class AuditAction(models.TextChoices):
    """Where a visitor was looked at; or that they were forgotten."""

    PAGE = "page", "Journey"
    SUMMARY = "summary", "Summary"
    CSV = "csv", "CSV file"
    JSON = "json", "JSON answer"
    ERASE = "forget", "Forgotten"


class AuditResult(models.TextChoices):
    """What came of it."""

    SHOWN = "shown", "Shown"
    NOT_FOUND = "not found", "Not found"
    BOT = "bot", "A bot"
    KEY_REFUSED = "key refused", "Key refused"
    LIMITED = "limited", "Rate limited"
    UNAVAILABLE = "unavailable", "Not available"
    DONE = "done", "Done"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Look-ups, to add to and to read."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002 the signatures of all of them
        raise AppendOnly("What stands in the look-up log stays as it was written.")

    update = delete = bulk_update = update_or_create = _refuse
    aupdate = adelete = abulk_update = aupdate_or_create = _refuse


class AuditEntry(models.Model):
    """One line of the log: who looked at which visitor of which website, when, from where, and with what result.

    Written by `visitors.audit.log` and by nobody else. Lines are added, never changed; only forgetting a visitor takes
    the id out of them, and only retention removes them. They stay when the person's account goes:
    `user_name` is what it was called then.

    `visitor_id` stands in a line until the visitor is forgotten. From then on `visitor_hash` stands there in its place:
    whoever knows the id can still ask who looked at it, and nobody can read it out of the log.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, db_index=False)
    user_name = models.CharField(max_length=150)
    visitor_id = models.UUIDField(null=True)
    visitor_hash = models.CharField(max_length=32, default="")
    at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=AuditAction.choices)
    result = models.CharField(max_length=16, choices=AuditResult.choices)

    objects = AuditEntryQuerySet.as_manager()
    # For forgetting (`visitors.audit.log`) and for `visitors.audit.retention` alone.
    unrestricted: models.Manager[AuditEntry] = models.Manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["website", "at", "id"], name="look_ups_of_a_website"),
            models.Index(fields=["website", "visitor_id", "user", "at"], name="look_ups_of_a_visitor"),
            models.Index(fields=["user", "at"], name="look_ups_of_a_person"),
            models.Index(
                fields=["website", "visitor_hash"],
                condition=models.Q(visitor_id=None),
                name="look_ups_of_a_forgotten_one",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(visitor_id__isnull=False, visitor_hash="")
                | models.Q(visitor_id=None) & ~models.Q(visitor_hash=""),
                name="an_id_or_its_hash",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_name} at {self.at:%Y-%m-%d %H:%M}: {self.source}, {self.result}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new line. Raises AppendOnly for one that stands in the log already."""
        if not self._state.adding:
            raise AppendOnly("What stands in the look-up log stays as it was written.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Raise AppendOnly."""
        raise AppendOnly("What stands in the look-up log stays as it was written.")
