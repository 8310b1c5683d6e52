"""Websites with their encrypted tokens."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from visitors import encryption
from visitors.datafast.credentials import Credential, mask
from visitors.formatting import format_zone
from visitors.journey import Names
from visitors.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# First path segments of other pages, and "add", which is one below `websites/`.
RESERVED_SLUGS = {
    "account",
    "add",
    "admin",
    "alerts",
    "api",
    "cards",
    "demo",
    "design",
    "healthz",
    "help",
    "integrations",
    "invitations",
    "mcp",
    "metrics",
    "now",
    "openid",
    "panel",
    "people",
    "readyz",
    "reset",
    "search",
    "sign-in",
    "sign-out",
    "static",
    "status",
    "tokens",
    "visitors",
    "websites",
}


@cache  # reads hundreds of files
def known_time_zones() -> frozenset[str]:
    """Return the names of all zones of the time zone database that mean the same on every machine."""
    return frozenset(available_timezones()) - {"Factory", "localtime"}


def validate_time_zone(name: str) -> None:
    """Require the name of an IANA time zone, such as "Europe/Berlin"."""
    if name not in known_time_zones():
        raise ValidationError("%(name)s is not an IANA time zone. An example: Europe/Berlin.", params={"name": name})


def validate_slug(slug: str) -> None:
    """Refuse slugs that would hide other pages."""
    if slug in RESERVED_SLUGS:
        raise ValidationError("%(slug)s is the address of another page. Choose another one.", params={"slug": slug})


class WebsiteQuerySet(models.QuerySet["Website"]):
    """Websites by permission."""

    def visible_to(self, user: User) -> WebsiteQuerySet:
        """Return the websites on which the user has a role, each with that role in `role`."""
        return self.filter(membership__user=user).annotate(role=models.F("membership__role"))  # type: ignore[no-redef]  # for the plugin

    def managed_by(self, user: User) -> WebsiteQuerySet:
        """Return the websites that the user manages as their admin; for an administrator all of them."""
        if user.is_superuser:
            return self.all()
        return self.filter(membership__user=user, membership__role=Role.ADMIN)


class Website(models.Model):
    """A website on DataFast, with the token that reads its visitors.

    The token is stored encrypted and never shown again: pages show `credential_mask`.
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
    # When DataFast first rejected the token. None: it accepts the token.
    key_rejected_since = models.DateTimeField(null=True, editable=False)
    # The circuit breaker: failed calls in a row, and until when no further call is made.
    consecutive_failures = models.PositiveIntegerField(default=0, editable=False)
    circuit_open_until = models.DateTimeField(null=True, editable=False)
    members: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="websites"
    )
    # When its admins paused it: DataFast is not called, and stored profiles are shown.
    paused_at = models.DateTimeField(null=True, editable=False)

    # The readable names of goals and pages: {"goals": {"contact_sales_opened": "Asked for sales"}, "pages": {…}}.
    names = models.JSONField(default=dict, editable=False)
    # Links to other tools, in their order: [{"label": "Stripe", "template": "https://…?query={email}"}].
    links = models.JSONField(default=list, editable=False)

    # The origins whose pages may frame the panel: ["https://chat.example.com"].
    panel_origins = models.JSONField(default=list, editable=False)

    # The current user's role. Only `visible_to` and `load_visitor_context` set it.
    role: str = ""

    objects = WebsiteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone_name(self) -> str:
        """Return the time zone for display: "America/New York"."""
        return format_zone(self.time_zone)

    @property
    def readable_names(self) -> Names:
        """Return the readable names of goals and pages, and the domain."""
        return Names(domain=self.domain, **self.names)

    def set_token(self, token: str) -> None:
        """Encrypt and set a token. Raises CredentialError, with a sentence for the user, for an invalid one."""
        credential = Credential(token, self.datafast_id or None)
        self.credential_encrypted = encryption.encrypt(credential.token)
        self.credential_mask = mask(credential.token)
        self.key_rejected_since = None

    def credential(self) -> Credential:
        """Return the token to call DataFast with. Raises `encryption.KeyLost` or CredentialError."""
        return Credential(encryption.decrypt(self.credential_encrypted), self.datafast_id or None)
