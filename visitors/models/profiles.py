"""What DataFast answered about visitors, and the state of the calls to it."""

from __future__ import annotations

import zlib
from typing import ClassVar

from django.db import models

from visitors.models.websites import Website


class Snapshot(models.Model):
    """The newest good answer about one visitor of one website: what is shown until a newer one comes.

    `version` changes when the content of the answer changes, not when the same content is received again.
    `answer_compressed` is the answer that brought this version, `fetched_at` is when DataFast last confirmed it.
    """

    # No index for the foreign key, here and below: another index of the table starts with the website.
    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    fetched_at = models.DateTimeField()
    version = models.CharField(max_length=32)
    answer_compressed = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "visitor_id"], name="one_snapshot_per_visitor")
        ]
        indexes: ClassVar = [models.Index(fields=["website", "fetched_at"], name="newest_snapshot_of_a_website")]

    def __str__(self) -> str:
        return f"{self.visitor_id} on {self.website_id}"

    @staticmethod
    def compress(answer: bytes) -> bytes:
        """Return the answer's bytes as they are stored (zlib; JSON shrinks to about a tenth)."""
        return zlib.compress(answer, 3)

    @property
    def answer(self) -> bytes:
        """The answer's JSON as it was received."""
        return zlib.decompress(bytes(self.answer_compressed))


class StoredJourney(models.Model):
    """The journey derived from one version of a snapshot, stored so that a page need not derive it.

    The newest three versions are kept, since open pages compare theirs with the newest. `content` is what
    `visitors.profiles.stored_form` makes of it, and of the scores up to this version. `code_fingerprint` names the code
    that made it: rows of another release are not read. All of it can be made again, and goes with the snapshot.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="journeys", db_index=False)
    version = models.CharField(max_length=32)
    code_fingerprint = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["snapshot", "version"], name="one_journey_per_version")
        ]

    def __str__(self) -> str:
        return f"version {self.version} of snapshot {self.snapshot_id}"


class MetricsPoint(models.Model):
    """The numbers of one answer about a visitor: the history behind the score's trend line.

    A row is written only when a number differs from the previous row. `score` is 0 to 100, None without a prediction;
    `visits` and `page_views` are as in a journey; `goals` and `payments` count the listed ones.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    at = models.DateTimeField()
    score = models.FloatField(null=True)
    visits = models.PositiveIntegerField()
    page_views = models.PositiveIntegerField()
    goals = models.PositiveIntegerField()
    payments = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["website", "visitor_id", "at"], name="sightings_of_a_visitor")]

    def __str__(self) -> str:
        return f"{self.visitor_id} at {self.at:%Y-%m-%d %H:%M}"


class FetchLease(models.Model):
    """The running or else the last call to DataFast for one visitor. Its readers wait for it, on any machine.

    The call runs while `finished_at` is None and `expires_at` is ahead; the process that calls extends it. A finished
    call's `error` is empty if it stored an answer. `previous_token` and `previous_error` are those of the call before:
    its readers may look only after this one has started. Errors are encoded by `visitors.profiles.errors`.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    token = models.UUIDField()
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.BinaryField(default=b"")
    previous_token = models.UUIDField(null=True)
    previous_error = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "visitor_id"], name="one_lease_per_visitor")
        ]

    def __str__(self) -> str:
        return f"lease for {self.visitor_id} on {self.website_id}"


class RateBudget(models.Model):
    """The calls of one token in the last minute, shared by all websites that use it and by all processes.

    `key` is a keyed hash of the token. `calls` are pairs of a second (Unix time) and the number of requests sent in it,
    oldest first, so the row stays small whatever the limit. `limit` is the number of requests a minute that DataFast
    named at `limit_heard_at`. `used` says for the last hour what the requests were for, as [Unix time, purpose,
    number]: by second for the last minute, by minute before that. Requests of others who use the token are not in it.
    """

    key = models.CharField(max_length=64, unique=True)
    calls = models.JSONField(default=list)
    used = models.JSONField(default=list, db_default=[])
    limit = models.PositiveIntegerField(null=True)
    limit_heard_at = models.DateTimeField(null=True)
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{sum(count for _, count in self.calls)} calls"


class LiveList(models.Model):
    """Who is on a website, as DataFast last answered. All who watch it read this row.

    `called_at` is when the last call began; whoever moves it forward makes the next one, so there is one call at a
    time. `is_calling` is false once it has ended; a call that never ends is over when the next one is due. `error` is
    empty if it succeeded, and encoded by `visitors.profiles.errors` otherwise. `answered_at` is when the answer came
    that is in `answer_compressed`; None without one.
    """

    website = models.OneToOneField(Website, on_delete=models.CASCADE, primary_key=True)
    called_at = models.DateTimeField()
    is_calling = models.BooleanField(default=False)
    error = models.BinaryField(default=b"")
    answered_at = models.DateTimeField(null=True)
    answer_compressed = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return f"who is on {self.website_id}"
