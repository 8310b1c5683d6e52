"""Forms that the server could not accept, because the session changed or ended after their page was loaded.

Some views accept such a form. For all others, its fields are kept and the user sends it again.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

FIELD_NAME = "kept"
MAX_AGE_SECONDS = 86_400
_SALT = "visitors.kept_forms"
# No page contains a password or a key, so these fields are typed again.
_SECRET = re.compile("password|token|key|secret", re.IGNORECASE)
_TOKEN_FIELD = "csrfmiddlewaretoken"  # noqa: S105 a name


@dataclass(frozen=True, slots=True)
class KeptForm:
    """The address that a form was sent to, and its fields, without secrets (`lacks_secrets`: there were some)."""

    path: str
    fields: list[tuple[str, str]]
    lacks_secrets: bool

    def dump(self) -> str:
        """Return the form as one signed text, for a hidden field of the sign-in form."""
        return signing.dumps((self.path, self.fields, self.lacks_secrets), salt=_SALT, compress=True)

    @classmethod
    def load(cls, dumped: str) -> "KeptForm | None":
        """Return the form from `dump`; None for any other text, and after MAX_AGE_SECONDS."""
        try:
            return cls(*signing.loads(dumped, salt=_SALT, max_age=MAX_AGE_SECONDS))
        except signing.BadSignature:
            return None


def is_from_own_page(request: HttpRequest) -> bool:
    """Whether one of our own pages sent this form: browsers state that in `Origin`, which no other page can forge."""
    return _is_own_origin(request, request.headers.get("Origin", ""))


def keep_form(request: HttpRequest) -> KeptForm | None:
    """Return the form that this request sent; None unless one of our own pages did.

    Otherwise another website could fill in a form here and let the user send it with one click.
    """
    if request.method != "POST" or not is_from_own_page(request):
        return None
    names = [name for name in request.POST if name != _TOKEN_FIELD]
    kept = [(name, value) for name in names if not _SECRET.search(name) for value in request.POST.getlist(name)]
    return KeptForm(request.get_full_path(), kept, any(_SECRET.search(name) and request.POST[name] for name in names))


def page_of_form(request: HttpRequest) -> str:
    """Return the path and query of our own page that sent this request; "" where the browser does not name it."""
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # malformed
        return ""
    if not _is_own_origin(request, f"{page.scheme}://{page.netloc}"):
        return ""
    return page._replace(scheme="", netloc="", fragment="").geturl()


def accepts_old_token(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Accept a form of our own pages without a valid CSRF token: each sign-in in another tab makes a new token.

    For views that do no harm when another user than the page's one sends the form.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def accept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_from_own_page(request):
            # Also for `csrf_protect` inside of Django's own views.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001
        return protected(request, *args, **kwargs)

    return accept


def _is_own_origin(request: HttpRequest, origin: str) -> bool:
    return origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS
