"""The tokens for DataFast: a website's key, and an account's token. Never shown whole.

| token  | name          | opens                                                              |
|--------|---------------|--------------------------------------------------------------------|
| `df_…` | website key   | one website, which DataFast infers from the key                    |
| `dft_…`| account token | the websites it was given; `websiteId` selects one                 |
"""

import re
from dataclasses import dataclass

# The characters after the prefix are not documented. A header can carry only visible ASCII unchanged. The limit of the
# length keeps a pasted file out.
_TOKEN = re.compile(r"dft?_[\x21-\x7e]{1,500}")
_WEBSITE_ID = re.compile(r"[0-9a-fA-F]{24}")

# A masked token shows 3 + 4 characters of its secret part. In a shorter secret that would be too much.
_MIN_SECRET_LENGTH = 16


class CredentialError(ValueError):
    """A token or website id that can't be DataFast's. `str()` is a sentence without the token."""


def is_account_token(token: str) -> bool:
    """Whether this is an account token, not a website key."""
    return token.startswith("dft_")


def mask(token: str) -> str:
    """Return the token as users may see it, and as DataFast itself shows it: `dft_ab1...xyz9`.

    A short token shows only its prefix, and anything that is not a token shows nothing.
    """
    if not _TOKEN.fullmatch(token):
        return "..."
    prefix, _, secret = token.partition("_")
    if len(secret) < _MIN_SECRET_LENGTH:
        return f"{prefix}_..."
    return f"{prefix}_{secret[:3]}...{secret[-4:]}"


@dataclass(frozen=True, repr=False)
class Credential:
    """Access to one website: its own key, or an account token together with the website's id (24 hex digits).

    Raises CredentialError if the token is malformed, or if an account token comes without a valid website id.
    """

    token: str
    website_id: str | None = None

    def __post_init__(self) -> None:
        _check_token(self.token)
        if is_account_token(self.token) and not _WEBSITE_ID.fullmatch(self.website_id or ""):
            raise CredentialError(
                "An account token (dft_) needs the website's id in DataFast: 24 digits from 0 to 9 and a to f."
            )

    @property
    def query(self) -> dict[str, str]:
        """The query parameters that DataFast needs besides the token: `websiteId` for an account token."""
        return {"websiteId": self.website_id} if self.website_id and is_account_token(self.token) else {}

    def __repr__(self) -> str:
        return f"Credential({mask(self.token)!r}, website_id={self.website_id!r})"


@dataclass(frozen=True, repr=False)
class AccountToken:
    """An account token before a website was chosen. It can only list the websites that it opens.

    Raises CredentialError if the token is malformed, or a website's key.
    """

    token: str

    def __post_init__(self) -> None:
        _check_token(self.token)
        if not is_account_token(self.token):
            raise CredentialError(
                "Only an account token (dft_) can list websites; this is the key of one website (df_)."
            )

    def __repr__(self) -> str:
        return f"AccountToken({mask(self.token)!r})"


def _check_token(token: str) -> None:
    if not _TOKEN.fullmatch(token):
        raise CredentialError(
            "This is not a DataFast token: it starts with df_ or dft_ and holds no space or line break."
        )
