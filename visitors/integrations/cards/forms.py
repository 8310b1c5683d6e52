"""The forms of the set-up page: the secret, and whom a test is about."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from visitors.integrations.cards.adapters import Adapter
from visitors.models import KnownPerson, Website
from visitors.web.access import parse_visitor_id

# Guessing a secret of this length is hopeless, even if nothing limited it.
MIN_SECRET_LENGTH = 20
_INPUT = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class SecretForm(forms.Form):
    """The secret that a program signs with, or sends. It is never rendered again."""

    secret = forms.CharField(
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs=_INPUT),
        error_messages={"required": "Paste the secret."},
    )

    def __init__(self, adapter: Adapter, data: Any = None) -> None:
        super().__init__(data)
        self._adapter = adapter
        self.fields["secret"].label = adapter.key_label

    def clean_secret(self) -> str:
        """Refuse what the program can't send, and what is easy to guess."""
        secret: str = self.cleaned_data["secret"]
        longest = self._adapter.max_secret_length
        if not MIN_SECRET_LENGTH <= len(secret) <= longest:
            raise ValidationError(f"A secret has {MIN_SECRET_LENGTH} to {longest} characters.")
        if not (secret.isascii() and secret.isprintable() and " " not in secret):
            raise ValidationError("A secret has letters, digits and punctuation only, and no spaces.")
        return secret


class TestForm(forms.Form):
    """Whom a test is about. The valid form has in `sample` what the program would send: an id or an email address."""

    __test__ = False  # for pytest

    sample: str

    who = forms.CharField(
        label="Visitor",
        max_length=254,
        help_text="A visitor id, or an email address.",
        error_messages={"required": "Enter a visitor id or an email address."},
        widget=forms.TextInput(attrs=_INPUT),
    )

    def __init__(self, website: Website, adapter: Adapter, data: Any = None) -> None:
        super().__init__(data, initial={"who": _propose_visitor(website)})
        self._website, self._adapter = website, adapter

    def clean_who(self) -> str:
        """Find the email address of a visitor where the program sends nothing else."""
        who: str = self.cleaned_data["who"].strip()
        visitor_id = parse_visitor_id(who)
        if visitor_id is None and "@" not in who:
            raise ValidationError("Enter a visitor id or an email address.")
        self.sample = self._email_of(visitor_id) if visitor_id and not self._adapter.sends_visitor_id else who
        return who

    def _email_of(self, visitor_id: UUID) -> str:
        person = KnownPerson.objects.filter(website=self._website, visitor_id=visitor_id).first()
        if person is None or not person.email:
            raise ValidationError(
                f"{self._adapter.name} sends only email addresses, and none is known of this visitor. "
                "Enter another one."
            )
        return person.email


def _propose_visitor(website: Website) -> str:
    """Return the id of someone with an email address who was looked up, "" without one."""
    people = KnownPerson.objects.filter(website=website).exclude(email="").order_by("-pk")
    visitor_id = people.values_list("visitor_id", flat=True).first()
    return str(visitor_id or "")
