"""OpenID identities on the page of an account."""

import pytest

from tests.page_reader import Page
from visitors.models import OpenIDIdentity


@pytest.fixture
def identity(member):
    return OpenIDIdentity.objects.create(user=member, issuer="https://id.example", subject="<b>0017</b>")


def test_an_administrator_unlinks_an_identity(client, django_user_model, member, identity):
    client.force_login(django_user_model.objects.create_superuser("root"))
    page = Page(client.get(f"/people/{member.pk}/").content)
    assert "<b>0017</b> at https://id.example" in page.text
    client.post(f"/people/{member.pk}/openid/", {"answer": "yes"})
    assert not OpenIDIdentity.objects.exists()
    assert "OpenID" not in Page(client.get(f"/people/{member.pk}/").content).text.partition("Lost password")[2]


def test_only_administrators_unlink_an_identity(browser_of_member, member, identity):
    assert browser_of_member.post(f"/people/{member.pk}/openid/", {"answer": "yes"}).status_code == 403
    assert OpenIDIdentity.objects.get() == identity
