"""Changes to websites, also at the same time, and the slugs of new ones."""

import threading
import time
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from tests.concurrency import beside
from visitors import profiles
from visitors.audit import log
from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.payload import WebsiteListing
from visitors.models import AuditAction, AuditEntry, Membership, Snapshot, Website, batches
from visitors.profiles import store
from visitors.sandbox import documented, tokens
from visitors.websites import actions


@pytest.mark.parametrize(
    ("domain", "slug"),
    [
        ("shop.example.com", "shop"),
        ("www.shop.example", "shop"),
        ("WWW.Shop.Example", "shop"),
        ("münchen.example", "munchen"),
        ("会社.example", "example"),
        ("会社.会社", "website"),
        ("add.example", "add-2"),
        ("taken.example", "taken-3"),
        ("two_words-here.example", "two_words-here"),
        ("x" * 60 + ".example", "x" * 46),
    ],
)
def test_a_slug_is_derived_from_the_domain(domain, slug):
    assert actions.propose_slug(domain, {"add", "taken", "taken-2"}) == slug


@pytest.mark.parametrize(
    ("connected", "added"),
    [
        ("shop.example", "shop.example"),
        ("shop.example", "www.shop.example"),
        ("www.shop.example", "Shop.Example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("www.xn--bcher-kva.example", "BÜCHER.example"),
    ],
)
def test_the_same_domain_is_recognized_in_any_spelling(lumenkit, connected, added):
    Website.objects.update(domain=connected)
    assert actions.warn_of_same_domain(Website(domain=added)) == f"{added} is already connected as Lumenkit."
    listing = WebsiteListing(id="a" * 24, domain=added)
    assert actions.find_connected([listing]) == {"a" * 24: lumenkit}


@pytest.mark.parametrize("domain", ["shop.example.com", "blog.shop.example", "myshop.example", "www.example"])
def test_other_domains_are_not_the_same(lumenkit, domain):
    Website.objects.update(domain="shop.example")
    assert actions.warn_of_same_domain(Website(domain=domain)) == ""


def test_a_website_does_not_warn_of_itself(lumenkit):
    assert actions.warn_of_same_domain(lumenkit) == ""


def test_two_websites_of_one_domain_are_added_with_a_remark(db):
    root = get_user_model().objects.create_superuser("root")
    listings = [WebsiteListing(id=letter * 24, name=letter, domain="shop.example") for letter in "ab"]
    added, remarks = actions.connect(root, AccountToken(tokens.ACCOUNT_TOKEN), listings)
    assert len(added) == 2
    assert "shop.example is already connected as a." in remarks


@pytest.mark.django_db(transaction=True)
def test_connecting_twice_at_once_adds_each_website_once():
    users = [get_user_model().objects.create_superuser(name) for name in ("one", "two")]
    listings = [WebsiteListing(id=f"{n:024x}", domain=f"shop{n}.example") for n in range(3)]
    start, added = threading.Barrier(2), []

    def connect(user):
        start.wait(timeout=10)
        added.extend(actions.connect(user, AccountToken(tokens.ACCOUNT_TOKEN), listings)[0])
        connections.close_all()

    threads = [threading.Thread(target=connect, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(added) == Website.objects.count() == Membership.objects.count() == 3


def test_a_removed_website_is_not_changed(lumenkit, admin, caplog):
    Website.objects.all().delete()
    actions.change(admin, lumenkit, ["name"])
    actions.pause(admin, lumenkit)
    actions.resume(admin, lumenkit)
    with pytest.raises(Website.DoesNotExist):
        actions.replace_key(admin, lumenkit, Credential(tokens.LUMENKIT_KEY))
    assert "lumenkit" not in caplog.text


def test_the_budgets_of_all_websites_take_one_query(lumenkit, pocketgarden):
    with CaptureQueriesContext(connection) as caught:
        usage = profiles.get_budget_usage([lumenkit, pocketgarden])
    assert usage == {lumenkit.pk: (0, 60), pocketgarden.pk: (0, 60)}
    assert len(caught) == 1


def test_an_undecryptable_token_has_no_budget(lumenkit):
    lumenkit.credential_encrypted = "of a lost key"
    assert profiles.get_budget_usage([lumenkit]) == {}


@pytest.mark.django_db(transaction=True)
def test_a_website_is_removed_while_a_profile_is_saved(lumenkit, admin, sandbox, clock, monkeypatch):
    """Both lock the lease first: in the opposite order, a database with row locks would abort one of the two."""
    lead = UUID(documented.RETURNING_LEAD.visitor_id)
    profiles.get_profile(lumenkit, lead)
    clock.shift(3600)
    save, is_saving, ended = store.save_answer, threading.Event(), []

    def slowly(*args, **options):
        is_saving.set()
        time.sleep(0.5)
        return save(*args, **options)

    def refresh():
        try:
            ended.append(profiles.refresh_profile(lumenkit, lead))
        finally:
            connections.close_all()

    monkeypatch.setattr(store, "save_answer", slowly)
    refreshing = threading.Thread(target=refresh)
    refreshing.start()
    assert is_saving.wait(10)
    actions.remove(admin, lumenkit)
    refreshing.join(10)
    assert [one.problem for one in ended] == [None]
    assert not Website.objects.exists()
    assert not Snapshot.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_website_is_removed_while_someone_looks_at_a_visitor(lumenkit, admin, member):
    look = partial(log.record_lookup, member, lumenkit, uuid4(), AuditAction.PAGE)
    look()
    with beside('DELETE FROM "visitors_website"', look) as outcomes:
        actions.remove(admin, lumenkit)
    assert outcomes == [Http404]
    assert not Website.objects.exists()


def test_a_website_is_removed_in_small_transactions(lumenkit, admin, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_SIZE", 2)
    for _ in range(5):
        Snapshot.objects.create(website=lumenkit, visitor_id=uuid4(), fetched_at=datetime.now(UTC), version="a")
        log.record_lookup(admin, lumenkit, uuid4(), AuditAction.PAGE)
    numbers = []

    def count(execute, sql, params, *args):
        if sql.startswith(('DELETE FROM "visitors_snapshot"', 'DELETE FROM "visitors_auditentry"')):
            numbers.append(len(params))
        return execute(sql, params, *args)

    with connection.execute_wrapper(count):
        actions.remove(admin, lumenkit)
    assert max(numbers) == 2
    assert not Website.objects.exists()
    assert not AuditEntry.objects.exists()
