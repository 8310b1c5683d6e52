"""A process renders a page before its first request. No test here may use the database."""

import subprocess
import sys

import pytest
from django.template import engines

from tests.settings import SCRATCH
from visitors.operations import warm_up

PROGRAM = """
import django; django.setup()
from visitors.operations import warm_up
import sys, time
before = time.process_time(); warm_up.render_page(); first = time.process_time() - before
before = time.process_time(); warm_up.render_page(); again = time.process_time() - before
assert again < first / 3, (first, again)
"""


def test_warming_up_compiles_the_templates_of_a_journey_page():
    compiled = engines["jinja2"].env.cache
    compiled.clear()
    warm_up.warm_up()
    names = {template.name for template in compiled.values()}
    assert {
        "journey_page/page.html",
        "journey_page/_side.html",
        "journey_page/_visits.html",
        "components/_bar.html",
    } <= names


def test_warming_up_renders_what_a_signed_in_user_gets():
    """A name that the templates use and the page lacks fails here, and not at the start of a server."""
    html = warm_up.render_page().content.decode()
    assert "South Korea" in html
    assert "X-CSRFToken" in html  # of the context processors


@pytest.mark.process
def test_a_page_renders_quickly_after_warming_up():
    subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "TMPDIR": str(SCRATCH)},
        check=True,
        timeout=60,
    )
