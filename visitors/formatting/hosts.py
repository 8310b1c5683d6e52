"""Compare the names of hosts."""

import idna


def normalize_host(host: str) -> str:
    """Return the form in which two names of the same host are equal: in lower case, in IDNA form, without `www.`.

    What is no valid name in IDNA stays as it is, in lower case.
    """
    host = host.strip().strip(".").lower()
    try:
        host = to_ascii(host)
    except ValueError:
        return host
    return host.removeprefix("www.") if host.count(".") > 1 else host


def to_ascii(host: str) -> str:
    """Return the name of a host in IDNA form, in which browsers and DNS use it. Raises ValueError if it has none."""
    return host if host.isascii() else idna.encode(host, uts46=True).decode()
