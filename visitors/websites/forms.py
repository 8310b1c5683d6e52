"""The forms about websites and their members. No field renders a token again."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator

from visitors.accounts.forms import InviteForm
from visitors.datafast.credentials import AccountToken, Credential, CredentialError, is_account_token
from visitors.datafast.payload import WebsiteMetadata
from visitors.formatting import is_currency
from visitors.formatting.hosts import normalize_host
from visitors.formatting.text import clean, clean_or_none
from visitors.journey import parse_page
from visitors.models import Website
from visitors.models.accounts import ROLE_CHOICES
from visitors.roles import Role
from visitors.web.time_zones import find_time_zone
from visitors.web.tool_links import host_of, validate_template
from visitors.websites.actions import propose_slug, taken_slugs

_KEY_HELP = "A website key (df_…), or an account token (dft_…), which gives access to several websites."
_INPUT = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class TokenField(forms.CharField):
    """A key or token. The browser neither shows nor saves it, and it is never rendered again."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=600,
            widget=forms.PasswordInput(render_value=False, attrs=_INPUT),
            error_messages={"required": "Paste a key or token.", "max_length": "This is too long for a key or token."},
            **options,
        )


def parse_domain(text: str) -> str:
    """Return the domain of a domain or URL. Raises ValidationError."""
    entered = text.strip().lower()
    try:
        host = urlsplit(entered if "//" in entered else f"//{entered}").hostname or ""
    except ValueError:
        host = ""
    try:
        DomainNameValidator()(host)
    except ValidationError as error:
        raise ValidationError("Enter a valid domain, such as shop.example.com.") from error
    return host.rstrip(".")


class SettingsForm(forms.ModelForm):
    """A website's name, domain, time zone and currency."""

    time_zone = forms.CharField(
        label="Time zone",
        initial="UTC",
        max_length=64,
        help_text="Type a city to search. Visits are shown in this zone.",
        error_messages={"required": "Enter a time zone, such as Europe/Berlin."},
        widget=forms.TextInput(attrs={"list": "time-zones"}),
    )

    class Meta:
        model = Website
        fields: ClassVar[tuple[str, ...]] = ("name", "domain", "time_zone", "currency")
        help_texts: ClassVar = {"currency": "Three letters, such as USD."}
        error_messages: ClassVar = {
            "datafast_id": {"required": "Enter the website’s id: an account token needs it."},
            "domain": {"required": "Enter the website’s domain."},
            "name": {"required": "Enter a name."},
            "currency": {"required": "Enter a currency, such as USD."},
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if name != "name":
                field.widget.attrs |= _INPUT

    def clean_name(self) -> str:
        """Replace control and direction characters, which would change the text around the name."""
        return clean(self.cleaned_data["name"])

    def clean_domain(self) -> str:
        return parse_domain(self.cleaned_data["domain"])

    def clean_time_zone(self) -> str:
        """Return the zone that was typed, such as "Berlin"."""
        return find_time_zone(self.cleaned_data["time_zone"])

    def clean_currency(self) -> str:
        """Return an existing currency in capitals."""
        code: str = self.cleaned_data["currency"].strip().upper()
        if not is_currency(code):
            raise ValidationError("Enter a valid currency, such as USD, EUR or JPY.")
        return code


def _initial(metadata: WebsiteMetadata | None) -> dict[str, str]:
    """Return what DataFast says of a new website, by field. The user can change it, so it is checked with the form."""
    if metadata is None:
        return {}
    found = {
        "domain": metadata.domain,
        "name": metadata.name,
        "time_zone": metadata.timezone,
        "currency": metadata.currency,
    }
    return {field: text for field, value in found.items() if (text := clean_or_none(value))}


class NewWebsiteForm(SettingsForm):
    """A website that is entered by hand. With an account token it needs the website's id in DataFast."""

    slug = forms.SlugField(
        label="URL name",
        required=False,
        max_length=50,
        error_messages={"unique": "Another website has this URL name. Choose another one."},
        help_text="Part of links, such as /shop/visitors/… Optional: defaults to the domain. Can’t be changed later.",
    )

    class Meta(SettingsForm.Meta):
        fields: ClassVar = ("datafast_id", "domain", "name", "slug", "time_zone", "currency")
        labels: ClassVar = {"datafast_id": "Website id in DataFast"}
        help_texts: ClassVar = SettingsForm.Meta.help_texts | {
            "datafast_id": "24 digits from 0 to 9 and a to f.",
            "name": "Optional: defaults to the domain.",
        }

    def __init__(self, *args: Any, token: str, metadata: WebsiteMetadata | None = None, **options: Any) -> None:
        super().__init__(*args, initial=_initial(metadata), **options)
        self.fields["name"].required = False
        if is_account_token(token):
            self.fields["datafast_id"].required = True
        else:
            del self.fields["datafast_id"]

    def clean_datafast_id(self) -> str:
        return str(self.cleaned_data["datafast_id"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        """Derive an empty name and slug from the domain."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["name"] = cleaned.get("name") or cleaned.get("domain", "")[:80]
        if not cleaned.get("slug") and "slug" not in self.errors and cleaned.get("domain"):
            cleaned["slug"] = propose_slug(cleaned["domain"], taken_slugs())
        return cleaned


class NameForm(forms.Form):
    """The readable name of a goal or page; an empty name removes it. `kind` is a key of `Website.names`.

    `shown` is the name that the page showed, "" in a new row.
    """

    kind = forms.ChoiceField(
        choices=[("goals", "Goal"), ("pages", "Page")],
        initial="goals",
    )
    original = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs=_INPUT | {"list": "originals", "placeholder": "Goal or page"}),
    )
    name = forms.CharField(required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "Shown as"}))
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, domain: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._domain = domain

    @property
    def is_edited(self) -> bool:
        """Whether the user changed this row of a valid form. Another user may have changed its name since."""
        shown = self.cleaned_data.get("shown")
        return self.has_changed() and not (shown and self.cleaned_data["name"] == shown)

    def clean(self) -> dict[str, Any]:
        """Clean both texts, and reduce the address of a page to what `Names` compares."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["name"] = clean(cleaned.get("name", "")).strip()
        original = clean(cleaned.get("original", "")).strip()
        if cleaned.get("kind") == "pages":
            original = _page_key(original, self._domain)
        cleaned["original"] = original
        return cleaned


def _page_key(address: str, domain: str) -> str:
    """Return how `Names` calls a page: without query and fragment, and without the website's own domain."""
    page = parse_page(f"{domain}{address}" if address.startswith("/") else address)
    if page is None or "/" not in address:  # a screen of an app
        return address
    is_own = normalize_host(page.host) == normalize_host(domain)
    return page.label if is_own else f"{page.host.removeprefix('www.')}{page.label}"


MAX_NAMES = 200
NameFormSet = forms.formset_factory(NameForm, extra=3, max_num=MAX_NAMES, absolute_max=MAX_NAMES + 3, validate_max=True)


class LinkForm(forms.Form):
    """A link to another tool: its label and the template of its address. Both empty: no link."""

    label = forms.CharField(
        label="Label",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "Label"}),
    )
    template = forms.CharField(
        label="Address",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs=_INPUT | {"inputmode": "url", "placeholder": "https://"}),
    )

    def clean_label(self) -> str:
        return clean(self.cleaned_data["label"]).strip()

    def clean_template(self) -> str:
        """Check the template, where there is one."""
        template: str = self.cleaned_data["template"].strip()
        if template:
            validate_template(template)
        return template

    def clean(self) -> dict[str, Any]:
        """Require both or neither; a link without a label gets its host as label."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("label") and "template" in cleaned and not cleaned["template"]:
            self.add_error("template", "Enter the address, or empty the label to remove the link.")
        if cleaned.get("template") and "label" in cleaned:
            cleaned["label"] = cleaned["label"] or host_of(cleaned["template"])[:40]
        return cleaned


MAX_LINKS = 10
LinkFormSet = forms.formset_factory(LinkForm, extra=2, max_num=MAX_LINKS, absolute_max=MAX_LINKS + 2, validate_max=True)


class TokenForm(forms.Form):
    """A key or token."""

    token = TokenField(label="Key or token", help_text=_KEY_HELP)

    def clean_token(self) -> Credential | AccountToken:
        """Return a website key as Credential, an account token as AccountToken."""
        token: str = self.cleaned_data["token"]
        try:
            return AccountToken(token) if is_account_token(token) else Credential(token)
        except CredentialError as error:
            raise ValidationError(str(error)) from error


class ReplaceKeyForm(TokenForm):
    """Another key or token for a website. The valid form has the `credential`."""

    token = TokenField(label="New key or token", help_text=_KEY_HELP)
    datafast_id = forms.CharField(
        label="Website id in DataFast",
        required=False,
        max_length=24,
        help_text="Needed with an account token: 24 digits from 0 to 9 and a to f.",
        widget=forms.TextInput(attrs=_INPUT),
    )

    def clean(self) -> dict[str, Any]:
        """Combine an account token with the website's id; a website key needs none."""
        cleaned = super().clean() or self.cleaned_data
        token = cleaned.get("token")
        if isinstance(token, AccountToken) and "datafast_id" in cleaned:
            try:
                cleaned["credential"] = Credential(token.token, cleaned["datafast_id"].strip().lower() or None)
            except CredentialError as error:
                self.add_error("datafast_id", str(error))
        elif token:
            cleaned["credential"] = token
        return cleaned


class AddMemberForm(InviteForm):
    """A user and the role to give."""

    role = forms.ChoiceField(choices=ROLE_CHOICES, initial=Role.VIEWER, error_messages={"required": "Choose a role."})
