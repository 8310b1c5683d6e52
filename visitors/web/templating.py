"""The Jinja2 environment of the templates, with the functions and filters that they may call.

Not Django's own template language: Jinja2 compiles templates to Python, and renders a journey in a third of the time.
"""

from collections.abc import MutableMapping
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.defaultfilters import capfirst, date, pluralize
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined

from visitors.formatting import add_line_breaks, address_html
from visitors.formatting.avatars import initials
from visitors.formatting.text import isolate_direction
from visitors.models import Alert, Membership
from visitors.roles import Role
from visitors.web.release import version


class FlatEnvironment(Environment):
    """An environment whose templates have their globals in a dictionary.

    Jinja2's own ChainMap is copied for each include and import, which takes a tenth of a page's rendering.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: the environment's, and those given for this template."""
        return {**self.globals, **(d or {})}


def environment(**options: Any) -> Environment:
    """Return the environment of all templates; `options` come from the settings.

    A name or attribute that does not exist raises UndefinedError. Lines that contain nothing but a tag leave no output.
    """
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    options.pop("autoescape", None)  # Django passes True as well
    made = FlatEnvironment(autoescape=True, **options)
    # A page has four static files, and Django looks each of them up for as long as a simple database query takes.
    made.globals |= {"htmx_script": cache(htmx_script), "static": cache(static), "url": url, "version": version}
    made.filters |= {
        "add_line_breaks": add_line_breaks,
        "address": address_html,
        "capfirst": capfirst,
        "date": date,
        "initials": initials,
        "isolate_direction": isolate_direction,
        "pluralize": pluralize,
    }
    return made


def form_token(request: HttpRequest) -> dict[str, object]:
    """Context processor: the token of all forms of a page.

    Django's own variables make a new token at each use. A page uses six, and they would take longer than its database
    queries.
    """
    token = SimpleLazyObject(lambda: get_token(request))
    field = SimpleLazyObject(lambda: format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token))
    return {"csrf_token": token, "csrf_input": field}


def menu(request: HttpRequest) -> dict[str, object]:
    """Context processor: whether the user manages a website, and the number of unread alerts. At most two queries."""
    return {
        "manages_websites": SimpleLazyObject(lambda: _manages_websites(request)),
        "unread_alerts": SimpleLazyObject(lambda: _count_unread_alerts(request)),
    }


def url(name: str, *args: object) -> str:
    """Return the path of a view by its name."""
    return _reverse(get_script_prefix(), name, args)


@lru_cache(maxsize=1000)  # a page has ten links, which Django takes as long to make as a database query
def _reverse(script_prefix: str, name: str, args: tuple[object, ...]) -> str:  # noqa: ARG001 a part of the key
    return reverse(name, args=args)


def _manages_websites(request: HttpRequest) -> bool:
    if not isinstance(request.user, User) or request.user.is_superuser:
        return request.user.is_superuser
    known = getattr(request, "manages_websites", None)  # set where a query of the view has found out
    if known is not None:
        return bool(known)
    # Error pages have the menu too, and must not fail with the database.
    with suppress(DatabaseError):
        return Membership.objects.filter(user=request.user, role=Role.ADMIN).exists()
    return False


def _count_unread_alerts(request: HttpRequest) -> int:
    if not isinstance(request.user, User):
        return 0
    known: int | None = getattr(request, "unread_alerts", None)
    if known is not None:
        return known
    with suppress(DatabaseError):
        return Alert.objects.filter(user=request.user, is_read=False, website__membership__user=request.user).count()
    return 0
