"""Mask secrets that websites put into addresses and metadata: reset links, access tokens, keys, signatures.

A secret is recognized by its name ("access_token", "apiKey", "sig"), by its shape (a JSON web token, the prefixes of
well-known services, a long random text), or by what precedes it in a path ("/reset-password/…"). It is shown as our own
tokens are: its first three characters and its last four, or "..." for a short one.

Coupon codes, click ids of advertisements, UUIDs and email addresses are no secrets.
"""

import json
import re
from functools import lru_cache
from itertools import pairwise
from urllib.parse import quote, unquote, unquote_plus

_MASK = "..."
_MIN_LENGTH = 16  # of a masked value that shows seven characters; in a shorter one that would be too much

# The words of a name, as in "access_token", "accessToken", "user[reset-token]" and "X-Amz-Signature".
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET_WORD = re.compile(
    "tokens?|jwt|secrets?|password|passwd|passphrase|passcode|pwd|pass|sig|signature|hmac|auth|authorization|bearer|"
    "authtoken|accesstoken|idtoken|refreshtoken|resettoken|credentials?|otp|totp|pin|apikey|secretkey|privatekey|"
    "accesskey|authkey|session|sessionid|sid|phpsessid|jsessionid|samlresponse|samlrequest|assertion"
)
# "key" and "code" alone are secrets, and together with one of these; "promo_code" and "country_code" are not.
_KEY = re.compile("key|code")
_QUALIFIER = re.compile(
    "access|activation|api|auth|client|confirm|confirmation|email|encryption|invitation|invite|license|login|oauth|otp|"
    "private|recovery|reset|security|secret|signing|sso|sms|verification|verify"
)
# Names around which nothing is secret, whatever its shape: ids that advertisements put on links, and token kinds.
_HARMLESS = re.compile(r"(?i)(clid|clkid|clickid|click_id|braid|fat_id|_cid|_eid|token_type|tokentype|pass_?through)$")

# A path segment after one of these is a secret if it looks like one.
_LEADING = re.compile(
    "reset|passwords?|confirm|confirmation|verify|verification|activate|activation|invites?|invitations?|magic|unlock|"
    "recover|recovery|token|auth|sso"
)
_KNOWN_SHAPES = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"
    r"|(sk|rk|whsec|ghp|gho|ghu|ghs|github_pat|glpat|npm|dft?|jd|shpat|shpss|xox[abeoprs])[-_]\w[\w-]{7,}"
    r"|(AKIA|ASIA)[A-Z0-9]{12,}|AIza[\w-]{20,}|ya29\.[\w-]{10,}|SG\.[\w-]{10,}\.[\w-]{10,}|Bearer [\w.~+/=-]{8,}"
)
_HEX = re.compile(r"[0-9a-f]{40,}|[0-9A-F]{40,}")  # 32 digits are often a UUID without its hyphens
_OPAQUE = re.compile(r"[A-Za-z0-9_~+=-]{24,}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MIN_MIXED = 0.4  # random text changes between capitals, small letters and digits at 62% of its places, names at 30%

_USER = re.compile(r"^([^/?#@]*:)[^/?#@]+(?=@)")
# In ";jsessionid=…?x=1" the query follows the value; in a query the value may contain a question mark.
_PAIR = re.compile(r"(?<=;)([^=&#;?/]+)=([^&#;?]*)|(?<=[?&#])([^=&#;?/]+)=([^&#;]*)")
_SEPARATOR = re.compile("[/?&#;=@]")
_LONG_SEGMENT = re.compile("/[^/?&#=;]{8}")
_MAX_NESTING = 4  # addresses in addresses, as in "?next=%2Flogin%3Ftoken%3D…"

# The names, strings and numbers of a JSON text; a name has a colon behind it.
_JSON_PART = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|-?[0-9][0-9.eE+-]*', re.DOTALL)


def mask_secret(value: str) -> str:
    """Return a secret as users may see it: "eyJ...x7Qk", or "..." for a short one; "" stays empty."""
    if len(value) < _MIN_LENGTH:
        return _MASK if value else ""
    return f"{value[:3]}{_MASK}{value[-4:]}"


@lru_cache(maxsize=1000)
def is_secret_name(name: str) -> bool:
    """Return whether the value of a parameter or field with this name is a secret."""
    if _HARMLESS.search(name):
        return False
    words = [word.lower() for word in _WORD.findall(name)]
    joined = [f"{one}{other}" for one, other in pairwise(words)]  # "pass_word", "sessionId"
    if any(_SECRET_WORD.fullmatch(word) for word in (*words, *joined)):
        return True
    return any(_KEY.fullmatch(word) for word in words) and (
        len(words) == 1 or any(_QUALIFIER.fullmatch(word) for word in words)
    )


def mask_value(name: str, value: str, *, nesting: int = 0) -> str:
    """Return the value of a parameter or field, masked if it is a secret or an address that contains one."""
    if not value or _HARMLESS.search(name):
        return value
    if is_secret_name(name):
        return mask_secret(value)
    if _has_secret_shape(value):
        return mask_secret(value)
    if nesting >= _MAX_NESTING:
        return value
    plain = unquote(value)
    if plain != value:
        masked = mask_value(name, plain, nesting=nesting + 1)
        return value if masked == plain else quote(masked, safe="/.:")
    return mask_address(value, nesting=nesting + 1) if _SEPARATOR.search(value) else value


def mask_address(address: str, *, nesting: int = 0) -> str:
    """Return an address, or another text that may contain one, with masked secrets. The rest stays as it came."""

    def mask_pair(match: re.Match[str]) -> str:
        name, value = match[1] or match[3], match[2] or match[4] or ""
        return f"{name}={mask_value(unquote_plus(name), value, nesting=nesting)}"

    masked = _PAIR.sub(mask_pair, address) if "=" in address else address
    if "@" in masked:
        masked = _USER.sub(rf"\1{_MASK}", masked)
    return _mask_segments(masked) if _LONG_SEGMENT.search(masked) else masked


def mask_answer(body: bytes) -> bytes:
    """Return a JSON text with masked secrets. Everything else stays byte for byte as it came."""
    name = ""

    def mask_part(match: re.Match[str]) -> str:
        nonlocal name
        part = match[0]
        if match[1] is None:
            return json.dumps(_MASK) if is_secret_name(name) else part
        text = json.loads(match[1], strict=False)
        if match[2]:
            name = text
            return part
        masked = mask_value(name, text)
        return part if masked == text else json.dumps(masked)

    return _JSON_PART.sub(mask_part, body.decode(errors="surrogateescape")).encode(errors="surrogateescape")


def _mask_segments(address: str) -> str:
    """Mask the segments of paths, in front of the query and in the fragment."""
    parts = re.split(r"([/?&#=;])", address)
    follows = False
    for index in range(0, len(parts), 2):
        separator, segment = parts[index - 1] if index else "", parts[index]
        if separator == "/" and segment:
            plain = unquote(segment)
            if _has_secret_shape(plain) or (follows and _may_be_secret(plain)):
                parts[index] = mask_secret(segment)
            follows = follows or any(map(_LEADING.fullmatch, re.split("[-_.]", plain.lower())))
        elif separator in ("?", "#"):
            follows = False
    return "".join(parts)


def _may_be_secret(segment: str) -> bool:
    """Whether a segment behind "reset" or "invitation" is a secret, and not a word such as "new"."""
    has_digit, has_letter = re.search("[0-9]", segment), re.search("[A-Za-z]", segment)
    return len(segment) >= 8 and bool(has_digit and has_letter)


def _has_secret_shape(value: str) -> bool:
    if len(value) < _MIN_LENGTH:
        return False
    if _KNOWN_SHAPES.fullmatch(value) or _HEX.fullmatch(value):
        return True
    if not _OPAQUE.fullmatch(value) or _UUID.fullmatch(value):
        return False
    changes = sum(_sort(one) != _sort(other) for one, other in pairwise(value))
    return changes >= _MIN_MIXED * len(value)


def _sort(character: str) -> str:
    return "0" if character.isdigit() else "A" if character.isupper() else "a" if character.islower() else "-"
