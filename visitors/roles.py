"""What a person may do on a website: each role may do what those before it may, and more."""

from enum import StrEnum


class Role(StrEnum):
    """A person's role on one website.

    | role   | may                                                                  |
    |--------|----------------------------------------------------------------------|
    | viewer | look up visitors, and copy a summary                                 |
    | member | also take data along (CSV, JSON)                                     |
    | admin  | also see to the website's key and people, read its log, forget people |

    Beside these there are administrators of the whole deployment (`is_superuser`): they see to every website, its key
    and its people, and add websites; visitors are shown to them only where they have a role as well.
    """

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"

    def may(self, least: "Role") -> bool:
        """Whether this role may do what `least` may."""
        return _ORDER.index(self) >= _ORDER.index(least)

    @property
    def one(self) -> str:
        """Somebody in this role: "a viewer", "an admin"."""
        return f"{'an' if self[0] in 'aeiou' else 'a'} {self}"

    @property
    def meaning(self) -> str:
        """What somebody in this role does, in words for those who choose one."""
        return _MEANINGS[self]


_ORDER = tuple(Role)
_MEANINGS = {
    Role.VIEWER: "looks visitors up and copies summaries",
    Role.MEMBER: "looks visitors up, copies summaries and exports journeys",
    Role.ADMIN: "looks visitors up, exports, and sees to the key, the people and the log",
}
