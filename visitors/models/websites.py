"""Websites, with their encrypted tokens, and who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import available_timezones

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from visitors import encryption
from visitors.datafast.credentials import Credential, mask
from visitors.formatting import format_zone
from visitors.roles import Role

if TYPE_CHECKING:
    from datetime import datetime

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
        snapshots: models.QuerySet[Any] = models.QuerySet(apps.get_model("visitors", "Snapshot"))
        newest = snapshots.filter(website=models.OuterRef("pk")).order_by("-fetched_at").values("fetched_at")
        return self.annotate(answered_at=models.Subquery(newest[:1]))  # type: ignore[no-redef]  # for the plugin


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
    key_rejected_since = models.DateTimeField(null=True, editable=False)
    # How the upstream does: failures without an answer between, and until when it is left alone because of them.
    consecutive_failures = models.PositiveIntegerField(default=0, editable=False)
    circuit_open_until = models.DateTimeField(null=True, editable=False)
    members: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="websites"
    )

    # Switched off by its administrators: nobody asks the upstream, what is kept is shown.
    paused_at = models.DateTimeField(null=True, editable=False)

    # Set by `seen_by` and `load_visitor_context` alone: what the person who asks may do here.
    role: str = ""
    # Set by `with_last_answer` alone.
    answered_at: datetime | None = None

    objects = WebsiteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone_name(self) -> str:
        """The time zone as a person reads it: "America/New York"."""
        return format_zone(self.time_zone)

    def set_token(self, token: str) -> None:
        """Take a new token, encrypted from here on. Raises `CredentialError` with a sentence when it can't be one."""
        credential = Credential(token, self.datafast_id or None)
        self.credential_encrypted = encryption.encrypt(credential.token)
        self.credential_mask = mask(credential.token)
        self.key_rejected_since = None

    def credential(self) -> Credential:
        """Return the token to call the upstream with. Raises `encryption.KeyLost` or `CredentialError`."""
        return Credential(encryption.decrypt(self.credential_encrypted), self.datafast_id or None)
