"""The page that describes the API."""

from django.test import Client
from django.urls import reverse


def test_the_page_describes_every_operation(browser_of_member):
    page = browser_of_member.get("/api/").content.decode()
    document = Client().get("/api/v1/openapi.json").json()
    for path, methods in document["paths"].items():
        if "/admin/" not in path:  # another address of the same list
            assert f'data-path="{path}"' in page
            assert methods["get"]["summary"] in page
    assert 'name="visitedPage"' in page
    assert reverse("own_tokens") in page


def test_the_document_needs_no_token_and_says_nothing_of_this_server(lumenkit):
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert b"lumenkit" not in response.content
    # Pages tell the release to users who are signed in only. This is the version of the API.
    assert response.json()["info"]["version"] == "1"


def test_another_method_is_refused_in_json(db):
    response = Client(enforce_csrf_checks=True).post("/api/v1/openapi.json")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response.json()["error"]["code"] == 405
