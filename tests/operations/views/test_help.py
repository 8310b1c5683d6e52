"""The help page, and the footer that leads to it."""

import pytest
from django.contrib.auth import get_user_model

from tests.page_reader import Page

pytestmark = pytest.mark.django_db


def test_the_page_names_whom_to_ask(browser_of_member):
    get_user_model().objects.create_superuser("ada", first_name="Ada", last_name="<b>Byron")
    get_user_model().objects.create_superuser("gone", is_active=False)
    text = Page(browser_of_member.get("/help/").content.decode()).text
    assert "an administrator (Ada <b>Byron)" in text
    assert "Version 0.1.0" in text


def test_the_footer_leads_administrators_to_the_status_page(browser_of_member, admin_client):
    def links(client):
        html = client.get("/help/").content.decode()
        return [target for target in ("/help/", "/status/") if f'href="{target}"' in html[html.index("<footer") :]]

    assert links(browser_of_member) == ["/help/"]
    assert links(admin_client) == ["/help/", "/status/"]


def test_the_version_is_not_shown_before_signing_in(client):
    assert "0.1.0" not in client.get("/sign-in/").content.decode()
