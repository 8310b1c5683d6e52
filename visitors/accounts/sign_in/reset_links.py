"""A way in for somebody who has lost the password: a link that works once, for three days."""

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode


def reset_link(request: HttpRequest, user: User) -> str:
    """The address at which this person sets a new password, for those who may make one to pass on.

    It ends with the first new password, the next sign-in or a new e-mail, and after `PASSWORD_RESET_TIMEOUT`. Nothing
    about it is stored.
    """
    words = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    return request.build_absolute_uri(reverse("new_password", args=words))
