"""The forms about websites. A token goes in and never comes out: no field renders one again."""

from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator

from visitors.datafast.credentials import AccountToken, Credential, CredentialError, Kind
from visitors.formatting import is_currency
from visitors.formatting.text import clean
from visitors.models import Website
from visitors.websites.actions import proposed_slug, taken_slugs

# The regions of the world in the time zone database; what stands beside them are older names of the same zones.
_REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
_WHERE_IT_IS = "A website key (df_…), or an account token (dft_…), which can open several websites."
_PLAIN = {"class": "input", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class TokenField(forms.CharField):
    """A key or token: one line that the browser neither shows nor keeps, and that is never rendered again."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=600,
            widget=forms.PasswordInput(render_value=False, attrs=_PLAIN),
            error_messages={"required": "Paste a key or a token.", "max_length": "This is too long for a token."},
            **options,
        )


def zone_choices(*, also: str) -> list[tuple[str, Any]]:
    """The time zones by region, with UTC before them; a website may have one with an older name (`also`)."""
    zones = sorted(available_timezones())
    regions = [
        (region, [(zone, zone.partition("/")[2].replace("_", " ")) for zone in zones if zone.startswith(f"{region}/")])
        for region in _REGIONS
    ]
    alone = ["UTC"] if also == "UTC" or also.partition("/")[0] in _REGIONS else ["UTC", also]
    return [*((zone, zone) for zone in alone), *regions]


def domain_of(text: str) -> str:
    """The domain in what somebody has entered, which may be the address of a page. Raises ValidationError."""
    entered = text.strip().lower()
    try:
        host = urlsplit(entered if "//" in entered else f"//{entered}").hostname or ""
    except ValueError:
        host = ""
    try:
        DomainNameValidator()(host)
    except ValidationError as error:
        raise ValidationError("This is no domain. An example: shop.example.com.") from error
    return host.rstrip(".")


class FactsForm(forms.ModelForm):
    """What a website is called, and how it reckons."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="Times are shown in it.",
        error_messages={"invalid_choice": "%(value)s is no IANA time zone. An example: Europe/Berlin."},
    )

    class Meta:
        model = Website
        fields: ClassVar[tuple[str, ...]] = ("name", "domain", "time_zone", "currency")
        help_texts: ClassVar = {
            "name": "As your team calls it.",
            "domain": "Without https://, such as example.com.",
            "currency": "Three letters, such as USD.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["time_zone"].choices = zone_choices(also=self.instance.time_zone)  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "input"} if name in ("name", "time_zone") else _PLAIN

        self.fields["domain"].error_messages["required"] = "Enter the website’s domain."
        self.fields["name"].error_messages["required"] = "Enter a name."
        self.fields["currency"].error_messages["required"] = "Enter a currency, such as USD."

    def clean_name(self) -> str:
        """Without characters that act on the text around them."""
        return clean(self.cleaned_data["name"])

    def clean_domain(self) -> str:
        """The domain alone."""
        return domain_of(self.cleaned_data["domain"])

    def clean_currency(self) -> str:
        """One that exists, in capitals."""
        code: str = self.cleaned_data["currency"].strip().upper()
        if not is_currency(code):
            raise ValidationError("This is no currency. Examples: USD, EUR, JPY.")
        return code


class NewWebsiteForm(FactsForm):
    """A website that is added by hand. With an account's token it needs the website's id."""

    slug = forms.SlugField(
        label="Address part",
        required=False,
        max_length=50,
        error_messages={"unique": "Another website has this address part. Choose another one."},
        help_text="Its part of the address: /shop/visitors/… Empty: made from the domain. It can’t be changed later.",
    )

    class Meta(FactsForm.Meta):
        fields: ClassVar = ("datafast_id", "domain", "name", "slug", "time_zone", "currency")
        labels: ClassVar = {"datafast_id": "Website id in DataFast"}
        help_texts: ClassVar = FactsForm.Meta.help_texts | {
            "datafast_id": "24 digits from 0 to 9 and a to f.",
            "name": "As your team calls it. Empty: the domain.",
        }

    def __init__(self, *args: Any, kind: Kind, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].required = False
        if kind is Kind.ACCOUNT_TOKEN:
            self.fields["datafast_id"].required = True
            self.fields["datafast_id"].error_messages["required"] = "An account token needs the website’s id."
        else:
            del self.fields["datafast_id"]

    def clean_datafast_id(self) -> str:
        """In small letters."""
        return str(self.cleaned_data["datafast_id"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        """Make the name and the address part from the domain where none was entered."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["name"] = cleaned.get("name") or cleaned.get("domain", "")[:80]
        if not cleaned.get("slug") and "slug" not in self.errors and cleaned.get("domain"):
            cleaned["slug"] = proposed_slug(cleaned["domain"], taken_slugs())
        return cleaned


class TokenForm(forms.Form):
    """A key or a token, before it is known what it opens."""

    token = TokenField(label="Key or token", help_text=_WHERE_IT_IS)

    def clean_token(self) -> Credential | AccountToken:
        """What the token is, by its shape."""
        token: str = self.cleaned_data["token"]
        try:
            return AccountToken(token) if token.startswith("dft_") else Credential(token)
        except CredentialError as refusal:
            raise ValidationError(str(refusal)) from refusal


class ReplacementForm(TokenForm):
    """Another key or token for a website. Valid, it has the `credential` that the two make."""

    token = TokenField(label="New key or token", help_text=_WHERE_IT_IS)
    datafast_id = forms.CharField(
        label="Website id in DataFast",
        required=False,
        max_length=24,
        help_text="Needed with an account token: 24 digits from 0 to 9 and a to f.",
        widget=forms.TextInput(attrs=_PLAIN),
    )

    def clean(self) -> dict[str, Any]:
        """Put the two together; a website key needs no id."""
        cleaned = super().clean() or self.cleaned_data
        token = cleaned.get("token")
        if isinstance(token, AccountToken) and "datafast_id" in cleaned:
            try:
                cleaned["credential"] = Credential(token.token, cleaned["datafast_id"].strip().lower() or None)
            except CredentialError as refusal:
                self.add_error("datafast_id", str(refusal))
        elif token:
            cleaned["credential"] = token
        return cleaned
