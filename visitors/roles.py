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
    def label(self) -> str:
        """Return the name on the pages. Admins are called managers there: administrators are of all websites."""
        return "Manager" if self is Role.ADMIN else self.capitalize()

    @property
    def with_article(self) -> str:
        """Return the name with its article: "a viewer", "a manager"."""
        return f"a {self.label.lower()}"

    @property
    def description(self) -> str:
        """Return what a user in this role does, for the form in which one is chosen."""
        return {
            Role.VIEWER: "Looks up visitors and copies summaries.",
            Role.MEMBER: "Looks up visitors, copies summaries and exports journeys.",
            Role.ADMIN: "Also manages the key, the members and the audit log.",
        }[self]
