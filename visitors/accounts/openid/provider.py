"""The OpenID issuer's metadata, from `<issuer>/.well-known/openid-configuration` (OpenID Connect Discovery 1.0).

Fetched at the first sign-in rather than at the start, so the dashboard starts while the issuer is down.
"""

from dataclasses import dataclass
from threading import Lock
from typing import Any

import requests
from cachetools import TTLCache, cached
from django.conf import settings

# In order of preference. Symmetric algorithms (HS…) are left out: the issuer's key would be our own client secret.
_ALGORITHMS = ("RS256", "ES256", "RS384", "RS512", "ES384", "ES512")


class ProviderError(Exception):
    """The issuer does not answer, or its metadata cannot be used. The text is for the log."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The issuer's name, its endpoints, and its signature algorithm.

    `userinfo` is "" where there is no such endpoint. `uses_basic_auth`: the client secret is sent in a header, not in
    the form.
    """

    name: str
    authorization: str
    token: str
    userinfo: str
    keys: str
    algorithm: str
    uses_basic_auth: bool


@cached(TTLCache(maxsize=1, ttl=3600), lock=Lock())
def get_provider() -> Provider:
    """Return the configured issuer's metadata, at most an hour old. Raises ProviderError."""
    return _parse(settings.OIDC_ISSUER, _fetch(settings.OIDC_ISSUER))


def _fetch(issuer_url: str) -> dict[str, Any]:
    url = f"{issuer_url.rstrip('/')}/.well-known/openid-configuration"
    try:
        response = requests.get(url, timeout=settings.OIDC_TIMEOUT, allow_redirects=False)
        metadata = response.json() if response.status_code == 200 else None
    except (requests.RequestException, ValueError) as error:
        raise ProviderError(f"{url}: {type(error).__name__}") from error
    if not isinstance(metadata, dict):
        raise ProviderError(f"{url} answered {response.status_code} without a description")
    return metadata


def _parse(url: str, metadata: dict[str, Any]) -> Provider:
    name = metadata.get("issuer")
    # Otherwise a server of one path on a host could act as another issuer on it.
    if not isinstance(name, str) or name.rstrip("/") != url.rstrip("/"):
        raise ProviderError(f"It calls itself {name!r}, not {url!r}")
    supported = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    algorithm = next((one for one in _ALGORITHMS if one in supported), None)
    if algorithm is None:
        raise ProviderError(f"It signs with {supported!r} only")
    return Provider(
        name=name,
        authorization=_endpoint(metadata, "authorization_endpoint"),
        token=_endpoint(metadata, "token_endpoint"),
        userinfo=_endpoint(metadata, "userinfo_endpoint") if "userinfo_endpoint" in metadata else "",
        keys=_endpoint(metadata, "jwks_uri"),
        algorithm=algorithm,
        uses_basic_auth="client_secret_post" not in (metadata.get("token_endpoint_auth_methods_supported") or []),
    )


def _endpoint(metadata: dict[str, Any], name: str) -> str:
    """Return a URL of the issuer: HTTPS, unless the issuer's own URL is HTTP (on this machine only)."""
    url = metadata.get(name)
    schemes = ("https://", "http://") if settings.OIDC_ISSUER.startswith("http://") else ("https://",)
    if not isinstance(url, str) or not url.startswith(schemes):
        raise ProviderError(f"Its {name} is {url!r}")
    return url
