"""A token between two pages: encrypted in the session of who has pasted it, for ten minutes.

So nobody pastes it twice, and no page ever holds it.
"""

from datetime import timedelta

import msgspec

from visitors import encryption
from visitors.datafast.payload import WebsiteListing
from visitors.web.access import SignedInRequest

KEPT_FOR = timedelta(minutes=10)
PASTE_AGAIN = "A pasted key is held for ten minutes only: paste it once more."
_NAME = "pending_token"


class PendingToken(msgspec.Struct, frozen=True):
    """A token that was pasted. `websites` are those that DataFast has listed for it, None where it has not;
    `replaces_on` is the number of the website whose key it shall replace, None for a new website."""

    token: str
    websites: tuple[WebsiteListing, ...] | None = None
    website_id: str | None = None
    replaces_on: int | None = None


def keep(request: SignedInRequest, pending: PendingToken) -> None:
    """Keep a token for the next page, in the place of any other."""
    request.session[_NAME] = encryption.encrypt(msgspec.json.encode(pending).decode())


def find(request: SignedInRequest, *, replaces_on: int | None = None) -> PendingToken | None:
    """Return the token that was pasted for this purpose; None where there is none, or its time is over."""
    try:
        stored = encryption.decrypt(request.session.get(_NAME, ""), max_age=KEPT_FOR)
    except encryption.KeyLost:
        return None
    pending = msgspec.json.decode(stored, type=PendingToken)
    return pending if pending.replaces_on == replaces_on else None


def drop(request: SignedInRequest) -> None:
    """Keep it no longer."""
    request.session.pop(_NAME, None)
