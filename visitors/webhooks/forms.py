"""The form of a webhook."""

from typing import Any, ClassVar

from django import forms

from visitors import encryption
from visitors.models import Webhook
from visitors.webhooks.sending import NotSendable, parse_url


class WebhookForm(forms.ModelForm):  # type: ignore[type-arg]
    """Address, purpose, and whether it is on. The stored address is never shown in full: an empty field keeps it."""

    url = forms.CharField(
        label="URL",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )

    class Meta:
        model = Webhook
        fields = ("url", "label", "is_on")
        labels: ClassVar = {"label": "Description", "is_on": "Send alerts"}
        widgets: ClassVar = {"label": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        url = self.fields["url"]
        url.required = self.instance.pk is None
        url.help_text = "It begins with https://, such as the URL of a Slack incoming webhook. It is stored encrypted."
        if self.instance.pk:
            url.help_text += f" Leave it empty to keep the current one ({self.instance.host})."

    def clean_url(self) -> str:
        """Accept https addresses only."""
        url: str = self.cleaned_data["url"].strip()
        if url:
            try:
                self.instance.host = parse_url(url)[0]
            except NotSendable as error:
                raise forms.ValidationError(str(error)) from error
            self.instance.url_encrypted = encryption.encrypt(url)
        return url
