"""The forms about accounts: sign-in, own account, passwords and invitations."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import (
    AuthenticationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
    SetPasswordMixin,
    UserCreationForm,
    UsernameField,
)
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import EmailValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from dashboard.addresses import absolute_url
from visitors.accounts.users import InvalidChange, find_user, resolve_username
from visitors.models import Claim
from visitors.web import mail

PASSWORD_RULES = "At least 10 characters, not only digits, not your name, and not a common password."  # noqa: S105 (a sentence)
WRONG_PASSWORD = "This is not your current password."  # noqa: S105 (a sentence)
INVALID_EMAIL = "Enter a valid email address."
EMAIL_TAKEN = "Another account has this email."
# Per account, from any client.
SECONDS_BETWEEN_RESET_MAILS = 300


class SignInForm(AuthenticationForm):
    """A user name or email, and a password."""

    username = UsernameField(max_length=254)

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "Wrong user name, email or password. Check upper and lower case."
    }

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Resolve an email to its user name before the password is checked and failures are counted."""
        if typed := self.cleaned_data.get("username"):
            self.cleaned_data["username"] = resolve_username(typed)
        return super().clean()


class AccountForm(forms.Form):
    """The user's own name and email. A new email needs the current password, as password resets are sent there."""

    full_name = forms.CharField(
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="Shown to colleagues.",
    )
    email = forms.EmailField(
        label="Email",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="You can sign in with it, and reset your password.",
    )
    current_password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Required to change your email.",
    )

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(data, initial={"full_name": user.get_full_name(), "email": user.email})
        self._request, self._user = request, user
        if not user.has_usable_password():
            del self.fields["current_password"]

    def clean_email(self) -> str:
        """Refuse the email of another account: neither could sign in with it."""
        email: str = self.cleaned_data["email"]
        if email and _users_signing_in_as(email).exclude(pk=self._user.pk).exists():
            raise ValidationError(EMAIL_TAKEN)
        return email

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Require the current password for a new email."""
        cleaned = super().clean() or {}
        if "current_password" in self.fields and cleaned.get("email", self._user.email) != self._user.email:
            password = cleaned.get("current_password")
            if not password:
                self.add_error("current_password", "Enter your current password to change your email.")
            elif not _is_password_of(self._request, self._user, password):
                self.add_error("current_password", WRONG_PASSWORD)
        return cleaned

    def save(self) -> None:
        """Save the full name in `first_name`: it cannot be split reliably."""
        self._user.first_name, self._user.last_name = self.cleaned_data["full_name"], ""
        self._user.email = self.cleaned_data["email"]
        self._user.save(update_fields=["first_name", "last_name", "email"])


class PasswordProblemMixin(SetPasswordMixin):
    """Shows what is wrong with a new password beside it, not beside its repetition as Django does."""

    def validate_password_for_user(self, user: User, password_field_name: str = "password2") -> None:  # noqa: S107 a name
        super().validate_password_for_user(user, password_field_name.replace("2", "1"))


class NewPasswordForm(PasswordProblemMixin, SetPasswordForm):
    """A new password, entered twice."""

    new_password1, new_password2 = SetPasswordForm.create_password_fields("New password", "Repeat new password")
    new_password1.help_text, new_password2.help_text = PASSWORD_RULES, ""

    @sensitive_variables()
    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 Django's signature
        """Save the password alone: an administrator may have changed or deleted the account since it was loaded."""
        user: User = super().save(commit=False)
        if commit:
            User.objects.filter(pk=user.pk).update(password=user.password)
        return user


class ChangePasswordForm(NewPasswordForm, PasswordChangeForm):
    """The current password, and a new one entered twice."""

    error_messages = PasswordChangeForm.error_messages | {"password_incorrect": WRONG_PASSWORD}

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request
        self.fields["old_password"].label = "Current password"

    @sensitive_variables()
    def clean_old_password(self) -> str:
        """Check the password as at the sign-in, so that guesses in an unattended browser are limited too."""
        password: str = self.cleaned_data["old_password"]
        if not _is_password_of(self._request, self.user, password):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


class ResetForm(PasswordResetForm):
    """The email of a user who has lost the password.

    The mail is sent in the background, so the response takes as long without such an account.
    """

    email = forms.EmailField(
        label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True})
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
        """Send the mail, unless the account got one in the last five minutes."""
        if not Claim.acquire(f"reset-mail:{context['user'].pk}", SECONDS_BETWEEN_RESET_MAILS):
            return
        # Django's own context names the host that the request asked for.
        context["link"] = absolute_url(reverse("password_reset_confirm", args=[context["uid"], context["token"]]))
        subject = render_to_string(subject_template_name, context).strip()
        message = EmailMessage(subject, render_to_string(email_template_name, context), from_email, [to_email])
        mail.send_in_background(message, "a link to a new password")


class InviteForm(forms.Form):
    """Whom to add or invite, by user name or email. The valid form has the account in `user`, None for a new email."""

    user: User | None

    name_or_email = forms.CharField(
        label="User name or email",
        max_length=254,
        error_messages={"required": "Enter a user name or an email address."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text="Existing users get access at once. Others get an invitation link, by email address.",
    )

    def clean_name_or_email(self) -> str:
        """Find the account. Without one, refuse anything but an email: an unknown user name is a typing error."""
        typed: str = self.cleaned_data["name_or_email"]
        try:
            self.user = find_user(typed)
        except InvalidChange as error:
            raise ValidationError(str(error)) from error
        if self.user is None:
            no_user = f"There is no user {typed}. To invite someone new, enter their email address."
            EmailValidator(INVALID_EMAIL if "@" in typed else no_user)(typed)
        return typed


class JoinForm(PasswordProblemMixin, UserCreationForm):
    """A new account for an invited user.

    `invited` is a user name, a full name or an email. An email is fixed; a name is a suggestion.
    """

    first_name = forms.CharField(
        label="Your name",
        max_length=150,
        error_messages={"required": "Enter your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Email",
        max_length=254,
        error_messages={"required": "Enter your email address.", "invalid": INVALID_EMAIL},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password1, password2 = SetPasswordMixin.create_password_fields("Password", "Repeat password")
    password1.help_text, password2.help_text = PASSWORD_RULES, ""

    field_order = ("first_name", "email", "username", "password1", "password2")

    class Meta(UserCreationForm.Meta):
        fields = ("first_name", "email", "username")

    def __init__(self, invited: str, data: Any = None) -> None:
        is_email = "@" in invited
        field = "email" if is_email else "first_name" if " " in invited else "username"
        super().__init__(data, initial={field: invited})
        if is_email:
            self.fields["email"].disabled = True
            self.fields["email"].help_text = "The invitation is for this email."
        username = self.fields["username"]
        username.label, username.help_text = "User name", "Letters, digits and . + - _"
        del username.widget.attrs["autofocus"]  # it is not the first field

    def clean_username(self) -> str | None:  # type: ignore[override]  # None where the field is invalid
        """Refuse a name that is taken in another case, and one with an @: it could be the email of another user."""
        name: str | None = super().clean_username()
        if name and "@" in name:
            raise ValidationError("A user name can’t contain @. You can also sign in with your email.")
        return name

    def clean_email(self) -> str:
        """Refuse the email of another account: sign-in and password reset need it to be unique."""
        email: str = self.cleaned_data["email"]
        if _users_signing_in_as(email).exists():
            raise ValidationError(
                "An account already has this email. If it is yours, sign in to accept the invitation."
            )
        return email


def _users_signing_in_as(email: str) -> QuerySet[User]:
    return User.objects.filter(Q(email__iexact=email) | Q(username__iexact=email))


def _is_password_of(request: HttpRequest, user: User, password: str) -> bool:
    return authenticate(request, username=user.get_username(), password=password) == user
