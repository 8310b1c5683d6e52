"""Websites with their tokens and permissions."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from visitors.datafast.credentials import CredentialError
from visitors.models import Membership, Snapshot, Website
from visitors.sandbox import tokens

pytestmark = pytest.mark.django_db


def website(**fields):
    return Website(**{"name": "Shop", "slug": "shop", "domain": "example.com", "credential_encrypted": "x"} | fields)


def test_a_token_is_stored_encrypted_and_shown_masked(lumenkit):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM visitors_website")
        row = str(cursor.fetchall())
    assert tokens.LUMENKIT_KEY not in row
    assert lumenkit.credential_mask == "df_san...00a1"
    assert Website.objects.get().credential().token == tokens.LUMENKIT_KEY
    assert tokens.LUMENKIT_KEY not in repr(lumenkit.credential())


def test_a_new_token_clears_the_rejection(lumenkit):
    lumenkit.key_rejected_since = "2026-05-04T12:00:00Z"
    lumenkit.set_token(tokens.ACCOUNT_TOKEN)
    assert lumenkit.key_rejected_since is None
    assert lumenkit.credential().website_id == lumenkit.datafast_id


@pytest.mark.parametrize("token", ["", "nonsense", "df_", "df_with space", "dft_of-an-account-without-website-id"])
def test_an_invalid_token_is_refused(token):
    shop = website()
    with pytest.raises(CredentialError):
        shop.set_token(token)
    assert (shop.credential_encrypted, shop.credential_mask) == ("x", "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "admin"),
        ("slug", "with space"),
        ("time_zone", "Mars/Olympus"),
        ("currency", "usd"),
        ("currency", "USD\n"),
        ("datafast_id", "665f0b3c"),
        ("datafast_id", "665f0b3c4d2e1a001234567\n"),
    ],
)
def test_invalid_fields_are_refused(field, value):
    with pytest.raises(ValidationError) as caught:
        website(**{field: value}).full_clean()
    assert list(caught.value.message_dict) == [field]


def test_a_website_is_visible_to_members_only(lumenkit, pocketgarden, member):
    stranger = get_user_model().objects.create_user("stranger")
    assert list(Website.objects.visible_to(member)) == [lumenkit]
    assert not Website.objects.visible_to(stranger).exists()


def test_a_user_has_one_role_per_website(lumenkit, member):
    with pytest.raises(IntegrityError):
        Membership.objects.create(website=lumenkit, user=member)


def test_a_compressed_answer_is_restored():
    body = '{"city": "Seosan 서산"}'.encode() * 1000
    stored = Snapshot.compress(body)
    assert len(stored) < len(body) / 10
    assert Snapshot(answer_compressed=memoryview(stored)).answer == body
