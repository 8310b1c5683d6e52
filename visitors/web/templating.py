"""The language of the templates: Jinja2, with what ours may call.

Not Django's own language: Jinja2 compiles a template to Python, and makes the article of a journey in a third of the
time. Names, blocks and escaping are the same; what is called needs its parentheses.
"""

from typing import Any

from django.template.defaultfilters import capfirst, date, pluralize
from django.templatetags.static import static
from django.urls import reverse
from django_htmx.jinja import htmx_script
from jinja2 import ChainableUndefined, Environment, Undefined


def environment(**options: Any) -> Environment:
    """The environment of all templates; `options` are those of the settings.

    What is not there is empty text, whatever is asked of it: a slip in a template is no reason to show nothing.
    """
    return equipped(Environment, ChainableUndefined, options)


def equipped(kind: type[Environment], undefined: type[Undefined], options: dict[str, Any]) -> Environment:
    """An environment of this kind, with what our templates call. Lines that hold nothing but a tag leave nothing."""
    made = kind(**options | {"undefined": undefined, "trim_blocks": True, "lstrip_blocks": True})
    made.globals |= {"htmx_script": htmx_script, "static": static, "url": url}
    made.filters |= {"capfirst": capfirst, "date": date, "pluralize": pluralize}
    return made


def url(name: str, *args: object, **kwargs: object) -> str:
    """Return the path of the page of this name."""
    return reverse(name, args=args or None, kwargs=kwargs or None)
