"""The forms for signing in and for one's own account."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.views.decorators.debug import sensitive_variables

from visitors.sign_in.names import user_name


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
