"""Templates: what they name is there, each of them is named by somebody, and how their language is set up."""

from pathlib import Path

import pytest
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import get_resolver
from django.utils.safestring import mark_safe
from jinja2 import UndefinedError, nodes

import dashboard.settings
from tests.processes import ROOT

TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))
# Django looks for these by itself.
FOUND_BY_NAME = {"400.html", "403.html", "404.html", "500.html"}


def tree(name):
    return engines["jinja2"].env.parse((TEMPLATES / name).read_text())


def named_in(template):
    """The templates that one names: those it includes, and the one it extends."""
    return {node.template.value for node in tree(template).find_all((nodes.Include, nodes.Extends))}


def names_of_addresses(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names_of_addresses(pattern)
        else:
            yield pattern.name


@pytest.mark.parametrize("name", NAMES)
def test_a_template_names_only_what_there_is(name):
    assert named_in(name) <= set(NAMES)
    calls = [node for node in tree(name).find_all(nodes.Call) if isinstance(node.node, nodes.Name)]
    asked = {call.args[0].value for call in calls if call.node.name in ("url", "address")}
    assert asked <= set(names_of_addresses())
    files = {call.args[0].value for call in calls if call.node.name == "static"}
    assert files <= {path.name for path in Path(ROOT / "static").iterdir()}


def test_every_template_is_used():
    named = set().union(*(named_in(name) for name in NAMES))
    code = "".join(path.read_text() for path in (ROOT / "visitors").rglob("*.py"))
    assert {name for name in NAMES if name not in named | FOUND_BY_NAME and f'"{name}"' not in code} == set()


class Visitor:
    """What a template may look into."""

    name = "<b>Mina & Joe</b>"
    badge = mark_safe("<i>new</i>")

    def greeting(self):
        return "Hello"


@pytest.fixture
def product():
    """The backend as the product has it, not as the test run does."""
    [settings] = dashboard.settings.TEMPLATES
    options = settings["OPTIONS"] | {"environment": "visitors.web.templating.environment"}
    return Jinja2({"NAME": "product", "APP_DIRS": False, "DIRS": settings["DIRS"], "OPTIONS": options})


def test_text_is_escaped_and_what_is_html_already_is_not(product):
    page = product.from_string("<p title='{{ who.name }}'>{{ who.name }} {{ who.badge }}</p>").render(
        {"who": Visitor()}
    )
    escaped = "&lt;b&gt;Mina &amp; Joe&lt;/b&gt;"
    assert page == f"<p title='{escaped}'>{escaped} <i>new</i></p>"


def test_what_is_not_there_is_empty_for_a_reader(product):
    assert (
        product.from_string("<p>{{ nobody.name.first }}{{ who.nickname }}</p>").render({"who": Visitor()}) == "<p></p>"
    )


@pytest.mark.parametrize("slip", ["{{ who.nickname }}", "{{ who.greeting }}", "{% if who.greeting %}x{% endif %}"])
def test_what_is_not_there_and_what_is_not_called_fails_in_the_test_run(slip):
    with pytest.raises(UndefinedError):
        engines["jinja2"].from_string(slip).render({"who": Visitor()})
    assert engines["jinja2"].from_string("{{ who.greeting() }}").render({"who": Visitor()}) == "Hello"


def test_lines_that_hold_nothing_but_a_tag_leave_nothing_behind(product):
    text = "<ul>\n  {% for one in (1, 2) %}\n  <li>{{ one }}</li>\n  {% endfor %}\n</ul>"
    assert product.from_string(text).render() == "<ul>\n  <li>1</li>\n  <li>2</li>\n</ul>"
