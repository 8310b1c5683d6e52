"""The forms for signing in, for one's own account, and for a lost password."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import (
    AuthenticationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
    UsernameField,
)
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.views.decorators.debug import sensitive_variables

from visitors import cached
from visitors.accounts.sign_in.usernames import user_name
from visitors.web import mail

PASSWORD_RULES = "At least 10 characters. Not your name, not only digits, and none of those that many people use."  # noqa: S105 (a sentence)
WRONG_PASSWORD = "That is not your current password."  # noqa: S105 (a sentence)
# An account's person gets a mail no more often than this, whoever asks for it.
SECONDS_BETWEEN_MAILS = 300


class SignInForm(AuthenticationForm):
    """A user name or an e-mail, and a password."""

    username = UsernameField(max_length=254)

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "The name or e-mail and the password don’t match. Check both, capital letters too."
    }

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Say whom the person means before the password is checked and failures are counted."""
        if typed := self.cleaned_data.get("username"):
            self.cleaned_data["username"] = user_name(typed)
        return super().clean()


class StyledForm(forms.Form):
    """A form whose fields look like ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class AccountForm(StyledForm):
    """A person's own name and e-mail. The e-mail is where new passwords are sent to, so it costs the current one."""

    full_name = forms.CharField(
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="As colleagues see you.",
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="To sign in with, and for a new password where mail is set up.",
    )
    current_password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Only needed for another e-mail.",
    )

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(data, initial={"full_name": user.get_full_name(), "email": user.email})
        self._request, self._user = request, user
        if not user.has_usable_password():
            del self.fields["current_password"]

    def clean_email(self) -> str:
        """Refuse an address that another account has: it would be nobody's when signing in."""
        email: str = self.cleaned_data["email"]
        others = User.objects.exclude(pk=self._user.pk)
        if email and others.filter(Q(email__iexact=email) | Q(username__iexact=email)).exists():
            raise ValidationError("Another account has this e-mail.")
        return email

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Ask for the current password where the e-mail changes."""
        cleaned = super().clean() or {}
        if "current_password" in self.fields and cleaned.get("email", self._user.email) != self._user.email:
            password = cleaned.get("current_password")
            if not password:
                self.add_error("current_password", "Changing the e-mail needs your current password.")
            elif not _is_password_of(self._request, self._user, password):
                self.add_error("current_password", WRONG_PASSWORD)
        return cleaned

    def save(self) -> None:
        """Keep the name as one: nobody can tell which part of it is which."""
        self._user.first_name, self._user.last_name = self.cleaned_data["full_name"], ""
        self._user.email = self.cleaned_data["email"]
        self._user.save(update_fields=["first_name", "last_name", "email"])


class NewPasswordForm(StyledForm, SetPasswordForm):
    """A new password, twice, for somebody who has lost the old one."""

    new_password1, new_password2 = SetPasswordForm.create_password_fields("New password", "New password, once more")
    new_password1.help_text = PASSWORD_RULES
    new_password2.help_text = ""


class ChangePasswordForm(StyledForm, PasswordChangeForm):
    """The same, for somebody who knows the old one."""

    error_messages = PasswordChangeForm.error_messages | {"password_incorrect": WRONG_PASSWORD}

    new_password1, new_password2 = SetPasswordForm.create_password_fields("New password", "New password, once more")
    new_password1.help_text = PASSWORD_RULES
    new_password2.help_text = ""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request
        self.fields["old_password"].label = "Current password"

    @sensitive_variables()
    def clean_old_password(self) -> str:
        """Check it as at the sign-in, where failures are counted: whoever found the browser open guesses no further."""
        password: str = self.cleaned_data["old_password"]
        if not _is_password_of(self._request, self.user, password):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


class ResetForm(StyledForm, PasswordResetForm):
    """The e-mail of somebody who has lost the password.

    A mail goes out beside the answer, which takes as long whether there is such an account or not.
    """

    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True})
    )

    def send_mail(  # noqa: PLR0917 Django's signature
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,  # noqa: ARG002 there is none
    ) -> None:
        """Send it, unless this person has had one just now."""
        key = f"reset-mail:{context['user'].pk}"
        if cached.read(key):
            return
        cached.write(key, b"sent", SECONDS_BETWEEN_MAILS)
        subject = render_to_string(subject_template_name, context).strip()
        message = EmailMessage(subject, render_to_string(email_template_name, context), from_email, [to_email])
        mail.send(message, "a link to a new password")


def _is_password_of(request: HttpRequest, user: User, password: str) -> bool:
    return authenticate(request, username=user.get_username(), password=password) == user
