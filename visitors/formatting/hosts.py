"""Compare the names of hosts."""

import idna


def normalize_host(host: str) -> str:
    """Return the form in which two names of the same host are equal: in lower case, in IDNA form, without `www.`.

    What is no valid name in IDNA stays as it is, in lower case.
    """
    host = host.strip().strip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            return host
    return host.removeprefix("www.") if host.count(".") > 1 else host
