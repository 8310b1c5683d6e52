"""Send one message to a webhook: over https only, to an address that was checked, within a few seconds.

The host is resolved once. The connection goes to the address that was checked, so a name that resolves differently the
next time (DNS rebinding) leads nowhere else. No redirect is followed, no proxy is used, and little of the answer is
read.
"""

import ipaddress
import os
import socket
import ssl
import time
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as PoolTimeout

from dashboard.addresses import bracket_ipv6
from visitors.datafast.transport import Call, open_pool, running, tls_context
from visitors.formatting.hosts import to_ascii
from visitors.formatting.text import clean, truncate
from visitors.webhooks.signing import sign

TIMEOUT_SECONDS = 5.0
EXCERPT_BYTES = 300
# What IANA assigns to hosts of the internet. Python calls other addresses global, too, such as obsolete private ones.
_IPV6_INTERNET = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotSendable(Exception):
    """The address of a webhook can't be used. The text is a sentence."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. `error` is "" if the receiver accepted the message. `status` is None without an answer.

    `excerpt` is the beginning of the answer, as plain text.
    """

    status: int | None = None
    excerpt: str = ""
    error: str = ""


def send(url: str, secret: str, body: str, event_id: UUID) -> Outcome:
    """Send a message. Never raises for what a receiver or the network does."""
    call = Call(time.monotonic() + TIMEOUT_SECONDS, charge=lambda: None)
    try:
        with running(call):
            return _send(call, url, secret, body.encode(), event_id)
    except NotSendable as error:
        return Outcome(error=str(error))
    except SSLError:
        return Outcome(error="The certificate of the receiver is not valid for its name.")
    except (TimeoutError, PoolTimeout):
        return Outcome(error=f"The receiver did not answer within {TIMEOUT_SECONDS:.0f} seconds.")
    except (HTTPError, OSError) as error:
        if time.monotonic() >= call.ends_at:
            return Outcome(error=f"The receiver did not answer within {TIMEOUT_SECONDS:.0f} seconds.")
        return Outcome(error=f"The connection to the receiver failed ({type(error).__name__}).")


def parse_url(url: str) -> tuple[str, int, str]:
    """Return host, port and path of an https address. Raises NotSendable."""
    try:
        parts = urlsplit(url)
        host, port = to_ascii(parts.hostname or ""), parts.port
    except ValueError as error:
        raise NotSendable("Enter a valid address.") from error
    if parts.scheme != "https":
        raise NotSendable("The address must begin with https://.")
    if not host or parts.username or parts.password:
        raise NotSendable("Enter an address with a host and without a user name.")
    if port == 0:
        raise NotSendable("Enter a valid address.")
    return host, port or 443, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def is_allowed(address: str) -> bool:
    """Return whether messages may go to an IP address: not into a private network, unless the setting allows it."""
    if settings.WEBHOOK_PRIVATE_ADDRESSES:
        return True
    bare = ipaddress.ip_address(address.partition("%")[0])
    return all(
        one.is_global and not one.is_multicast and (one.version == 4 or one in _IPV6_INTERNET) for one in _unwrap(bare)
    )


def _unwrap(address: Address) -> list[Address]:
    """Return an address, with the IPv4 addresses to which a gateway would translate it."""
    if not isinstance(address, ipaddress.IPv6Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address, *(one for one in (address.sixtofour, *(address.teredo or ())) if one)]


def _resolve(call: Call, host: str, port: int) -> list[str]:
    """Return the addresses of a host, all of them checked. Raises NotSendable, and TimeoutError at the deadline."""
    found: Future[list[str]] = Future()

    def run() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result([str(row[4][0]) for row in rows])
        except Exception as error:  # noqa: BLE001 raised where the result is awaited
            found.set_exception(error)

    # The system's look-up knows no timeout, so it runs in a thread that is abandoned at the deadline.
    Thread(target=run, name="webhook-resolve", daemon=True).start()
    try:
        addresses = list(dict.fromkeys(found.result(timeout=call.seconds_left())))
    except (socket.gaierror, UnicodeError) as error:
        raise NotSendable("The host of the address can’t be found.") from error
    if not all(is_allowed(address) for address in addresses):
        raise NotSendable("The address leads into a private network, which is not allowed.")
    return addresses


def _send(call: Call, url: str, secret: str, body: bytes, event_id: UUID) -> Outcome:
    host, port, path = parse_url(url)
    headers = {
        "Host": bracket_ipv6(host) + ("" if port == 443 else f":{port}"),
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Journeydesk",
        "Accept-Encoding": "identity",
        "Journeydesk-Event": str(event_id),
        "Journeydesk-Signature": sign(secret, body, int(time.time())),
    }
    addresses = _resolve(call, host, port)
    for number, address in enumerate(addresses, start=1):
        try:
            return _post(call, address, (host, port, path), body, headers)
        except NewConnectionError:
            # The host may have an IPv6 address that is not reachable from here.
            if number == len(addresses):
                raise
    raise NotSendable("The host of the address can’t be found.")


def _post(call: Call, address: str, target: tuple[str, int, str], body: bytes, headers: dict[str, str]) -> Outcome:
    host, port, path = target
    with open_pool(address, port, host, _trust()) as pool:
        response = pool.urlopen(
            "POST",
            path,
            body=body,
            headers=headers,
            timeout=call.seconds_left(),
            redirect=False,
            retries=False,
            preload_content=False,
        )
        try:
            excerpt = response.read(EXCERPT_BYTES, decode_content=False)
        except (HTTPError, OSError):
            # The receiver has decided already; its text is only shown to people.
            excerpt = b""
        finally:
            response.close()
    text = truncate(clean(excerpt.decode("utf-8", "replace")), EXCERPT_BYTES)
    return Outcome(response.status, text, _describe(response.status))


def _describe(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"The receiver redirects (HTTP {status}), and redirects are not followed."
    return f"The receiver answered HTTP {status}."


def _trust() -> ssl.SSLContext:
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or DEFAULT_CA_BUNDLE_PATH
    return tls_context(bundle)
