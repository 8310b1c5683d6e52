"""Read who the visitor is from the profile in DataFast's answer."""

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
    """An identified visitor, as text to show. `metadata` is all of it as received, including what the fields repeat.

    `identified_at` is None if it was not sent or is unreadable.
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
    """Return the person of a profile, or None without a profile and for an empty one."""
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
    """Return a value of the metadata as text; true and false as in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(value) if isinstance(value, str) else str(value)
