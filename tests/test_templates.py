"""Templates, looked at without rendering them: what they name is there, and each of them is named by somebody."""

from pathlib import Path

import pytest
from django.template import engines
from django.urls import get_resolver
from jinja2 import nodes

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
