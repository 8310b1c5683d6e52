"""Read and change what the team knows of a visitor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from visitors.accounts.users import display_name
from visitors.models import Membership, Note, Ownership, Pin, Tag, VisitorTag, Website
from visitors.roles import Role


@dataclass(frozen=True, slots=True)
class Memory:
    """What the team knows of a visitor, notes newest first."""

    notes: tuple[Note, ...] = ()
    tags: tuple[str, ...] = ()
    owner: User | None = None
    owner_name: str = ""
    is_pinned: bool = False


def load_memory(user: User, website: Website, visitor_id: UUID) -> Memory:
    """Return what the team knows of a visitor. Four queries."""
    about = {"website": website, "visitor_id": visitor_id}
    ownership = _with_owners(website, [visitor_id]).first()
    return Memory(
        notes=load_notes(website, visitor_id),
        tags=tuple(VisitorTag.objects.filter(**about).order_by("tag__name").values_list("tag__name", flat=True)),
        owner=ownership.owner if ownership else None,
        owner_name=_name_owner(ownership) if ownership else "",
        is_pinned=Pin.objects.filter(**about, user=user).exists(),
    )


def load_notes(website: Website, visitor_id: UUID) -> tuple[Note, ...]:
    """Return the notes on a visitor, newest first. One query."""
    return tuple(Note.objects.filter(website=website, visitor_id=visitor_id).order_by("-written_at", "-pk"))


def load_owner_names(website: Website, visitor_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the owners of these visitors by name. One query."""
    return {ownership.visitor_id: _name_owner(ownership) for ownership in _with_owners(website, visitor_ids)}


def _with_owners(website: Website, visitor_ids: Iterable[UUID]) -> QuerySet[Ownership]:
    """Return the ownerships with their owners, and whether these can still be chosen, in `can_own`."""
    found = Ownership.objects.filter(website=website, visitor_id__in=list(visitor_ids)).select_related("owner")
    return found.annotate(can_own=Exists(_possible_owners(website).filter(user=OuterRef("owner"))))


def _name_owner(ownership: Ownership) -> str:
    name = display_name(ownership.owner)
    return name if vars(ownership)["can_own"] else f"{name} (no longer a member)"


def _possible_owners(website: Website) -> QuerySet[Membership]:
    return Membership.objects.filter(website=website, user__is_active=True).exclude(role=Role.VIEWER)


def list_possible_owners(website: Website) -> list[User]:
    """Return who can own a visitor of a website: its members and managers."""
    users = [member.user for member in _possible_owners(website).select_related("user")]
    return sorted(users, key=lambda user: display_name(user).casefold())


def add_note(author: User, website: Website, visitor_id: UUID, text: str) -> None:
    """Write a note."""
    Note.objects.create(
        website=website,
        visitor_id=visitor_id,
        author=author,
        author_name=display_name(author)[:150],
        text=text,
        written_at=datetime.now(UTC),
    )


def find_own_note(author: User, website: Website, visitor_id: UUID, pk: int) -> Note | None:
    """Return a note on this visitor if the user wrote it, locked for the caller's transaction."""
    own = Note.objects.select_for_update().filter(pk=pk, author=author)
    return own.filter(website=website, visitor_id=visitor_id).first()


def edit_note(note: Note, text: str) -> None:
    """Replace the text of a note."""
    note.text, note.edited_at = text, datetime.now(UTC)
    note.save(update_fields=["text", "edited_at"])


def set_pinned(user: User, website: Website, visitor_id: UUID, *, is_pinned: bool) -> None:
    """Pin a visitor for a user, or remove the pin."""
    if is_pinned:
        pin = Pin(user=user, website=website, visitor_id=visitor_id, pinned_at=datetime.now(UTC))
        Pin.objects.bulk_create([pin], ignore_conflicts=True)
    else:
        Pin.objects.filter(user=user, website=website, visitor_id=visitor_id).delete()


def set_owner(website: Website, visitor_id: UUID, owner: User | None) -> None:
    """Make a user the owner of a visitor; None for no owner."""
    if owner is None:
        Ownership.objects.filter(website=website, visitor_id=visitor_id).delete()
        return
    Ownership.objects.update_or_create(
        website=website, visitor_id=visitor_id, defaults={"owner": owner, "since": datetime.now(UTC)}
    )


def save_tags(website: Website, names: Iterable[str], shown: Iterable[str]) -> None:
    """Change the tags of a website from those that a user was `shown` to these.

    What others have added or removed since then stays so. A tag that differs only in its case is renamed, and stays on
    its visitors.
    """
    wanted, before = {name.casefold(): name for name in names}, {name.casefold() for name in shown}
    with transaction.atomic():
        for tag in Tag.objects.select_for_update().filter(website=website):
            name = wanted.pop(tag.name.casefold(), None)
            if name is None and tag.name.casefold() in before:
                tag.delete()
            elif name and name != tag.name:
                Tag.objects.filter(pk=tag.pk).update(name=name)
        new = [Tag(website=website, name=name) for key, name in wanted.items() if key not in before]
        Tag.objects.bulk_create(new, ignore_conflicts=True)


def set_tags(website: Website, visitor_id: UUID, names: Iterable[str], shown: Iterable[str] = ()) -> None:
    """Change the tags of a visitor from those that a user was `shown` to these. Unknown names are left out.

    What others have added or removed since then stays so.
    """
    wanted, before = set(names), set(shown)
    now = datetime.now(UTC)
    with transaction.atomic():
        # Locked, so that no manager removes one of them before this ends.
        tags = Tag.objects.select_for_update(no_key=True).filter(website=website, name__in=wanted - before)
        VisitorTag.objects.filter(website=website, visitor_id=visitor_id, tag__name__in=before - wanted).delete()
        VisitorTag.objects.bulk_create(
            [VisitorTag(website=website, visitor_id=visitor_id, tag=tag, tagged_at=now) for tag in tags],
            ignore_conflicts=True,
        )
