"""The tokens that the sandbox accepts. They give access to nothing else, so they may be printed and committed.

They are of both DataFast kinds: `df_…` website keys for one website, and `dft_…` account tokens, whose requests name
the website in `websiteId` and which can be limited to permissions and to websites.
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
    """A token and its access. Only a website key has a `website`; an account token without `scope` opens all."""

    value: str
    description: str
    permissions: frozenset[str]
    website: Website | None = None
    scope: tuple[Website, ...] = ()

    def permits(self, permission: str) -> bool:
        """Return whether the token has the permission, or all permissions."""
        return permission in self.permissions or EVERYTHING in self.permissions

    @property
    def opens(self) -> tuple[Website, ...]:
        """The websites that the token can read."""
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
    """Return the token as DataFast shows it, `dft_ab1...xyz9`; a text that is too short becomes `...`."""
    kind, _, secret = token.partition("_")
    if kind not in {"df", "dft"} or len(secret) < 12:
        return "..."
    return f"{kind}_{secret[:3]}...{secret[-4:]}"


class Keyring:
    """The valid tokens. Thread-safe."""

    def __init__(self) -> None:
        self._tokens = {token.value: token for token in TOKENS}
        self._revoked = {REVOKED_TOKEN}
        self._lock = threading.Lock()

    def find(self, value: str) -> Token | None:
        """Return the valid token with this value, or None for unknown and revoked ones."""
        with self._lock:
            return None if value in self._revoked else self._tokens.get(value)

    def revoke(self, value: str) -> None:
        """Revoke a token: its requests get 401. Raises ValueError for an unknown one."""
        self.check_known(value)
        with self._lock:
            self._revoked.add(value)

    def restore(self, value: str) -> None:
        """Make a revoked token valid again. Raises ValueError for an unknown one."""
        self.check_known(value)
        with self._lock:
            self._revoked.discard(value)

    def check_known(self, value: str) -> None:
        """Raise ValueError for a token that the sandbox has never had."""
        if value not in self._tokens:
            raise ValueError(f"The sandbox has no token {masked(value)}.")
