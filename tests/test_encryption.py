"""Encryption at rest: only the configured keys decrypt, and keys can be replaced without an outage."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from visitors import encryption

SECRET = "dft_ab1cdefghijklmnopqrsxyz9"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_an_encrypted_secret_can_be_decrypted():
    stored = encryption.encrypt(SECRET)
    assert SECRET not in stored
    assert encryption.decrypt(stored) == SECRET


def test_encrypting_twice_gives_different_texts():
    assert encryption.encrypt(SECRET) != encryption.encrypt(SECRET)


def test_older_keys_decrypt_and_the_first_key_encrypts(settings):
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
def test_undecryptable_text_raises_key_lost(stored):
    with pytest.raises(encryption.KeyLost) as caught:
        encryption.decrypt(stored)
    assert "entered again" in str(caught.value)


def test_a_secret_expires_after_max_age(clock):
    stored = encryption.encrypt(SECRET)
    clock.shift(599)
    assert encryption.decrypt(stored, max_age=timedelta(minutes=10)) == SECRET
    clock.shift(3)
    with pytest.raises(encryption.KeyLost):
        encryption.decrypt(stored, max_age=timedelta(minutes=10))
    assert encryption.decrypt(stored) == SECRET


def test_a_changed_ciphertext_is_refused():
    stored = encryption.encrypt(SECRET)
    changed = stored[:-6] + ("A" if stored[-6] != "A" else "B") + stored[-5:]
    with pytest.raises(encryption.KeyLost):
        encryption.decrypt(changed)
