"""Under which address people reach the dashboard, for links that are made without a request."""

from django.conf import settings

from dashboard.environment import LOOPBACK_NAMES


def origin(host: str, port: int) -> str:
    """The address, without a slash at its end, of a server that listens on this host and port.

    Where others may reach it, a proxy stands in front, under the first name of `ALLOWED_HOSTS`.
    """
    scheme = "https" if settings.HTTPS else "http"
    for name in settings.ALLOWED_HOSTS:
        if name not in LOOPBACK_NAMES and name != "*":
            return f"{scheme}://{name.removeprefix('.')}"
    return f"{scheme}://{listening(host, port)}"


def listening(host: str, port: int) -> str:
    """Where this machine itself reaches a server that listens on this host and port."""
    return f"{host_name('127.0.0.1' if is_everywhere(host) else host)}:{port}"


def is_everywhere(host: str) -> bool:
    """Whether a server that listens there is reached under every address of the machine."""
    return host in {"", "0.0.0.0", "::"}  # noqa: S104 compared with, not listened on


def host_name(host: str) -> str:
    """The host as it stands in an address: one with colons has brackets around it."""
    return f"[{host}]" if ":" in host else host
