"""Who the visitor said they are."""

import re
from datetime import datetime

from visitors.datafast.payload import UserProfile
from visitors.formatting.text import clean, clean_or_none
from visitors.journey.records import Record
from visitors.journey.timestamps import parse_timestamp

# "companyName", "company_name" and "Company name" are one key.
_SPELLING = re.compile(r"[\s_-]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Person(Record, frozen=True, kw_only=True):
    """What the profile holds, as text to show. `metadata` is all of it as received, the picked fields included.

    `identified_at` is None when that moment was not sent or is unreadable.
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
        """What to call the person: name, else email, else user id, else "" (identified, but by nothing to say)."""
        return self.name or self.email or self.user_id or ""


def read_person(profile: UserProfile | None) -> Person | None:
    """The person that a profile names; None for none, and for a profile that says nothing at all."""
    if profile is None:
        return None
    metadata = tuple((clean(key), _text(value)) for key, value in (profile.metadata or {}).items() if value is not None)
    user_id = clean_or_none(profile.user_id)
    if not (metadata or user_id or clean_or_none(profile.identified_at)):
        return None
    found = {_SPELLING.sub("", key.casefold()): value.strip() for key, value in reversed(metadata) if value.strip()}

    def pick(*keys: str) -> str | None:
        return next((found[key] for key in keys if key in found), None)

    names = [name for name in (pick("firstname", "givenname"), pick("lastname", "familyname", "surname")) if name]
    email = pick("email", "emailaddress", "mail")
    return Person(
        name=pick("name", "fullname", "displayname") or " ".join(names) or None,
        email=email if email and _EMAIL.fullmatch(email) else None,
        user_id=user_id,
        company=pick("company", "companyname", "organization", "organisation"),
        plan=pick("plan", "planname"),
        identified_at=parse_timestamp(profile.identified_at),
        metadata=metadata,
    )


def _text(value: str | float) -> str:
    """A value of the metadata as text; true and false as JSON writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(value) if isinstance(value, str) else str(value)
