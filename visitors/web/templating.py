"""The Jinja2 environment of the templates, with the functions and filters that they may call.

Not Django's own template language: Jinja2 compiles templates to Python, and renders a journey in a third of the time.
"""

from typing import Any

from django.template.defaultfilters import capfirst, date, pluralize
from django.templatetags.static import static
from django.urls import reverse
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined


def environment(**options: Any) -> Environment:
    """Return the environment of all templates; `options` come from the settings.

    A name or attribute that does not exist raises UndefinedError. Lines that contain nothing but a tag leave no output.
    """
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options)  # noqa: S701 Django's backend passes autoescape=True
    made.globals |= {"htmx_script": htmx_script, "static": static, "url": url}
    made.filters |= {"capfirst": capfirst, "date": date, "pluralize": pluralize}
    return made


def url(name: str, *args: object, **kwargs: object) -> str:
    """Return the path of a view by its name."""
    return reverse(name, args=args or None, kwargs=kwargs or None)
