"""Saved views: the filters and the order of a list under a name, for oneself or for the whole website."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from visitors.leads.filters import FilterForm
from visitors.leads.leads import LeadQuery
from visitors.models import SavedView, Website
from visitors.roles import Role

# Per list: of one user, and of those that are shared.
MAX_VIEWS = 30
_MAX_QUERY_LENGTH = 8_000


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A saved view as a list shows it. `address` is a query with its question mark."""

    pk: int
    name: str
    address: str
    is_shared: bool
    is_current: bool
    can_change: bool


@dataclass(frozen=True, slots=True)
class SavedViews:
    """The views that a user sees above a list, and the `query` that is saved from there. `is_new`: no view has it."""

    links: tuple[ViewLink, ...]
    kind: str
    query: str
    can_share: bool

    @property
    def is_new(self) -> bool:
        """Whether the current filters can be saved: they are not a view already, nor what an empty address shows."""
        return bool(self.query) and not any(link.is_current for link in self.links)

    @property
    def changeable(self) -> list[ViewLink]:
        """Return the views that the user may rename and delete."""
        return [link for link in self.links if link.can_change]


def load_views(user: User, website: Website, kind: SavedView.Kind, query: str) -> SavedViews:
    """Return the views of a list. `query` is that of the address, normalized. One query."""
    links = [
        ViewLink(
            pk=view.pk,
            name=view.name,
            address=f"?{view.query}",
            is_shared=view.owner_id is None,
            is_current=view.query == query,
            can_change=can_change(view, user, website),
        )
        for view in _visible(user, website).filter(kind=kind).order_by("name", "pk")
    ]
    return SavedViews(tuple(links), kind.value, query, _can_share(website))


def normalize(kind: str, text: str) -> str | None:
    """Return a query of a list's address in the form in which views keep it, without the page; None for an invalid one.

    A query that shows what an empty one shows is "".
    """
    if len(text) > _MAX_QUERY_LENGTH:
        return None
    values = QueryDict(text.removeprefix("?"))
    if kind == SavedView.Kind.LEADS:
        return LeadQuery.read(values).address(page=1).removeprefix("?")
    form = FilterForm.read(values)
    return form.query_string().removeprefix("?") if form.is_valid() else None


def save(user: User, website: Website, kind: str, name: str, query: str, *, is_shared: bool) -> str:
    """Save a view. Return what is wrong, "" for nothing."""
    owner = None if is_shared else user
    if SavedView.objects.filter(website=website, kind=kind, owner=owner).count() >= MAX_VIEWS:
        return f"At most {MAX_VIEWS} views can be saved. Delete one first."
    try:
        with transaction.atomic():
            SavedView.objects.create(website=website, kind=kind, owner=owner, created_by=user, name=name, query=query)
    except IntegrityError:
        return _name_is_taken(name)
    return ""


def rename(view: SavedView, name: str) -> str:
    """Rename a view. Return what is wrong, "" for nothing."""
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(name=name)
    except IntegrityError:
        return _name_is_taken(name)
    return ""


def find_view(user: User, website: Website, pk: int) -> SavedView | None:
    """Return a view that the user sees on this website."""
    return _visible(user, website).filter(pk=pk).first()


def can_change(view: SavedView, user: User, website: Website) -> bool:
    """Whether the user may rename and delete a view: their own, a shared one that they saved, or as a manager."""
    if view.owner_id is not None:
        return view.owner_id == user.pk
    return Role(website.role) is Role.ADMIN or (_can_share(website) and view.created_by_id == user.pk)


def _can_share(website: Website) -> bool:
    return Role(website.role).includes(Role.MEMBER)


def _visible(user: User, website: Website) -> QuerySet[SavedView]:
    return SavedView.objects.filter(Q(owner=user) | Q(owner=None), website=website)


def _name_is_taken(name: str) -> str:
    return f"There is a view named “{name}” already. Choose another name."
