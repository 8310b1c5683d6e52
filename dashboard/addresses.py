"""The dashboard's own addresses, for links that are made without a request."""

from django.conf import settings

from dashboard.environment import LOOPBACK_NAMES


def public_origin(host: str, port: int) -> str:
    """Return the origin that users open, such as `https://desk.example.com`, of a server that listens on host and port.

    It is the first name in `ALLOWED_HOSTS` that leads to this machine from outside, where a proxy listens; without such
    a name it is the server itself.
    """
    scheme = "https" if settings.HTTPS else "http"
    for name in settings.ALLOWED_HOSTS:
        if name not in LOOPBACK_NAMES and name != "*":
            return f"{scheme}://{name.removeprefix('.')}"
    return f"{scheme}://{local_address(host, port)}"


def local_address(host: str, port: int) -> str:
    """Return `host:port` as this machine itself reaches the server."""
    return f"{bracket_ipv6('127.0.0.1' if is_wildcard(host) else host)}:{port}"


def is_wildcard(host: str) -> bool:
    """Return whether a server that listens on this host listens on every address of the machine."""
    return host in {"", "0.0.0.0", "::"}  # noqa: S104 compared with, not listened on


def bracket_ipv6(host: str) -> str:
    """Return the host as a URL contains it: an IPv6 address has brackets."""
    return f"[{host}]" if ":" in host else host
