"""What the journey page shows of the team's notes, as text."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from visitors.accounts.users import display_name
from visitors.formatting import DisplayTime, display_ago
from visitors.models import Note, Tag, Website
from visitors.roles import Role
from visitors.team.memory import Memory, list_possible_owners, load_memory
from visitors.web.access import SignedInRequest
from visitors.web.time_zones import time_zone_of


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note. `is_own`: the user wrote it, and may change it."""

    pk: int
    author: str
    written: DisplayTime
    is_edited: bool
    text: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice in a form."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Team:
    """The team's part of a journey page. `can_write`: the user may write notes, tag, and choose an owner.

    `has_forms`: with the forms for that, and the choices in them.
    """

    notes: tuple[NoteRow, ...]
    tags: tuple[str, ...]
    owner: str
    is_pinned: bool
    can_write: bool
    has_forms: bool
    owners: tuple[Choice, ...] = ()
    tag_choices: tuple[Choice, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not (self.notes or self.tags or self.owner)


def present_team(
    request: SignedInRequest, website: Website, visitor_id: UUID, *, has_memory: bool = True, with_forms: bool = False
) -> Team:
    """Return the team's part of a visitor's page. Without memory and forms, no query."""
    found = load_memory(request.user, website, visitor_id) if has_memory else Memory()
    can_write = Role(website.role).includes(Role.MEMBER)
    team = Team(
        notes=tuple(_present_note(request, website, note) for note in found.notes),
        tags=found.tags,
        owner=found.owner_name,
        is_pinned=found.is_pinned,
        can_write=can_write,
        has_forms=with_forms and can_write,
    )
    if not team.has_forms:
        return team
    names = Tag.objects.filter(website=website).values_list("name", flat=True)
    return replace(
        team,
        owners=tuple(
            Choice(str(user.pk), display_name(user), is_chosen=user == found.owner)
            for user in list_possible_owners(website)
        ),
        tag_choices=tuple(Choice(name, name, is_chosen=name in found.tags) for name in names),
    )


def _present_note(request: SignedInRequest, website: Website, note: Note) -> NoteRow:
    zone, now = time_zone_of(request, website), datetime.now(UTC)
    return NoteRow(
        pk=note.pk,
        author=note.author_name,
        written=display_ago(note.written_at, now, zone),
        is_edited=note.edited_at is not None,
        text=note.text,
        is_own=note.author_id == request.user.pk,
    )
