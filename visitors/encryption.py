"""Keeps the websites' tokens unreadable at rest: Fernet, with the keys of the `CREDENTIAL_KEY` setting.

The first key encrypts, all of them decrypt, so that a key can be replaced without a moment of outage.
"""

from datetime import timedelta
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class KeyLost(Exception):
    """None of the keys at hand opens what was encrypted; the token has to be entered again."""


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(secret: str) -> str:
    """Return the secret as text that only this deployment can read."""
    return _box(tuple(settings.CREDENTIAL_KEYS)).encrypt(secret.encode()).decode()


def is_current(encrypted: str) -> bool:
    """Whether the first key has written this, so that the others are not needed for it."""
    try:
        _box(tuple(settings.CREDENTIAL_KEYS[:1])).decrypt(encrypted.encode())
    except InvalidToken:
        return False
    return True


def renew(encrypted: str) -> str:
    """Return the same secret encrypted with the first key. Raises KeyLost."""
    return encrypt(decrypt(encrypted))


def decrypt(encrypted: str, *, max_age: timedelta | None = None) -> str:
    """Return the secret again. Raises KeyLost; also for one that was encrypted longer ago than `max_age`."""
    keys = tuple(settings.CREDENTIAL_KEYS)
    try:
        if max_age is None:
            return _decrypted(keys, encrypted)
        return _box(keys).decrypt(encrypted.encode(), ttl=int(max_age.total_seconds())).decode()
    except InvalidToken as error:
        raise KeyLost("No key in CREDENTIAL_KEY opens this token: it has to be entered again.") from error


# Each call to the upstream needs one. A process that can read these has the keys at hand as well.
@lru_cache(maxsize=500)
def _decrypted(keys: tuple[str, ...], encrypted: str) -> str:
    return _box(keys).decrypt(encrypted.encode()).decode()
