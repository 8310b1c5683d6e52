"""OpenID Connect sign-in with mozilla-django-oidc.

The library redirects to the issuer with state, nonce and PKCE, exchanges the code for tokens and checks the signature.
This backend adds the issuer's published metadata instead of settings, checks of the token's claims, and accounts that
are matched by identity.
"""

from typing import Any

import jwt
import requests
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.utils import import_from_settings

from visitors.accounts.openid.identities import find_linked_user, link_new_identity
from visitors.accounts.openid.provider import get_provider_settings

_KEY_TYPES = {"RS": "RSA", "ES": "EC"}
# Clocks of two machines differ a little.
_LEEWAY_SECONDS = 30


def get_setting(name: str, *default: Any) -> Any:
    """Return a setting of the library, from the issuer's metadata or from ours. Raises ProviderError."""
    if name.startswith("OIDC_OP_") or name in {"OIDC_RP_SIGN_ALGO", "OIDC_TOKEN_USE_BASIC_AUTH"}:
        return get_provider_settings()[name]
    return import_from_settings(name, *default)


class OpenIDBackend(OIDCAuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """Authenticate users whom the issuer identifies."""

    get_settings = staticmethod(get_setting)
    # The library's version accepts inactive accounts.
    get_user = ModelBackend.get_user

    def __init__(self) -> None:
        # Django creates a backend for each request of a signed-in user, which must not fetch the issuer's metadata.
        self.UserModel = User

    def authenticate(self, request: HttpRequest, *, nonce: str, code_verifier: str) -> User | None:
        """Return the user whom the issuer names for the code of this request.

        The keyword names keep Django from calling it with a password. Raises ProviderError, SignInRejected, and errors
        of the library and its dependencies.
        """
        super().__init__()
        user: User | None = super().authenticate(request, nonce=nonce, code_verifier=code_verifier)
        return user

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        """Return the user of a verified token. The userinfo endpoint is called only for a new identity."""
        issuer, subject = payload["iss"], payload["sub"]
        user = find_linked_user(issuer, subject)
        if user:
            return user
        claims = payload
        if "email" not in payload and self.OIDC_OP_USER_ENDPOINT:
            claims = self.get_userinfo(access_token, id_token, payload)
            if claims.get("sub") != subject:
                raise SuspiciousOperation("The user info is about another user.")
        return link_new_identity(issuer, subject, claims)

    def retrieve_matching_jwk(self, token: str) -> jwt.PyJWK:
        """Return the issuer's key that the token names, or its only key where the token names none (RFC 7515, 4.1.4).

        The library accepts neither tokens nor keys without an id.
        """
        algorithm, header = self.OIDC_RP_SIGN_ALGO, jwt.get_unverified_header(token)
        response = requests.get(self.OIDC_OP_JWKS_ENDPOINT, timeout=self.get_settings("OIDC_TIMEOUT"))  # nosec B113 it has one
        response.raise_for_status()
        matching = [
            key
            for key in response.json()["keys"]
            if key.get("use", "sig") == "sig"
            and key["kty"] == _KEY_TYPES[algorithm[:2]]
            and key.get("alg", algorithm) == algorithm
            and ("kid" not in header or key.get("kid") == header["kid"])
        ]
        if len(matching) != 1:
            raise SuspiciousOperation(f"There are {len(matching)} keys for the token.")
        return jwt.PyJWK(matching[0], algorithm)

    def _verify_jws(self, payload: str, key: Any) -> dict[str, Any]:
        """Return the claims of a token that the issuer signed for us and that has not expired."""
        client: str = self.OIDC_RP_CLIENT_ID
        try:
            claims: dict[str, Any] = jwt.decode(
                payload,
                key,
                algorithms=[self.OIDC_RP_SIGN_ALGO],
                audience=client,
                issuer=get_setting("OIDC_OP_ISSUER"),
                leeway=_LEEWAY_SECONDS,
                options={"require": ["aud", "exp", "iat", "iss", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise SuspiciousOperation(f"The token is not valid: {type(error).__name__}") from error
        if claims.get("azp", client) != client:
            raise SuspiciousOperation("The token was made for another client.")
        return claims
