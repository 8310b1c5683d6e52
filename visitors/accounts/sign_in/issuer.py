"""The OpenID issuer, as it describes itself at `<issuer>/.well-known/openid-configuration`.

Asked at the first sign-in, not at the start: a dashboard must start while the issuer is down.
"""

import time
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings

TIMEOUT_SECONDS = 5
_KEPT_SECONDS = 3600
# Signatures that only the issuer can make, best known first. None of those that whoever has our secret can make.
_ALGORITHMS = ("RS256", "ES256", "RS384", "RS512", "ES384", "ES512")

_kept: dict[str, tuple[float, "Issuer"]] = {}


class IssuerTrouble(Exception):
    """The issuer does not answer, or with what can't be used. The text is for the log."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """What the issuer says of itself: its own name, the addresses that it serves, and how it signs.

    `userinfo` is empty where there is none. `is_basic`: the secret travels in a header, not in the form.
    """

    name: str
    authorization: str
    token: str
    userinfo: str
    keys: str
    algorithm: str
    is_basic: bool


def issuer() -> Issuer:
    """The issuer that is configured. Raises IssuerTrouble."""
    url: str = settings.OIDC_ISSUER
    until, kept = _kept.get(url, (0.0, None))
    if kept is None or time.monotonic() > until:
        kept = _read(url, _fetch(url))
        _kept[url] = time.monotonic() + _KEPT_SECONDS, kept
    return kept


def forget() -> None:
    """Ask again at the next sign-in."""
    _kept.clear()


def _fetch(url: str) -> dict[str, Any]:
    address = f"{url.rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = requests.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        said = answer.json() if answer.status_code == 200 else None
    except (requests.RequestException, ValueError) as error:
        raise IssuerTrouble(f"{address}: {type(error).__name__}") from error
    if not isinstance(said, dict):
        raise IssuerTrouble(f"{address} answered {answer.status_code} without a description")
    return said


def _read(url: str, said: dict[str, Any]) -> Issuer:
    name = said.get("issuer")
    # Else whoever can answer for one address of a host could speak for another issuer on it.
    if not isinstance(name, str) or name.rstrip("/") != url.rstrip("/"):
        raise IssuerTrouble(f"It calls itself {name!r}, not {url!r}")
    algorithms = said.get("id_token_signing_alg_values_supported") or ["RS256"]
    algorithm = next((one for one in _ALGORITHMS if one in algorithms), None)
    if algorithm is None:
        raise IssuerTrouble(f"It signs with {algorithms!r} only")
    return Issuer(
        name=name,
        authorization=_address(said, "authorization_endpoint"),
        token=_address(said, "token_endpoint"),
        userinfo=_address(said, "userinfo_endpoint") if "userinfo_endpoint" in said else "",
        keys=_address(said, "jwks_uri"),
        algorithm=algorithm,
        is_basic="client_secret_post" not in (said.get("token_endpoint_auth_methods_supported") or []),
    )


def _address(said: dict[str, Any], name: str) -> str:
    """One of its addresses: encrypted, unless the issuer itself is on this machine."""
    address = said.get(name)
    schemes = ("https://", "http://") if settings.OIDC_ISSUER.startswith("http://") else ("https://",)
    if not isinstance(address, str) or not address.startswith(schemes):
        raise IssuerTrouble(f"Its {name} is {address!r}")
    return address
