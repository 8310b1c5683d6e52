"""Under which address people reach the dashboard, for links that are made without a request."""

from django.conf import settings

from dashboard.environment import LOOPBACK_NAMES

_EVERYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 compared with, not listened on


def origin(host: str, port: int) -> str:
    """The address, without a slash at its end, of a server that listens on this host and port.

    Where others may reach it, a proxy stands in front, under the first name of `ALLOWED_HOSTS`.
    """
    scheme = "https" if settings.HTTPS else "http"
    for name in settings.ALLOWED_HOSTS:
        if name not in LOOPBACK_NAMES and name != "*":
            return f"{scheme}://{name.removeprefix('.')}"
    if host in _EVERYWHERE:
        host = "127.0.0.1"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
