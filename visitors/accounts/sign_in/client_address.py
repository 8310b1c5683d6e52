"""Where a request comes from, as far as that can be known."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address of the client: of the connection, or what trusted proxies say of theirs. None where it is unknown.

    Each of the `TRUSTED_PROXIES` appends to `X-Forwarded-For` whom it heard from, so the client is that many from the
    end; what stands before it was made up by the client itself.
    """
    connection = _read(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    count: int = settings.TRUSTED_PROXIES
    told = _read(hops[-count]) if 0 < count <= len(hops) else None
    address = told or connection
    return str(address) if address else None


def counted_address(request: HttpRequest) -> str | None:
    """The same, for counting: of an IPv6 address the network, since whoever has one has 2⁶⁴ of them."""
    address = client_address(request)
    if address is None or ":" not in address:
        return address
    return str(IPv6Network((address, 64), strict=False).network_address)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """An address, with or without a port: 192.0.2.1, 192.0.2.1:4711, [2001:db8::1]:4711."""
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
