"""The origins whose pages may frame a website's panel."""

import re

from django.core.exceptions import ValidationError

from dashboard.environment import LOOPBACK_NAMES

MAX_ORIGINS = 10
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# At least two labels follow a wildcard, which rules out "*.com".
_ORIGIN = re.compile(
    rf"(?P<scheme>https?)://(?P<wildcard>\*\.)?(?P<host>{_LABEL}(?:\.{_LABEL})*|\[::1\])(?P<port>:[1-9][0-9]{{0,4}})?/?"
)


def parse_origins(text: str) -> list[str]:
    """Return the origins in a text, one per line, without repetitions. Raises ValidationError with a sentence."""
    found = list(dict.fromkeys(_parse(line.strip()) for line in text.splitlines() if line.strip()))
    if len(found) > MAX_ORIGINS:
        raise ValidationError(f"At most {MAX_ORIGINS} origins are possible.")
    return found


def _parse(line: str) -> str:
    match = _ORIGIN.fullmatch(line.lower())
    if match is None:
        raise ValidationError(
            f"“{line[:80]}” is not an origin. Examples: https://chat.example.com and https://*.zendesk.com."
        )
    if match["wildcard"] and match["host"].count(".") < 1:
        raise ValidationError(f"“{line[:80]}” would allow too many sites.")
    if match["scheme"] == "http" and match["host"] not in LOOPBACK_NAMES:
        raise ValidationError(f"“{line[:80]}” needs https://, as anyone on the way could change its pages.")
    return match[0].removesuffix("/")
