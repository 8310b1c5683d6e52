"""Who the visitor said they are."""

from datetime import datetime

from visitors.journey.records import Record


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
