"""Which user looked at which visitor: the audit log, and what each user saw last."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from visitors.models.websites import Website


class LastSeen(models.Model):
    """When a user last looked at a visitor of a website, and what they saw.

    `seen` is a `journey.Seen` in the form of `visitors.lookup.last_seen` (empty until the page reports that it was
    read). `label` is the visitor's name as it was shown ("" for an anonymous one), so that a list needs no journey.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False)
    website = models.ForeignKey(Website, on_delete=models.CASCADE)
    visitor_id = models.UUIDField()
    looked_at = models.DateTimeField()
    label = models.CharField(max_length=120)
    seen = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "website", "visitor_id"], name="one_last_seen_per_visitor")
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-looked_at"], name="last_seen_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} looked at {self.visitor_id} at {self.looked_at:%Y-%m-%d %H:%M}"


class AppendOnly(Exception):
    """Code tried to change or to delete an entry of the audit log."""


class AuditAction(models.TextChoices):
    """What a user opened, exported or was shown, or that they erased the visitor."""

    PAGE = "page", "Journey"
    SUMMARY = "summary", "Summary"
    CSV = "csv", "CSV file"
    JSON = "json", "Raw JSON"
    # A name in a list of several ids that were pasted.
    CHOICE = "choice", "List of ids"
    # Names in the results of a search, or of those who are on the site, for some minutes.
    SEARCH = "search", "Search or live list"
    # A name in the list of visitors.
    LIST = "list", "List of visitors"
    ERASE = "erase", "Erased"


class AuditSource(models.TextChoices):
    """By which way the action was asked for."""

    WEB = "web", "Browser"
    API = "api", "API"
    MCP = "mcp", "MCP"
    PANEL = "panel", "Panel"
    CARD = "card", "Card"
    SLACK = "slack", "Slack"


class AuditResult(models.TextChoices):
    """How the action ended."""

    SHOWN = "shown", "Shown"
    NOT_FOUND = "not found", "Not found"
    BOT = "bot", "Bot"
    KEY_REFUSED = "key refused", "Key rejected"
    LIMITED = "limited", "Rate limited"
    UNAVAILABLE = "unavailable", "Unavailable"
    DONE = "done", "Done"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Audit entries, to add and to read."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002 the signatures of all of them
        raise AppendOnly("Entries of the audit log are not changed.")

    update = delete = bulk_update = update_or_create = _refuse
    aupdate = adelete = abulk_update = aupdate_or_create = _refuse


class AuditEntry(models.Model):
    """An entry of the audit log: which user looked at which visitor of which website, when, how, by which way,
    and with what result.

    Entries are added (`visitors.audit.log`) and never changed, with two exceptions: erasing a visitor replaces their
    id, and retention deletes old entries. They outlive the user's account: `user_name` is the name at that time.
    Where the other program is the one that asks, and names a person without an account here, there is only the name.

    A search has neither visitor nor text: it says that the user was shown people of this website.

    Erasure replaces `visitor_id` with `visitor_hash`: the id cannot be read from the log any more, but an admin who
    knows the id can still find out who looked at the visitor.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, db_index=False)
    user_name = models.CharField(max_length=150)
    visitor_id = models.UUIDField(null=True)
    visitor_hash = models.CharField(max_length=32, default="")
    at = models.DateTimeField()
    action = models.CharField(max_length=8, choices=AuditAction.choices)
    result = models.CharField(max_length=16, choices=AuditResult.choices)
    # The database's own default, so that adding the column does not rewrite a long log.
    source = models.CharField(max_length=5, choices=AuditSource.choices, db_default=AuditSource.WEB)

    objects = AuditEntryQuerySet.as_manager()
    # Only for erasure (`visitors.audit.log`), `visitors.audit.retention`, and the removal of a website.
    unrestricted: models.Manager[AuditEntry] = models.Manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["website", "at", "id"], name="audit_by_website"),
            models.Index(fields=["website", "visitor_id", "user", "at"], name="audit_by_visitor"),
            models.Index(fields=["user", "at"], name="audit_by_user"),
            models.Index(
                fields=["website", "visitor_hash"], condition=models.Q(visitor_id=None), name="audit_by_erased_visitor"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(visitor_id__isnull=False, visitor_hash="")
                | models.Q(visitor_id=None) & ~models.Q(visitor_hash="")
                | models.Q(visitor_id=None, visitor_hash="", action=AuditAction.SEARCH),
                name="an_id_its_hash_or_a_search",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_name} at {self.at:%Y-%m-%d %H:%M}: {self.action}, {self.result}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry. Raises AppendOnly for an entry that exists already."""
        if not self._state.adding:
            raise AppendOnly("Entries of the audit log are not changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Raise AppendOnly."""
        raise AppendOnly("Entries of the audit log are not deleted.")
