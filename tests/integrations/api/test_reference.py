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


def test_the_document_needs_no_token_and_names_no_website(lumenkit):
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert b"lumenkit" not in response.content
