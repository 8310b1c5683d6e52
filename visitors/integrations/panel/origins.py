"""The origins whose pages may frame a website's panel."""

import re

from django.core.exceptions import ValidationError

from dashboard.environment import LOOPBACK_NAMES
from visitors.formatting.hosts import to_ascii

MAX_ORIGINS = 10
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<wildcard>\*\.)?(?P<host>[^/:]+)(?P<port>:[1-9][0-9]{0,4})?/?")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# No IPv6 address: a Content-Security-Policy can't name one.
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# Below which anyone can get a name, as far as the form tells: "com", "co.uk", "com.au".
_SHARED = re.compile(r"[^.]+|[^.]{1,3}\.[^.]{2}")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_MAX_PORT = 65_535


def parse_origins(text: str) -> list[str]:
    """Return the origins in a text, one per line, without repetitions. Raises ValidationError with a sentence.

    They have the form in which browsers write them: in lower case, in IDNA form, without the default port.
    """
    found = list(dict.fromkeys(_parse(line.strip()) for line in text.splitlines() if line.strip()))
    if len(found) > MAX_ORIGINS:
        raise ValidationError(f"At most {MAX_ORIGINS} origins are possible.")
    return found


def _parse(line: str) -> str:
    shown = f"“{line[:80]}”"
    match = _ORIGIN.fullmatch(line.lower())
    host = _encode(match["host"]) if match else ""
    port = (match and match["port"]) or ""
    if match is None or not host or int(port[1:] or 0) > _MAX_PORT:
        raise ValidationError(
            f"{shown} is not an origin. Examples: https://chat.example.com and https://*.zendesk.com."
        )
    scheme, wildcard = match["scheme"], match["wildcard"] or ""
    if wildcard and _SHARED.fullmatch(host):
        raise ValidationError(f"{shown} would allow the sites of many owners. List the origins one by one.")
    if scheme == "http" and host not in LOOPBACK_NAMES:
        raise ValidationError(f"{shown} needs https://, as anyone on the way could change its pages.")
    return f"{scheme}://{wildcard}{host}{'' if port == _DEFAULT_PORTS[scheme] else port}"


def _encode(host: str) -> str:
    """Return a host in IDNA form, "" for anything else."""
    try:
        host = to_ascii(host)
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""
