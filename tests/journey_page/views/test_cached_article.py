"""A cached article shows nothing of another reader, and nothing of an erased visitor."""

import re

from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from tests.sessions import sign_in
from visitors import profiles
from visitors.models import Membership
from visitors.sandbox import documented

VISITOR = documented.ONE_PAGE.visitor_id
ADDRESS = f"/lumenkit/visitors/{VISITOR}/"


def form_token(page):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


def test_each_reader_gets_their_own_name_and_form_token(member, lumenkit, sandbox):
    other = get_user_model().objects.create_user("joachim")
    Membership.objects.create(website=lumenkit, user=other)
    browsers = [Client(enforce_csrf_checks=True) for _ in range(2)]
    for browser, user in zip(browsers, (member, other), strict=True):
        sign_in(browser, user)
    hers, theirs = (browser.get(ADDRESS).content.decode() for browser in browsers)
    assert "mina" in hers
    assert "joachim" in theirs
    assert "mina" not in theirs.replace("Viewed by <bdi>mina</bdi>", "")
    statuses = [
        browsers[1].post(f"{ADDRESS}refresh/", {"csrfmiddlewaretoken": form_token(page)}).status_code
        for page in (hers, theirs)
    ]
    assert statuses == [403, 302]


def test_a_second_reader_gets_the_same_article(browser_of_member, lumenkit, sandbox):
    pages = [browser_of_member.get(ADDRESS).content.decode() for _ in range(2)]
    bodies = [page[page.index('<section class="glance"') : page.index('<p class="address"')] for page in pages]
    assert bodies[0] == bodies[1]


def test_an_erased_visitor_is_not_shown_from_the_cache(browser_of_member, lumenkit, sandbox):
    browser_of_member.get(ADDRESS)
    sandbox.answer_with(VISITOR, status=404)
    with transaction.atomic():
        profiles.erase_profile(lumenkit.pk, VISITOR)
    response = browser_of_member.get(ADDRESS)
    assert response.status_code == 404
    assert b'id="totals"' not in response.content
