"""Links to other tools: templates of addresses, filled in with what is known of a visitor."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from visitors.formatting.placeholders import is_placeholder
from visitors.journey import Person

_SCHEME = "https://"
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_KNOWN = re.compile(r"email|user_id|visitor_id|metadata\.[^{}]+")
_AUTHORITY = re.compile(r"https://([^/?#]*)")
_FORBIDDEN = re.compile(r"[\s\\\x00-\x1f\x7f]")
_MAX_ADDRESS = 2_000
_EXAMPLES = "{email}, {user_id}, {visitor_id} or {metadata.KEY}"


@dataclass(frozen=True, slots=True)
class ToolLink:
    """A link to another tool. `host` is where it leads, which pages show beside the label."""

    label: str
    host: str
    url: str


def validate_template(template: str) -> None:
    """Require an address with https, a fixed host, and a placeholder after it. Raises ValidationError."""
    if problem := _problem(template):
        raise ValidationError(problem)


def host_of(template: str) -> str:
    """Return the host of a template, with its port."""
    match = _AUTHORITY.match(template)
    return match[1].lower() if match else ""


def fill_template(label: str, template: str, *, visitor_id: UUID, person: Person | None) -> ToolLink | None:
    """Return the link for a visitor; None where a value is not known, or would change which page the link is to."""
    values: dict[str, str | None] = {"visitor_id": str(visitor_id)}
    if person:
        values |= {f"metadata.{key}": value for key, value in reversed(person.metadata)}
        values |= {"email": person.email, "user_id": person.user_id}
    wanted = {name: (values.get(name) or "").strip() for name in _PLACEHOLDER.findall(template)}
    if not all(value and not is_placeholder(value) for value in wanted.values()):
        return None
    url = _PLACEHOLDER.sub(lambda match: quote(wanted[match[1]], safe=""), template)
    # Browsers would resolve a value of two periods to the folder above.
    if len(url) > _MAX_ADDRESS or not {".", ".."}.isdisjoint(urlsplit(url).path.split("/")):
        return None
    return ToolLink(label, host_of(template), url)


def _problem(template: str) -> str:
    """Return what is wrong with a template, "" for nothing."""
    host, names = host_of(template), _PLACEHOLDER.findall(template)
    unknown = next((name for name in names if not _KNOWN.fullmatch(name)), None)
    problems = (
        (not template.startswith(_SCHEME), "Start the address with https://."),
        ("{" in host or "}" in host, "The host must be fixed: placeholders can only follow it."),
        ("@" in host, "Leave out the user name before the host."),
        (bool(_FORBIDDEN.search(template)), "Remove spaces and backslashes; write a space as %20."),
        (not host.isascii(), "Enter the host in its ASCII form (xn--…)."),
        (unknown is not None, f"{{{unknown}}} is not a placeholder. Use {_EXAMPLES}."),
        (bool(re.search(r"[{}]", _PLACEHOLDER.sub("", template))), "A brace has no counterpart."),
        (not names, "Add a placeholder, such as {email}: without one the link is the same for every visitor."),
        (not _is_address(_PLACEHOLDER.sub("x", template)), "Enter a valid address."),
    )
    return next((sentence for is_wrong, sentence in problems if is_wrong), "")


def _is_address(url: str) -> bool:
    try:
        URLValidator(schemes=["https"])(url)
    except ValidationError:
        return False
    return True
