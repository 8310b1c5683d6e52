"""The dashboard's own addresses. No link takes its host from a request, where the caller chooses it."""

import socket
from contextlib import suppress

from django.conf import settings

from dashboard.environment import LOOPBACK_NAMES


def absolute_url(path: str) -> str:
    """Return a path as users open it from elsewhere: in mails, chats and tickets."""
    return public_origin() + path


def public_origin(host: str = "", port: int = 0) -> str:
    """Return the origin that users open, such as `https://desk.example.com`: PUBLIC_URL.

    Without PUBLIC_URL, it is the first name in ALLOWED_HOSTS that leads to this machine from outside, where a proxy
    listens; without such a name, the server itself. `host` and `port` are where it listens, if not at HOST and PORT.
    """
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    scheme = "https" if settings.HTTPS else "http"
    name = next(iter(public_names()), "") or local_address(host or settings.HOST, port or settings.PORT)
    return f"{scheme}://{name}"


def public_names() -> list[str]:
    """Return the names in ALLOWED_HOSTS that lead to this machine from outside."""
    names = [name for name in settings.ALLOWED_HOSTS if name not in LOOPBACK_NAMES and name != "*"]
    return [name.removeprefix(".") for name in names]


def local_address(host: str, port: int) -> str:
    """Return `host:port` as this machine itself reaches the server."""
    return f"{bracket_ipv6('127.0.0.1' if is_wildcard(host) else host)}:{port}"


def network_address() -> str:
    """Return the address of this machine in its network, or 127.0.0.1 if it is in none. Sends nothing."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # an address outside of every network; chooses a route, and no more
        return str(probe.getsockname()[0])
    return "127.0.0.1"


def is_wildcard(host: str) -> bool:
    """Return whether a server that listens on this host listens on every address of the machine."""
    return host in {"", "0.0.0.0", "::"}  # noqa: S104 compared with, not listened on


def bracket_ipv6(host: str) -> str:
    """Return the host as a URL contains it: an IPv6 address has brackets."""
    return f"[{host}]" if ":" in host else host
