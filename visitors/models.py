"""What Journeydesk keeps: websites with their encrypted tokens, who may see them, and the last known answers."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn
from uuid import uuid4
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import connections, models

from visitors import encryption
from visitors.datafast.credentials import Credential, mask
from visitors.roles import Role
from visitors.words import zone_name

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import User

# First parts of addresses that are not websites; `add` stands in a slug's place below `websites/`.
RESERVED_SLUGS = {
    "account",
    "add",
    "admin",
    "healthz",
    "invitations",
    "metrics",
    "openid",
    "people",
    "readyz",
    "reset",
    "sign-in",
    "sign-out",
    "static",
    "websites",
}


def validate_time_zone(name: str) -> None:
    """Refuse what is not an IANA time zone, such as "Europe/Berlin"."""
    if name not in available_timezones():
        raise ValidationError("%(name)s is no IANA time zone. An example: Europe/Berlin.", params={"name": name})


def validate_slug(slug: str) -> None:
    """Refuse slugs that are other pages' addresses."""
    if slug in RESERVED_SLUGS:
        raise ValidationError("%(slug)s is the address of another page. Choose another one.", params={"slug": slug})


class WebsiteQuerySet(models.QuerySet["Website"]):
    """Websites, by who may see them."""

    def seen_by(self, user: User) -> WebsiteQuerySet:
        """Only the websites on which this person has a role, which stands in `role`; for others they do not exist."""
        return self.filter(membership__user=user).annotate(role=models.F("membership__role"))  # type: ignore[no-redef]  # for the plugin

    def managed_by(self, user: User) -> WebsiteQuerySet:
        """Only the websites whose key and people this person sees to: an administrator's are all of them."""
        if user.is_superuser:
            return self.all()
        return self.filter(membership__user=user, membership__role=Role.ADMIN)

    def with_last_answer(self) -> WebsiteQuerySet:
        """Each with the moment of DataFast's last answer about one of its visitors in `answered_at`, None without."""
        newest = Snapshot.objects.filter(website=models.OuterRef("pk")).order_by("-fetched_at").values("fetched_at")
        return self.annotate(answered_at=models.Subquery(newest[:1]))  # type: ignore[no-redef]  # for the plugin

    def opened_by(self, user: User, slug: str, visitor_id: UUID) -> Website | None:
        """The website under this slug, if this person may see it, with their `role` there, with what they saw of a
        visitor last in `seen_then` and when they were shown it last in `shown_at`, and with which colleagues have
        looked at this visitor in `colleagues_…`.

        Written out, since it stands before every journey page: composing this query takes Django five times as long as
        running it. The log is asked once for each colleague of the website, so its length does not matter.
        """
        look, website, member, log = (model._meta.db_table for model in (Look, Website, Membership, LookUp))  # noqa: SLF001
        query = f"""
            WITH colleague AS (
                SELECT log.user_name, log.at, COUNT(*) OVER () AS number FROM {member} AS other
                JOIN {log} AS log ON log.id = (
                    SELECT id FROM {log}
                    WHERE website_id = other.website_id AND visitor_id = %s AND user_id = other.user_id AND result = %s
                    ORDER BY at DESC LIMIT 1
                )
                WHERE other.website_id = (SELECT id FROM {website} WHERE slug = %s) AND other.user_id <> %s
                ORDER BY log.at DESC LIMIT 1
            )
            SELECT website.*, member.role AS role, look.seen AS seen_then, colleague.number AS colleagues_number,
                colleague.user_name AS colleagues_latest, colleague.at AS colleagues_at, (
                    SELECT MAX(at) FROM {log}
                    WHERE website_id = website.id AND visitor_id = %s AND user_id = member.user_id
                ) AS shown_at
            FROM {website} AS website
            JOIN {member} AS member ON member.website_id = website.id AND member.user_id = %s
            LEFT JOIN {look} AS look
                ON look.website_id = website.id AND look.user_id = member.user_id AND look.visitor_id = %s
            LEFT JOIN colleague ON TRUE
            WHERE website.slug = %s
        """  # noqa: S608 names of our own tables
        stored_id = Look._meta.get_field("visitor_id").get_db_prep_value(visitor_id, connections[self.db])  # noqa: SLF001
        about_colleagues = [stored_id, LookUpResult.SHOWN.value, slug, user.pk]
        return next(iter(self.raw(query, [*about_colleagues, stored_id, user.pk, stored_id, slug])), None)


class Website(models.Model):
    """A website on DataFast, with the token that opens its visitors.

    The token is stored encrypted and is never shown again: `credential_mask` is what people see of it.
    """

    name = models.CharField(max_length=80, help_text="As your team calls it.")
    slug = models.SlugField(
        max_length=50, unique=True, validators=[validate_slug], help_text="Its part of the address: /shop/visitors/…"
    )
    domain = models.CharField(max_length=253, help_text="Without https://, such as example.com.")
    datafast_id = models.CharField(
        "DataFast website id",
        max_length=24,
        blank=True,
        validators=[RegexValidator(r"\A[0-9a-f]{24}\Z", "A website id has 24 hexadecimal digits.")],
        help_text="24 hexadecimal digits. Needed with an account token (dft_…), unused with a website key (df_…).",
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", validators=[validate_time_zone], help_text="Times are shown in this zone."
    )
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", "Three capital letters, such as USD.")],
        help_text="The website's own currency, ISO 4217.",
    )
    credential_encrypted = models.TextField(editable=False, default="")
    credential_mask = models.CharField("token", max_length=32, editable=False, default="")
    # How the upstream took the token lately. None: well.
    key_failing_since = models.DateTimeField(null=True, editable=False)
    # How the upstream does: failures without an answer between, and until when it is left alone because of them.
    failures_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)
    members: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="websites"
    )

    # Switched off by its administrators: nobody asks the upstream, what is kept is shown.
    on_hold_since = models.DateTimeField(null=True, editable=False)

    # Set by `seen_by` and `opened_by` alone: what the person who asks may do here.
    role: str = ""
    # Set by `with_last_answer` alone.
    answered_at: datetime | None = None
    # Set by `opened_by` alone: a `Look.seen`; how many colleagues have looked at the visitor (None for 0), the name of
    # the one who did last, and when. The moments of the log are as the database writes them, see `look_ups.moment`.
    seen_then: bytes | None = None
    shown_at: datetime | str | None = None
    colleagues_number: int | None = None
    colleagues_latest: str = ""
    colleagues_at: datetime | str | None = None

    objects = WebsiteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone_name(self) -> str:
        """The time zone as a person reads it: "America/New York"."""
        return zone_name(self.time_zone)

    def set_token(self, token: str) -> None:
        """Take a new token, encrypted from here on. Raises `CredentialError` with a sentence when it can't be one."""
        credential = Credential(token, self.datafast_id or None)
        self.credential_encrypted = encryption.encrypt(credential.token)
        self.credential_mask = mask(credential.token)
        self.key_failing_since = None

    def credential(self) -> Credential:
        """Return the token to call the upstream with. Raises `encryption.KeyLost` or `CredentialError`."""
        return Credential(encryption.decrypt(self.credential_encrypted), self.datafast_id or None)


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

    Whoever opens its signed link (see `visitors.invitations`) first, within three days of `created_at`, takes it: then
    `used_at` is set. `key` is what the link names: a new link has a new key. `invited` is a name or e-mail address as
    it was typed. `invited_by` is None where a command of `manage.py` made it.
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


class OpenIdentity(models.Model):
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


class Snapshot(models.Model):
    """The last known good answer about one visitor of one website: what is shown when the upstream fails and the cache
    is empty. `version` changes when what the answer says changes, not when it is merely received again.

    `answer_compressed` is the answer that brought this version, `fetched_at` when the upstream said so last.
    """

    # No index of its own for the website here and below: the one that begins with it serves as well.
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


class Sighting(models.Model):
    """What stood in the answer about a visitor at one moment, in numbers: the history behind a sparkline.

    There is a row only where one of the numbers differs from the row before. `score` is 0 to 100, None without a
    prediction; `visits` and `page_views` are as in a journey, `goals` and `payments` those that are listed.
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


class Flight(models.Model):
    """The latest upstream call for one visitor, seen by everybody who waits for it, on any machine.

    A flight is in the air while `landed_at` is None and its lease runs; the process that leads it renews the lease.
    When it has landed, `failure` holds the error that it brought home (empty: it brought an answer, which the store
    has).
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    token = models.UUIDField()
    lease_until = models.DateTimeField()
    landed_at = models.DateTimeField(null=True)
    failure = models.BinaryField(default=b"")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "visitor_id"], name="one_flight_per_visitor")
        ]

    def __str__(self) -> str:
        return f"flight for {self.visitor_id} on {self.website_id}"


class Budget(models.Model):
    """The upstream calls of one token in the last minute, shared by all websites that use it and by all processes.

    `key` is a keyed hash of the token. `calls` are pairs of a second (Unix time) and how many calls fell into it,
    oldest first: the row stays small, however large the limit. `limit` is what the upstream said at `limit_heard_at`
    that the token may do in a minute.
    """

    key = models.CharField(max_length=64, unique=True)
    calls = models.JSONField(default=list)
    limit = models.PositiveIntegerField(null=True)
    limit_heard_at = models.DateTimeField(null=True)
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{sum(count for _, count in self.calls)} calls"


class Look(models.Model):
    """When a person last looked at a visitor of a website, and what stood there.

    `seen` is a `journey.Seen` as `visitors.looks` stores it (nothing until the page has said that it was read), `label`
    the visitor's name as it was shown ("" for an anonymous one), so that a list of these needs no journey.
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


class LookUpSource(models.TextChoices):
    """Where a visitor was looked at; or that they were forgotten."""

    PAGE = "page", "Journey"
    SUMMARY = "summary", "Summary"
    CSV = "csv", "CSV file"
    JSON = "json", "JSON answer"
    FORGET = "forget", "Forgotten"


class LookUpResult(models.TextChoices):
    """What came of it."""

    SHOWN = "shown", "Shown"
    NOT_FOUND = "not found", "Not found"
    BOT = "bot", "A bot"
    KEY_REFUSED = "key refused", "Key refused"
    LIMITED = "limited", "Rate limited"
    UNAVAILABLE = "unavailable", "Not available"
    DONE = "done", "Done"


class LogQuerySet(models.QuerySet["LookUp"]):
    """Look-ups, to add to and to read."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002 the signatures of all of them
        raise AppendOnly("What stands in the look-up log stays as it was written.")

    update = delete = bulk_update = update_or_create = _refuse
    aupdate = adelete = abulk_update = aupdate_or_create = _refuse


class LookUp(models.Model):
    """One line of the log: who looked at which visitor of which website, when, from where, and with what result.

    Written by `visitors.look_ups` and by nobody else. Lines are added, never changed; only forgetting a visitor takes
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
    source = models.CharField(max_length=8, choices=LookUpSource.choices)
    result = models.CharField(max_length=16, choices=LookUpResult.choices)

    objects = LogQuerySet.as_manager()
    # For forgetting (`visitors.look_ups`) and for `visitors.retention` alone.
    upkeep: models.Manager[LookUp] = models.Manager()

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
