"""Roles on a website. Each role includes the rights of those before it."""

from enum import StrEnum


class Role(StrEnum):
    """A user's role on one website.

    | role   | may                                                                         |
    |--------|-----------------------------------------------------------------------------|
    | viewer | look up visitors and copy summaries                                         |
    | member | also export data (CSV, JSON)                                                |
    | admin  | also manage the website's key and members, read its audit log, erase visitors |

    Administrators of the deployment (`is_superuser`) manage all websites and add new ones. They see visitors only
    where they have a role too.
    """

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role has all rights of the other."""
        roles = list(Role)
        return roles.index(self) >= roles.index(other)

    @property
    def with_article(self) -> str:
        """Return the role with its article: "a viewer", "an admin"."""
        return f"{'an' if self is Role.ADMIN else 'a'} {self}"

    @property
    def description(self) -> str:
        """Return what a user in this role does, for the form in which one is chosen."""
        return {
            Role.VIEWER: "looks visitors up and copies summaries",
            Role.MEMBER: "looks visitors up, copies summaries and exports journeys",
            Role.ADMIN: "looks visitors up, exports, and manages the key, the people and the log",
        }[self]
