"""A page that is kept ready holds nothing of another reader."""

import re

from django.contrib.auth import get_user_model
from django.test import Client

from visitors.models import Membership
from visitors.sandbox import documented

ADDRESS = f"/lumenkit/visitors/{documented.ONE_PAGE.visitor_id}/"


def test_each_reader_gets_their_own_name_and_form_tokens(browser_of_member, lumenkit, sandbox):
    other = get_user_model().objects.create_user("joachim")
    Membership.objects.create(website=lumenkit, user=other)
    browser_of_other = Client()
    browser_of_other.force_login(other)
    first, again = (browser_of_member.get(ADDRESS).content.decode() for _ in range(2))
    theirs = browser_of_other.get(ADDRESS).content.decode()
    assert "mina" in first
    assert "joachim" in theirs
    assert "mina" not in theirs.replace("Looked at by <bdi>mina</bdi>", "")
    tokens = [set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)) for page in (first, again, theirs)]
    assert all(len(found) == 1 for found in tokens)
    assert tokens[2].isdisjoint(tokens[0] | tokens[1])
    assert "\x01" not in first + again + theirs


def test_a_name_with_control_characters_breaks_no_page(browser_of_member, lumenkit, sandbox):
    lumenkit.name = "Lumen\x01kit\x01"  # as no page would save it
    lumenkit.save()
    for _ in range(2):
        assert browser_of_member.get(ADDRESS).status_code == 200
