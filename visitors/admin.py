"""Django's admin for websites and who may see them. A token can be entered here, and never be read."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from visitors.datafast.credentials import Credential, CredentialError
from visitors.models import Membership, OpenIdentity, Website


class WebsiteForm(forms.ModelForm):
    """A website, with a field for a new token that never shows the old one."""

    token = forms.CharField(
        required=False,
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text="Paste a token to set or replace it. Empty: the stored one stays.",
    )

    class Meta:
        model = Website
        fields = ("name", "slug", "domain", "datafast_id", "time_zone", "currency")

    def clean(self) -> dict[str, Any]:
        """Refuse a token that can't be one, and a website without any."""
        cleaned = super().clean() or {}
        token = cleaned.get("token")
        if token:
            try:
                Credential(token, cleaned.get("datafast_id") or None)
            except CredentialError as refusal:
                self.add_error("token", str(refusal))
        elif not self.instance.credential_encrypted:
            self.add_error("token", "A website needs a token.")
        return cleaned

    def save(self, commit: bool = True) -> Website:  # noqa: FBT001, FBT002 Django's signature
        """Save the website, with the new token where one was entered."""
        website: Website = super().save(commit=False)
        if self.cleaned_data.get("token"):
            website.set_token(self.cleaned_data["token"])
        if commit:
            website.save()
        return website


class MembershipInline(admin.TabularInline):
    """Who may see the website."""

    model = Membership
    extra = 1
    autocomplete_fields: ClassVar = ["user"]


@admin.register(Website)
class WebsiteAdmin(admin.ModelAdmin):
    """Websites, with their members."""

    form = WebsiteForm
    inlines = (MembershipInline,)
    list_display = ("name", "domain", "credential_mask", "key_failing_since")
    readonly_fields = ("credential_mask", "key_failing_since")
    prepopulated_fields: ClassVar = {"slug": ("name",)}

    def get_fields(self, request: HttpRequest, obj: Website | None = None) -> list[Any]:  # noqa: ARG002
        """The mask and the state exist once there is a token."""
        fields = ["name", "slug", "domain", "time_zone", "currency", "datafast_id", "token"]
        return [*fields, "credential_mask", "key_failing_since"] if obj else fields


@admin.register(OpenIdentity)
class OpenIdentityAdmin(admin.ModelAdmin):
    """Who signs in with OpenID as whom. Removing one lets its person come in by their e-mail anew."""

    list_display = ("user", "issuer", "subject")
    readonly_fields = ("user", "issuer", "subject")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Only an issuer says who somebody is."""
        return False
