"""Encrypt the websites' tokens at rest: Fernet with the keys of the CREDENTIAL_KEY setting.

The first key encrypts and all of them decrypt, so a key can be replaced without an outage.
"""

from collections.abc import Sequence
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class KeyLost(Exception):
    """None of the configured keys decrypts a secret, so it has to be entered again."""


def encrypt(secret: str) -> str:
    """Return the secret encrypted with the first key, as text."""
    return _fernet(settings.CREDENTIAL_KEYS).encrypt(secret.encode()).decode()


def decrypt(encrypted: str, *, max_age: timedelta | None = None) -> str:
    """Return the secret. Raises KeyLost, also for one that was encrypted longer ago than `max_age`."""
    seconds = None if max_age is None else int(max_age.total_seconds())
    try:
        return _fernet(settings.CREDENTIAL_KEYS).decrypt(encrypted.encode(), ttl=seconds).decode()
    except InvalidToken as error:
        raise KeyLost("No key in CREDENTIAL_KEY opens this token: it has to be entered again.") from error


def renew(encrypted: str) -> str:
    """Return the same secret encrypted with the first key. Raises KeyLost."""
    return encrypt(decrypt(encrypted))


def is_current(encrypted: str) -> bool:
    """Whether the first key decrypts this, so that the others are not needed for it."""
    try:
        _fernet(settings.CREDENTIAL_KEYS[:1]).decrypt(encrypted.encode())
    except InvalidToken:
        return False
    return True


def _fernet(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
