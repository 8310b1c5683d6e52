"""The tokens that the sandbox accepts. They open nothing but the sandbox, so they may be printed and committed.

Both kinds of DataFast are here: `df_…` website API keys, bound to one website, and `dft_…` account tokens, which name
the website in `websiteId` and may be limited to permissions and to websites.
"""

import threading
from dataclasses import dataclass

from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN, WEBSITES, Website

LUMENKIT_KEY = "df_sandboxlumenkit0000000000000000a1"
POCKETGARDEN_KEY = "df_sandboxpocketgarden000000000000b2"
ACCOUNT_TOKEN = "dft_sandboxaccount00000000000000000c3"  # noqa: S105 (opens the sandbox only)
LUMENKIT_ONLY_TOKEN = "dft_sandboxlumenkitonly000000000000d4"  # noqa: S105 (opens the sandbox only)
WITHOUT_ANALYTICS_TOKEN = "dft_sandboxwithoutanalytics00000000e5"  # noqa: S105 (opens the sandbox only)
WITHOUT_WEBSITES_TOKEN = "dft_sandboxwithoutwebsites000000000f6"  # noqa: S105 (opens the sandbox only)
REVOKED_TOKEN = "dft_sandboxrevoked00000000000000000g7"  # noqa: S105 (opens nothing)

READ_ANALYTICS = "analytics:read"
READ_WEBSITES = "websites:read"
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Token:
    """What a token opens. `website` is set for a website key only; an empty `scope` of an account token means all."""

    value: str
    description: str
    permissions: frozenset[str]
    website: Website | None = None
    scope: tuple[Website, ...] = ()

    def permits(self, permission: str) -> bool:
        """Whether the token carries the permission, or all of them."""
        return permission in self.permissions or EVERYTHING in self.permissions

    @property
    def opens(self) -> tuple[Website, ...]:
        """Every website that the token may read."""
        if self.website is not None:
            return (self.website,)
        return self.scope or WEBSITES


TOKENS = (
    Token(LUMENKIT_KEY, "website key of Lumenkit", frozenset({READ_ANALYTICS}), website=LUMENKIT),
    Token(POCKETGARDEN_KEY, "website key of Pocket Garden", frozenset({READ_ANALYTICS}), website=POCKETGARDEN),
    Token(ACCOUNT_TOKEN, "account token, both websites, every permission", frozenset({EVERYTHING})),
    Token(
        LUMENKIT_ONLY_TOKEN,
        "account token limited to Lumenkit",
        frozenset({READ_ANALYTICS, READ_WEBSITES}),
        scope=(LUMENKIT,),
    ),
    Token(WITHOUT_ANALYTICS_TOKEN, "account token without analytics:read", frozenset({READ_WEBSITES})),
    Token(WITHOUT_WEBSITES_TOKEN, "account token without websites:read", frozenset({READ_ANALYTICS})),
    Token(REVOKED_TOKEN, "revoked account token", frozenset({EVERYTHING})),
)


def masked(token: str) -> str:
    """`dft_ab1...xyz9`, as the service shows a token; too short a text becomes `...`."""
    kind, _, secret = token.partition("_")
    if kind not in {"df", "dft"} or len(secret) < 12:
        return "..."
    return f"{kind}_{secret[:3]}...{secret[-4:]}"


class Keyring:
    """Which tokens are in force. Safe to use from several threads."""

    def __init__(self) -> None:
        self._tokens = {token.value: token for token in TOKENS}
        self._revoked = {REVOKED_TOKEN}
        self._lock = threading.Lock()

    def find(self, value: str) -> Token | None:
        """The token in force with this value, or None: unknown and revoked tokens look the same from outside."""
        with self._lock:
            return None if value in self._revoked else self._tokens.get(value)

    def revoke(self, value: str) -> None:
        """From now on the token answers 401. Unknown tokens raise `ValueError`."""
        self.check_known(value)
        with self._lock:
            self._revoked.add(value)

    def restore(self, value: str) -> None:
        """The token is in force again. Unknown tokens raise `ValueError`."""
        self.check_known(value)
        with self._lock:
            self._revoked.discard(value)

    def check_known(self, value: str) -> None:
        """Raises `ValueError` for a token that the sandbox has never had."""
        if value not in self._tokens:
            raise ValueError(f"The sandbox has no token {masked(value)}.")
