"""The client's IP address."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the client's address, or None where it is unknown.

    Each of the TRUSTED_PROXIES appends the address of its own client to X-Forwarded-For, so the client is that many
    entries from the end. Entries before it were sent by the client and prove nothing.
    """
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    count: int = settings.TRUSTED_PROXIES
    forwarded = _parse(hops[-count]) if 0 < count <= len(hops) else None
    address = forwarded or _parse(request.META.get("REMOTE_ADDR", ""))
    return str(address) if address else None


def rate_limit_address(request: HttpRequest) -> str | None:
    """Return the address that failures are counted by: for IPv6 the /64 network, as one client has all of it."""
    address = client_address(request)
    if address is None or ":" not in address:
        return address
    return str(IPv6Network((address, 64), strict=False).network_address)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address with or without a port: 192.0.2.1, 192.0.2.1:4711, [2001:db8::1]:4711."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
