"""The signature of a message: an HMAC over the time and the body, so that neither can be changed or replayed later."""

import hashlib
import hmac
import secrets


def new_secret() -> str:
    """Return a new secret for a webhook."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def sign(secret: str, body: bytes, sent_at: int) -> str:
    """Return the value of the header Journeydesk-Signature. `sent_at` is a Unix time."""
    digest = hmac.new(secret.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={sent_at},v1={digest}"
