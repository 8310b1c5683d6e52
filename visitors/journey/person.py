"""Read who the visitor is from the profile in DataFast's answer."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from visitors.datafast.payload import UserProfile
from visitors.formatting.placeholders import is_placeholder, remove_placeholders
from visitors.formatting.text import clean, clean_or_none, truncate
from visitors.journey.records import Record
from visitors.journey.secrets import mask_value
from visitors.journey.timestamps import parse_timestamp

# "companyName", "company_name" and "Company name" are one key.
_SPELLING = re.compile(r"[\s_-]")
# Objects around the fields of a person, as in {"user": {"name": …}}.
_AROUND = re.compile(r"(user|profile|customer|person|contact|traits|data)\.")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# Metadata has no documented limit.
_MAX_DEPTH, _MAX_PAIRS, _MAX_JSON = 3, 200, 500


class Person(Record, frozen=True, kw_only=True):
    """An identified visitor, as text to show. Placeholders such as "undefined" are no name, email or id.

    `metadata` is all of it, including what the fields repeat, with secrets masked: nested objects are flattened
    ("company.name"), deeper ones are JSON. `identified_at` is None if it was not sent or is unreadable.
    """

    name: str | None = None
    email: str | None = None
    user_id: str | None = None
    company: str | None = None
    plan: str | None = None
    identified_at: datetime | None = None
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The name to show: name, else email, else user id, else ""."""
        return self.name or self.email or self.user_id or ""


def read_person(profile: UserProfile | None) -> Person | None:
    """Return the person of a profile, or None without a profile and for one that names and says nothing."""
    if profile is None:
        return None
    metadata = tuple(_flatten(profile.metadata or {}))[:_MAX_PAIRS]
    user_id = _read_user_id(profile.user_id)
    found: dict[str, str] = {}
    for key, value in metadata:
        if (text := value.strip()) and not is_placeholder(text):
            found.setdefault(_SPELLING.sub("", key.casefold()), text)
    if not (found or user_id or clean_or_none(profile.identified_at)):
        return None
    for key, text in tuple(found.items()):
        found.setdefault(_AROUND.sub("", key, count=1), text)

    def pick(*keys: str) -> str | None:
        return next((found[key] for key in keys if key in found), None)

    first = pick("firstname", "givenname", "name.first", "name.firstname", "name.given", "name.givenname")
    last = pick("lastname", "familyname", "surname", "name.last", "name.lastname", "name.family", "name.familyname")
    name = pick("name", "fullname", "displayname", "name.full", "name.fullname", "name.display")
    email = (pick("email", "emailaddress", "mail", "email.address", "emails") or "").split(", ")[0]
    return Person(
        name=remove_placeholders(name or " ".join(part for part in (first, last) if part)) or None,
        email=email if _EMAIL.fullmatch(email) else None,
        user_id=user_id,
        company=pick(
            "company",
            "companyname",
            "organization",
            "organisation",
            "company.name",
            "company.companyname",
            "organization.name",
            "organisation.name",
        ),
        plan=pick("plan", "planname", "plan.name", "subscription.plan"),
        identified_at=parse_timestamp(profile.identified_at),
        metadata=metadata,
    )


def _read_user_id(value: str | float | None) -> str | None:
    text = clean_or_none(_text(value)) if value is not None else None
    return None if text is None or is_placeholder(text) else text


def _flatten(metadata: dict[str, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    """Yield the pairs of an object, and of the objects in it."""
    for key, value in metadata.items():
        name = clean(f"{prefix}{key}")
        if value is None:
            continue
        if isinstance(value, dict) and value and depth < _MAX_DEPTH:
            yield from _flatten(value, f"{name}.", depth + 1)
        else:
            yield name, mask_value(name, _text(value))


def _text(value: Any) -> str:
    """Return a JSON value as text: true and false as in JSON, lists of texts and numbers with commas."""
    match value:
        case str():
            return clean(value)
        case float() if value.is_integer():
            return f"{value:.0f}"
        case int() | float() if not isinstance(value, bool):
            return str(value)
        case list() if value and not any(isinstance(item, dict | list) for item in value):
            return truncate(", ".join(_text(item) for item in value if item is not None), _MAX_JSON)
    try:
        return truncate(clean(json.dumps(value, ensure_ascii=False)), _MAX_JSON)
    except RecursionError:
        return "(nested too deeply)"
