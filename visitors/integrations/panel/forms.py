"""The form of the panel's origins."""

from django import forms

from visitors.integrations.panel.origins import parse_origins


class OriginsForm(forms.Form):
    """The origins whose pages may frame the panel, one per line."""

    origins = forms.CharField(
        label="Allowed origins",
        required=False,
        strip=True,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"}),
        help_text="One per line, such as https://chat.example.com. A wildcard, as in https://*.zendesk.com, allows "
        "every site below that name. Pages of other sites can’t show the panel.",
    )

    def clean_origins(self) -> list[str]:
        """Return the origins as a list."""
        return parse_origins(self.cleaned_data["origins"])
