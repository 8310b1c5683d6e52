"""Tokens at rest: only the keys of this deployment open them, and a key can be replaced without an outage."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from visitors import encryption

SECRET = "dft_ab1cdefghijklmnopqrsxyz9"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_secret_comes_back_and_is_not_readable_at_rest():
    stored = encryption.encrypt(SECRET)
    assert SECRET not in stored
    assert encryption.decrypt(stored) == SECRET


def test_the_same_secret_never_looks_the_same_twice():
    assert encryption.encrypt(SECRET) != encryption.encrypt(SECRET)


def test_an_older_key_still_opens_and_the_first_key_writes(settings):
    settings.CREDENTIAL_KEYS = [OLD]
    stored = encryption.encrypt(SECRET)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert encryption.decrypt(stored) == SECRET
    renewed = encryption.encrypt(SECRET)
    settings.CREDENTIAL_KEYS = [NEW]
    assert encryption.decrypt(renewed) == SECRET
    with pytest.raises(encryption.KeyLost):
        encryption.decrypt(stored)


@pytest.mark.parametrize("stored", ["", "nonsense", "gAAAAA==", "ключ", "x" * 5000])
def test_what_no_key_opens_is_a_lost_key_and_nothing_else(stored):
    with pytest.raises(encryption.KeyLost) as caught:
        encryption.decrypt(stored)
    assert "entered again" in str(caught.value)


def test_a_secret_that_is_kept_for_a_while_only_is_lost_after_it(clock):
    stored = encryption.encrypt(SECRET)
    clock.shift(599)
    assert encryption.decrypt(stored, max_age=timedelta(minutes=10)) == SECRET
    clock.shift(3)
    with pytest.raises(encryption.KeyLost):
        encryption.decrypt(stored, max_age=timedelta(minutes=10))
    assert encryption.decrypt(stored) == SECRET


def test_a_changed_secret_is_refused():
    stored = encryption.encrypt(SECRET)
    changed = stored[:-6] + ("A" if stored[-6] != "A" else "B") + stored[-5:]
    with pytest.raises(encryption.KeyLost):
        encryption.decrypt(changed)
