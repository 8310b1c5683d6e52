"""The forms for colleagues: whom to add, in which role, and who somebody is who joins."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin, UserCreationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import Q

from visitors.accounts.sign_in.forms import PASSWORD_RULES, StyledForm
from visitors.roles import Role

NO_ADDRESS = "This is no e-mail address."
ROLES = [(role.value, role.value.capitalize()) for role in Role]


def validate_somebody(typed: str) -> None:
    """Refuse what looks like an e-mail address and is none. Anything else may be a name."""
    if "@" in typed:
        EmailValidator(NO_ADDRESS)(typed)


class InviteForm(StyledForm):
    """Somebody, by user name or e-mail."""

    somebody = forms.CharField(
        label="User name or e-mail",
        max_length=254,
        validators=[validate_somebody],
        error_messages={"required": "Enter a user name or an e-mail address."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text="Whoever has an account needs nothing else. For others you get a link to send.",
    )


class ColleagueForm(InviteForm):
    """The same, with the role that they get on a website."""

    role = forms.ChoiceField(choices=ROLES, initial=Role.VIEWER, error_messages={"required": "Choose a role."})


class RoleForm(forms.Form):
    """A role."""

    role = forms.ChoiceField(choices=ROLES)


class JoinForm(StyledForm, UserCreationForm):
    """A new account for somebody who was invited: Django's form, with a name and an e-mail that are nobody else's.

    `invited` is whom the invitation is for. An e-mail address there is that of the account; a name can be changed.
    """

    first_name = forms.CharField(
        label="Your name",
        max_length=150,
        error_messages={"required": "Enter your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        error_messages={"required": "Enter your e-mail address.", "invalid": NO_ADDRESS},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password1, password2 = SetPasswordMixin.create_password_fields("Password", "Password, once more")
    password1.help_text = PASSWORD_RULES
    password2.help_text = ""

    field_order = ("first_name", "email", "username", "password1", "password2")

    class Meta(UserCreationForm.Meta):
        fields = ("first_name", "email", "username")

    def __init__(self, invited: str, data: Any = None) -> None:
        is_address = "@" in invited
        field = "email" if is_address else "first_name" if " " in invited else "username"
        super().__init__(data, initial={field: invited})
        if is_address:
            self.fields["email"].disabled = True
            self.fields["email"].help_text = "The invitation is for this address."
        name = self.fields["username"]
        name.label, name.help_text = "User name", "Letters, digits and . + - _"
        del name.widget.attrs["autofocus"]  # the first field that is empty is the browser's business

    def clean_username(self) -> str | None:  # type: ignore[override]  # None where the field refused it already
        """Refuse a name that is taken in any case of its letters, and one that is an address: it could be another's."""
        name: str | None = super().clean_username()
        if name and "@" in name:
            raise ValidationError("A user name has no @. You can sign in with your e-mail as well.")
        return name

    def clean_email(self) -> str:
        """Refuse the address of another account: who signs in by it, or forgets the password, must be one person."""
        email: str = self.cleaned_data["email"]
        if User.objects.filter(Q(email__iexact=email) | Q(username__iexact=email)).exists():
            raise ValidationError("An account has this e-mail already. If it is yours, sign in to take the invitation.")
        return email

    def as_user(self) -> User:
        """The account, not saved yet."""
        user: User = self.save(commit=False)
        return user
