"""The OpenID issuer's metadata, from `<issuer>/.well-known/openid-configuration` (OpenID Connect Discovery 1.0).

Fetched at the first sign-in rather than at the start, so the dashboard starts while the issuer is down.
"""

from threading import Lock
from typing import Any

import requests
from cachetools import TTLCache, cached
from django.conf import settings

# In order of preference. Symmetric algorithms (HS…) are left out: the issuer's key would be our own client secret.
_ALGORITHMS = ("RS256", "ES256", "RS384", "RS512", "ES384", "ES512")


class ProviderError(Exception):
    """The issuer does not answer, or its metadata cannot be used. The text is for the log."""


@cached(TTLCache(maxsize=1, ttl=3600), lock=Lock())
def get_provider_settings() -> dict[str, Any]:
    """Return the configured issuer's metadata as mozilla-django-oidc's settings, at most an hour old.

    OIDC_OP_ISSUER, which is not one of them, is the issuer's own name. Raises ProviderError.
    """
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


def _parse(url: str, metadata: dict[str, Any]) -> dict[str, Any]:
    name = metadata.get("issuer")
    # Otherwise a server of one path on a host could act as another issuer on it.
    if not isinstance(name, str) or name.rstrip("/") != url.rstrip("/"):
        raise ProviderError(f"It calls itself {name!r}, not {url!r}")
    supported = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    algorithm = next((one for one in _ALGORITHMS if one in supported), None)
    if algorithm is None:
        raise ProviderError(f"It signs with {supported!r} only")
    methods = metadata.get("token_endpoint_auth_methods_supported") or []
    return {
        "OIDC_OP_ISSUER": name,
        "OIDC_OP_AUTHORIZATION_ENDPOINT": _endpoint(metadata, "authorization_endpoint"),
        "OIDC_OP_TOKEN_ENDPOINT": _endpoint(metadata, "token_endpoint"),
        "OIDC_OP_USER_ENDPOINT": _endpoint(metadata, "userinfo_endpoint") if "userinfo_endpoint" in metadata else "",
        "OIDC_OP_JWKS_ENDPOINT": _endpoint(metadata, "jwks_uri"),
        "OIDC_RP_SIGN_ALGO": algorithm,
        "OIDC_TOKEN_USE_BASIC_AUTH": "client_secret_post" not in methods,
    }


def _endpoint(metadata: dict[str, Any], name: str) -> str:
    """Return a URL of the issuer: HTTPS, unless the issuer's own URL is HTTP (on this machine only)."""
    url = metadata.get(name)
    schemes = ("https://", "http://") if settings.OIDC_ISSUER.startswith("http://") else ("https://",)
    if not isinstance(url, str) or not url.startswith(schemes):
        raise ProviderError(f"Its {name} is {url!r}")
    return url
