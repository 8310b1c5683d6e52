"""Error pages, and the sign-in."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import path

from dashboard import urls
from tests.page_reader import Page
from visitors.web import errors


def _broken(request):
    raise ZeroDivisionError("a secret of the inside")


def _forbidden(request):
    raise PermissionDenied


urlpatterns = [*urls.urlpatterns, path("broken/", _broken), path("forbidden/", _forbidden)]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.mark.urls(__name__)
def test_a_500_reveals_no_internals(browser_of_member):
    browser_of_member.raise_request_exception = False
    response = browser_of_member.get("/broken/")
    text = Page(response.content).text
    assert response.status_code == 500
    assert "Something broke on our side" in text
    assert "secret" not in response.content.decode()


def test_the_500_page_needs_no_database_and_no_request():
    # Without the django_db marker, a query fails here.
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something broke on our side" in Page(response.content).text


@pytest.mark.urls(__name__)
def test_a_403_names_who_can_help(browser_of_member):
    response = browser_of_member.get("/forbidden/")
    assert response.status_code == 403
    assert "Your account may not do this." in Page(response.content).text


def test_a_404_links_back(browser_of_member):
    response = browser_of_member.get("/nothing/here")
    shown = Page(response.content)
    assert response.status_code == 404
    assert shown.with_id("find")
    assert "/" in shown.links


def test_a_404_reveals_nothing_to_anonymous_users(client, db):
    response = client.get("/nothing/here")
    assert response.status_code == 404
    assert "Sign out" not in Page(response.content).text


def test_a_form_without_a_csrf_token_has_a_page(member):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(member)
    response = careful.post("/", {"pasted": "x"})
    assert response.status_code == 403
    assert "That form had expired" in Page(response.content).text


def test_an_unknown_host_gets_a_400_page(client, db):
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "That request made no sense" in Page(response.content).text


def test_signing_in_leads_to_the_requested_page(client, member):
    shown = Page(client.get("/sign-in/?next=/lumenkit/visitors/current/").content)
    (next_field,) = [field for field in shown.named("input") if field.get("name") == "next"]
    form = {"username": "mina", "password": "a long password", "next": next_field["value"]}
    response = client.post("/sign-in/", form)
    assert (response.status_code, response.headers["Location"]) == (302, "/lumenkit/visitors/current/")


def test_a_wrong_password_keeps_the_typed_name(client, member):
    shown = Page(client.post("/sign-in/", {"username": "mina", "password": "wrong"}).content)
    assert "The name or e-mail and the password don’t match." in shown.text
    assert shown.with_id("id_username")["value"] == "mina"
    assert "value" not in shown.with_id("id_password")


def test_no_page_has_inline_scripts_or_styles(browser_of_member, sandbox):
    for address in ("/", "/lumenkit/visitors/1ead0000-0000-4000-8000-000000000001/", "/nothing/", "/sign-in/"):
        shown = Page(browser_of_member.get(address, follow=True).content)
        for tag, attributes in shown.tags:
            assert "style" not in attributes, tag
            assert not [name for name in attributes if name.startswith(("on", "hx-on"))], tag
            assert not (attributes.get("hx-vals") or "").startswith("js:"), tag
        assert all("src" in script for script in shown.named("script"))
