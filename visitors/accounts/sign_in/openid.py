"""Signing in with OpenID Connect: mozilla-django-oidc's flow, with what it leaves open decided.

The library sends people to the issuer with state, nonce and PKCE, changes the code for tokens and checks the signature.
Added here: the issuer's own description in place of settings, the claims that say by whom and for whom a token is,
and accounts that are matched by identity.
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

from visitors.accounts.sign_in.identities import known_person, new_person
from visitors.accounts.sign_in.issuer import issuer

_OF_ISSUER = {
    "OIDC_OP_AUTHORIZATION_ENDPOINT": "authorization",
    "OIDC_OP_TOKEN_ENDPOINT": "token",
    "OIDC_OP_USER_ENDPOINT": "userinfo",
    "OIDC_OP_JWKS_ENDPOINT": "keys",
    "OIDC_RP_SIGN_ALGO": "algorithm",
    "OIDC_TOKEN_USE_BASIC_AUTH": "is_basic",
}
_KINDS = {"RS": "RSA", "ES": "EC"}
# Clocks of two machines are never quite the same.
_LEEWAY_SECONDS = 30


def setting(name: str, *default: Any) -> Any:
    """A setting of the library: what the issuer says of itself, or ours. Raises IssuerTrouble."""
    return getattr(issuer(), _OF_ISSUER[name]) if name in _OF_ISSUER else import_from_settings(name, *default)


class OpenIdBackend(OIDCAuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """Lets in whom the issuer vouches for."""

    get_settings = staticmethod(setting)
    # The library's lets people in whose account was closed meanwhile.
    get_user = ModelBackend.get_user

    def __init__(self) -> None:
        # Django makes one of these for each request of somebody who is signed in: nothing may be asked of the issuer.
        self.UserModel = User

    def authenticate(self, request: HttpRequest, *, nonce: str, code_verifier: str) -> User | None:
        """The person whom the issuer names for the code of this request.

        Called by these names only, so never with a password. Raises IssuerTrouble, Refused, and what the library and
        its libraries raise.
        """
        super().__init__()
        person: User | None = super().authenticate(request, nonce=nonce, code_verifier=code_verifier)
        return person

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        """The person of a token that was checked; what the token leaves out is asked for the first time only."""
        by, subject = payload["iss"], payload["sub"]
        person = known_person(by, subject)
        if person:
            return person
        claims = payload
        if "email" not in payload and self.OIDC_OP_USER_ENDPOINT:
            claims = self.get_userinfo(access_token, id_token, payload)
            if claims.get("sub") != subject:
                raise SuspiciousOperation("The user info is about somebody else.")
        return new_person(by, subject, claims)

    def retrieve_matching_jwk(self, token: str) -> jwt.PyJWK:
        """The issuer's key that the token names; where it names none, as is allowed, the only one there is.

        The library's takes neither tokens nor keys without a name.
        """
        algorithm, header = self.OIDC_RP_SIGN_ALGO, jwt.get_unverified_header(token)
        seconds = self.get_settings("OIDC_TIMEOUT")
        answer = requests.get(self.OIDC_OP_JWKS_ENDPOINT, timeout=seconds)
        answer.raise_for_status()
        fitting = [
            key
            for key in answer.json()["keys"]
            if key.get("use", "sig") == "sig"
            and key["kty"] == _KINDS[algorithm[:2]]
            and key.get("alg", algorithm) == algorithm
            and ("kid" not in header or key.get("kid") == header["kid"])
        ]
        if len(fitting) != 1:
            raise SuspiciousOperation(f"There are {len(fitting)} keys for the token.")
        return jwt.PyJWK(fitting[0], algorithm)

    def _verify_jws(self, payload: str, key: Any) -> dict[str, Any]:
        """The claims of a token, if it was signed by the issuer, for us, and is not over."""
        client: str = self.OIDC_RP_CLIENT_ID
        try:
            claims: dict[str, Any] = jwt.decode(
                payload,
                key,
                algorithms=[self.OIDC_RP_SIGN_ALGO],
                audience=client,
                issuer=issuer().name,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["aud", "exp", "iat", "iss", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise SuspiciousOperation(f"The token is not valid: {type(error).__name__}") from error
        if claims.get("azp", client) != client:
            raise SuspiciousOperation("The token was made for another client.")
        return claims
