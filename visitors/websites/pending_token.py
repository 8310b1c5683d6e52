"""A pasted token between two pages: encrypted in the user's session for ten minutes, so no page contains it."""

from datetime import timedelta

import msgspec

from visitors import encryption
from visitors.datafast.payload import WebsiteListing, WebsiteMetadata
from visitors.web.access import SignedInRequest

KEPT_FOR = timedelta(minutes=10)
PASTE_AGAIN = "A pasted key is kept for ten minutes only. Paste it again."
OTHER_PASTED = "Another key was pasted since this page was loaded. Paste the key of this website again."
_SESSION_KEY = "pending_token"


class PendingToken(msgspec.Struct, frozen=True):
    """A pasted token.

    `websites` are those that DataFast lists for an account token, None where it was not asked or refused. `metadata` is
    what it says of the website that a website key opens. `replaces_on` is the pk of the website whose key it shall
    replace, None for a new website.
    """

    token: str
    websites: tuple[WebsiteListing, ...] | None = None
    website_id: str | None = None
    replaces_on: int | None = None
    metadata: WebsiteMetadata | None = None


def save(request: SignedInRequest, pending: PendingToken) -> None:
    """Keep a token for the next page, replacing an earlier one."""
    request.session[_SESSION_KEY] = encryption.encrypt(msgspec.json.encode(pending).decode())


def load(request: SignedInRequest, *, replaces_on: int | None = None) -> PendingToken | None:
    """Return the token that was pasted for this purpose in the last ten minutes, or None."""
    try:
        stored = encryption.decrypt(request.session.get(_SESSION_KEY, ""), max_age=KEPT_FOR)
    except encryption.KeyLost:
        return None
    pending = msgspec.json.decode(stored, type=PendingToken)
    return pending if pending.replaces_on == replaces_on else None


def discard(request: SignedInRequest) -> None:
    """Delete the token."""
    request.session.pop(_SESSION_KEY, None)
