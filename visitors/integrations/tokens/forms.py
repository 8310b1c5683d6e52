"""The form that creates a token."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from visitors.integrations.tokens.actions import MAX_TOKENS
from visitors.models import AccessToken, Website

DEFAULT_DAYS = 90
_LIFETIMES = [(7, "7 days"), (30, "30 days"), (DEFAULT_DAYS, "90 days"), (365, "1 year")]


class NewTokenForm(forms.Form):
    """The name of a token, what it covers, and for how long."""

    name = forms.CharField(max_length=60, help_text="What uses it, such as “nightly report”.")
    website = forms.ModelChoiceField(
        Website.objects.none(), required=False, to_field_name="slug", empty_label="All websites that you can see"
    )
    days = forms.TypedChoiceField(label="Expires after", choices=_LIFETIMES, coerce=int, initial=DEFAULT_DAYS)

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self._user = user
        self.fields["website"].queryset = Website.objects.visible_to(user)  # type: ignore[attr-defined]  # a choice of rows

    def clean(self) -> dict[str, Any] | None:
        """Limit the number of tokens."""
        if AccessToken.objects.filter(user=self._user).count() >= MAX_TOKENS:
            self.add_error("name", f"You have {MAX_TOKENS} tokens, which is the most. Revoke one first.")
        return super().clean()
