"""Write notes, pin, own and tag a visitor. With htmx, each answers with the team's part of the journey page."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import Error, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from dashboard.database import is_database_unavailable
from visitors import profiles
from visitors.audit import log
from visitors.audit.log import refuse_if_not_audited
from visitors.models import Tag, VisitorContext, Website
from visitors.roles import Role
from visitors.team import memory
from visitors.team.forms import NoteForm, TagsForm
from visitors.team.presenter import present_team
from visitors.web.access import SignedInRequest, manager_required, with_visitor

Change = Callable[..., str]

logger = logging.getLogger(__name__)

NOT_SAVED = "Journeydesk can’t write to its database right now, so nothing was saved: try again in a few seconds."
NOT_STORED = "This visitor was erased or has expired, so nothing was saved. Open the journey again first."


def _changes_memory(least: Role, *, changes_notes: bool = False) -> Callable[[Change], Callable[..., HttpResponse]]:
    """Decorate a function that changes something and returns what is wrong, "" for nothing.

    The view needs at least this role on the website, and shows the team's part of the page.
    """

    def decorate(change: Change) -> Callable[..., HttpResponse]:
        @require_POST
        @refuse_if_not_audited
        @with_visitor
        @wraps(change)
        def view(request: SignedInRequest, context: VisitorContext, **kwargs: Any) -> HttpResponse:
            if not Role(context.website.role).includes(least):
                raise PermissionDenied
            status = 422
            try:
                with transaction.atomic():
                    problem = change(request, context.website, context.visitor_id, **kwargs)
            except Error as error:
                if not is_database_unavailable(error):
                    raise
                logger.error("A change of the team's notes is not saved: %s", error)  # noqa: TRY400
                problem, status = NOT_SAVED, 503
            if request.htmx or problem:
                log.record_fragment(request.user, context)
                response = _render_team(request, context, problem, edited=kwargs.get("note"), status=status)
                # The timeline has the notes too.
                return response if problem or not changes_notes else trigger_client_event(response, "notes-changed")
            return redirect(f"{reverse('journey', args=[context.website.slug, context.visitor_id])}#team")

        return view

    return decorate


@_changes_memory(Role.MEMBER, changes_notes=True)
def add_note(request: SignedInRequest, website: Website, visitor_id: UUID) -> str:
    """Write a note (`text`)."""
    if "text" not in request.POST:
        raise BadRequest("`text` is missing.")
    form = NoteForm(request.POST)
    if not form.is_valid():
        return str(form.errors["text"][0])
    if not profiles.lock_stored(website.pk, visitor_id):
        return NOT_STORED
    memory.add_note(request.user, website, visitor_id, form.cleaned_data["text"])
    return ""


@_changes_memory(Role.MEMBER, changes_notes=True)
def change_note(request: SignedInRequest, website: Website, visitor_id: UUID, note: int) -> str:
    """Replace the text of one's own note, or delete it (`delete=yes`)."""
    is_deleted = request.POST.get("delete") == "yes"
    if not is_deleted and "text" not in request.POST:
        raise BadRequest("`text` is missing.")
    found = memory.find_own_note(request.user, website, visitor_id, note)
    if found is None:
        raise Http404("No such note of this user.")
    if is_deleted:
        found.delete()
        return ""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return str(form.errors["text"][0])
    memory.edit_note(found, form.cleaned_data["text"])
    return ""


@_changes_memory(Role.VIEWER)
def pin(request: SignedInRequest, website: Website, visitor_id: UUID) -> str:
    """Pin the visitor for this user (`pinned=yes`), or remove the pin (`pinned=no`)."""
    answer = request.POST.get("pinned")
    if answer not in ("yes", "no"):
        raise BadRequest("`pinned` is yes or no.")
    if answer == "yes" and not profiles.lock_stored(website.pk, visitor_id):
        return NOT_STORED
    memory.set_pinned(request.user, website, visitor_id, is_pinned=answer == "yes")
    return ""


@_changes_memory(Role.MEMBER)
def change_owner(request: SignedInRequest, website: Website, visitor_id: UUID) -> str:
    """Make a member of the website the owner (`owner`, an account's number); "" for no owner."""
    text = request.POST.get("owner")
    if text is None:
        raise BadRequest("`owner` is missing.")
    possible = {str(user.pk): user for user in memory.list_possible_owners(website)}
    if text and text not in possible:
        return "This person is no longer a member of the website."
    if text and not profiles.lock_stored(website.pk, visitor_id):
        return NOT_STORED
    memory.set_owner(website, visitor_id, possible.get(text))
    return ""


@_changes_memory(Role.MEMBER)
def change_tags(request: SignedInRequest, website: Website, visitor_id: UUID) -> str:
    """Give the visitor these tags (`tag`) in place of those that the form showed (`tags`, "" beside them)."""
    if "tags" not in request.POST:
        raise BadRequest("`tags` is missing.")
    tags = request.POST.getlist("tag")
    if tags and not profiles.lock_stored(website.pk, visitor_id):
        return NOT_STORED
    memory.set_tags(website, visitor_id, tags, request.POST.getlist("tags"))
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def show_tags(request: SignedInRequest, website: Website) -> HttpResponse:
    """Show and change the tags of a website. The form sends along which ones it has `shown`."""
    names = ", ".join(Tag.objects.filter(website=website).values_list("name", flat=True))
    shown = request.POST.get("shown", names)
    form = TagsForm(request.POST if request.method == "POST" else None, initial={"tags": names})
    if request.method == "POST" and "tags" not in request.POST:
        raise BadRequest("`tags` is missing.")
    if form.is_valid():
        memory.save_tags(website, form.cleaned_data["tags"], shown.split(", "))
        messages.success(request, "Tags saved.")
        return redirect("tags", website.slug)
    context = {"website": website, "form": form, "shown": shown}
    return render(request, "team/tags.html", context, status=422 if form.is_bound else 200)


@require_GET
@refuse_if_not_audited
@with_visitor
def show(request: SignedInRequest, context: VisitorContext) -> HttpResponse:
    """Show what the team knows of a visitor, with the forms to change it (`?forms`): a part of the journey page.

    Without htmx, a page with the forms.
    """
    log.record_fragment(request.user, context)
    return _render_team(request, context)


def _render_team(
    request: SignedInRequest,
    context: VisitorContext,
    problem: str = "",
    *,
    edited: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the part. With a problem, the text that was typed stays in its field: that of the note `edited`."""
    website, visitor_id = context.website, context.visitor_id
    with_forms = not request.htmx or "forms" in request.GET or "forms" in request.POST
    values = {
        "website": website,
        "visitor_id": visitor_id,
        "team": present_team(request, website, visitor_id, with_forms=with_forms),
        "problem": problem,
        "typed": request.POST.get("text", "") if problem else "",
        "edited": edited,
    }
    # htmx swaps in no response that is an error.
    if request.htmx:
        return render(request, "team/_team.html", values)
    return render(request, "team/page.html", values, status=status)
