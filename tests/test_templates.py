"""Templates: they name only what exists, each of them is used, and the environment is strict and escapes."""

from functools import cache

import pytest
from django.template import engines
from django.urls import get_resolver
from django.utils.safestring import mark_safe
from jinja2 import UndefinedError, nodes

from tests.processes import ROOT

TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))
# Django finds these by their names.
FOUND_BY_NAME = {"400.html", "403.html", "404.html", "500.html"}


@cache
def parse(name):
    return engines["jinja2"].env.parse((TEMPLATES / name).read_text())


def list_references(name):
    """Return the templates that one includes, imports or extends."""
    references = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)
    return {node.template.value for node in parse(name).find_all(references)}


def list_url_names(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from list_url_names(pattern)
        else:
            yield pattern.name


def test_templates_name_only_what_exists():
    url_names, files = set(list_url_names()), {path.name for path in (ROOT / "static").iterdir()}
    for name in NAMES:
        assert list_references(name) <= set(NAMES), name
        calls = [node for node in parse(name).find_all(nodes.Call) if isinstance(node.node, nodes.Name)]
        assert {call.args[0].value for call in calls if call.node.name == "url"} <= url_names, name
        assert {call.args[0].value for call in calls if call.node.name == "static"} <= files, name


def test_every_template_is_used():
    referenced = set().union(*(list_references(name) for name in NAMES))
    code = "".join(path.read_text() for path in (ROOT / "visitors").rglob("*.py"))
    assert {name for name in NAMES if name not in referenced | FOUND_BY_NAME and f'"{name}"' not in code} == set()


class Visitor:
    name = "<b>Mina & Joe</b>"
    badge = mark_safe("<i>new</i>")


def render(text):
    return engines["jinja2"].from_string(text).render({"visitor": Visitor()})


def test_text_is_escaped_and_html_is_not():
    page = render("<p title='{{ visitor.name }}'>{{ visitor.name }} {{ visitor.badge }}</p>")
    escaped = "&lt;b&gt;Mina &amp; Joe&lt;/b&gt;"
    assert page == f"<p title='{escaped}'>{escaped} <i>new</i></p>"


@pytest.mark.parametrize("mistake", ["{{ visitor.nickname }}", "{{ missing }}", "{% if missing %}x{% endif %}"])
def test_a_name_that_does_not_exist_raises(mistake):
    with pytest.raises(UndefinedError):
        render(mistake)


def test_lines_with_nothing_but_a_tag_leave_no_output():
    text = "<ul>\n  {% for one in (1, 2) %}\n  <li>{{ one }}</li>\n  {% endfor %}\n</ul>"
    assert render(text) == "<ul>\n  <li>1</li>\n  <li>2</li>\n</ul>"
