"""`/design/`: the components of the pages, with DEBUG and in the demo only."""

import pytest

from tests.page_reader import Page


def test_without_debug_there_is_no_design_page(browser_of_member):
    assert browser_of_member.get("/design/").status_code == 404


@pytest.mark.parametrize("setting", ["DEBUG", "IS_DEMO"])
def test_the_design_page_shows_the_components(browser_of_member, settings, setting):
    setattr(settings, setting, True)
    response = browser_of_member.get("/design/")
    shown = Page(response.content)
    assert response.status_code == 200
    for heading in ("Colors", "Type", "Buttons", "Cards and figures", "Fields and choices", "Table", "Danger zone"):
        assert heading in shown.text
    assert "Enter a valid email address." in shown.text
