"""What the lists of tokens show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from visitors.accounts.users import display_name
from visitors.formatting import DisplayTime, display_ago, format_duration
from visitors.models import AccessToken


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token with its owner's name and its state, such as "Expires in 2 days". `level` is the state's class."""

    token: AccessToken
    owner: str
    created: DisplayTime
    last_used: DisplayTime | None
    state: str
    level: str


def present_tokens(tokens: Iterable[AccessToken], now: datetime, zone: tzinfo) -> list[TokenRow]:
    """Return the rows of a list."""
    return [_row(token, now, zone) for token in tokens]


def _row(token: AccessToken, now: datetime, zone: tzinfo) -> TokenRow:
    if not token.user.is_active:
        state, level = "Account deactivated", "bad"
    elif token.expires_at <= now:
        state, level = "Expired", "warn"
    else:
        state, level = f"Expires in {format_duration(token.expires_at - now)}", "good"
    created = display_ago(token.created_at, now, zone)
    used = token.last_used_at
    last_used = display_ago(used, now, zone) if used else None
    return TokenRow(token, display_name(token.user), created, last_used, state, level)
