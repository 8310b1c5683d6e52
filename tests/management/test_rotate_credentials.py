"""`manage.py rotate_credentials`: the first key of `CREDENTIAL_KEY` takes over while the server runs."""

import io
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import Client

from visitors import encryption
from visitors.models import Integration, Website
from visitors.sandbox import documented
from visitors.sandbox.tokens import ACCOUNT_TOKEN, LUMENKIT_KEY

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def old_key(settings):
    """Encrypt the websites that are made after this fixture with the old key."""
    settings.CREDENTIAL_KEYS = [OLD]


@pytest.fixture
def websites(old_key, lumenkit, pocketgarden):
    return lumenkit, pocketgarden


def rotate():
    printed = io.StringIO()
    call_command("rotate_credentials", stdout=printed)
    return printed.getvalue()


def test_rotating_makes_the_old_key_unnecessary(websites, settings):
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    printed = rotate()
    assert printed == "2 tokens encrypted again, 0 tokens with the first key already.\n"
    settings.CREDENTIAL_KEYS = [NEW]
    tokens = {website.slug: website.credential().token for website in Website.objects.all()}
    assert tokens == {"lumenkit": LUMENKIT_KEY, "pocketgarden": ACCOUNT_TOKEN}
    assert LUMENKIT_KEY not in printed


def test_secrets_of_integrations_are_rotated_too(websites, settings):
    integration = Integration(website=websites[0], kind="slack", secret_set_at=datetime.now(UTC))
    integration.set_secret("a signing secret")
    integration.save()
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert rotate().startswith("3 tokens encrypted again")
    settings.CREDENTIAL_KEYS = [NEW]
    integration.refresh_from_db()
    assert integration.secret() == "a signing secret"


def test_an_integration_with_a_lost_key_is_named(websites, settings):
    integration = Integration(website=websites[0], kind="slack", secret_set_at=datetime.now(UTC))
    integration.secret_encrypted = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    integration.save()
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match=r"opens the tokens of: lumenkit \(slack\)\. Add the key"):
        rotate()


def test_rotating_again_changes_nothing(websites, settings):
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    rotate()
    before = set(Website.objects.values_list("credential_encrypted", flat=True))
    assert rotate() == "0 tokens encrypted again, 2 tokens with the first key already.\n"
    assert set(Website.objects.values_list("credential_encrypted", flat=True)) == before


def test_a_token_with_a_lost_key_does_not_stop_the_others(websites, settings):
    lumenkit, pocketgarden = websites
    Website.objects.filter(pk=lumenkit.pk).update(
        credential_encrypted=Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    )
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match=r"opens the tokens of: lumenkit\. Add the key"):
        rotate()
    pocketgarden.refresh_from_db()
    assert encryption.is_current(pocketgarden.credential_encrypted)


def test_a_token_replaced_meanwhile_is_not_overwritten(websites, settings, monkeypatch):
    lumenkit, _ = websites
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    renew = encryption.renew

    def renew_while_an_administrator_replaces_it(stored):
        replaced = Website.objects.get(pk=lumenkit.pk)
        if stored == replaced.credential_encrypted:
            replaced.set_token("df_theonethatanadministratorentered1")
            replaced.save()
        return renew(stored)

    monkeypatch.setattr(encryption, "renew", renew_while_an_administrator_replaces_it)
    assert rotate() == "1 token encrypted again, 1 token with the first key already.\n"
    lumenkit.refresh_from_db()
    assert lumenkit.credential().token == "df_theonethatanadministratorentered1"


def test_a_lost_key_asks_for_the_token_until_it_is_entered(member, lumenkit, sandbox, settings):
    settings.CREDENTIAL_KEYS = [NEW]
    browser = Client()
    browser.force_login(member)
    address = f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}/"
    refused = browser.get(address)
    assert refused.status_code == 503
    assert "has to enter it again" in refused.content.decode()
    assert len(sandbox.calls) == 0
    lumenkit.refresh_from_db()
    assert lumenkit.key_rejected_since
    lumenkit.set_token(LUMENKIT_KEY)
    lumenkit.save()
    assert browser.get(address).status_code == 200
