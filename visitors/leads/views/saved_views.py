"""Save, rename and delete views of the lists of visitors."""

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from visitors.formatting.text import clean
from visitors.leads import saved_views
from visitors.models import SavedView, Website
from visitors.models.saved_views import MAX_VIEW_NAME_LENGTH
from visitors.roles import Role
from visitors.web.access import SignedInRequest, website_or_404
from visitors.web.kept_forms import accepts_old_token

_URLS = {SavedView.Kind.LEADS: "leads", SavedView.Kind.FIND: "visitors"}


@accepts_old_token
@require_POST
def save(request: SignedInRequest, slug: str) -> HttpResponse:
    """Save the `query` of a list (`kind`) under a name (`label`); with `shared=yes` for everyone on the website."""
    website = website_or_404(request, slug)
    kind, is_shared = request.POST.get("kind", ""), request.POST.get("shared") == "yes"
    if kind not in SavedView.Kind.values or "label" not in request.POST:
        raise BadRequest("`kind` or `label` is missing.")
    if is_shared and not Role(website.role).includes(Role.MEMBER):
        raise PermissionDenied
    query = saved_views.normalize(kind, request.POST.get("query", ""))
    if query is None:
        raise BadRequest("`query` is none of this list.")
    name, problem = _read_name(request)
    problem = problem or saved_views.save(request.user, website, kind, name, query, is_shared=is_shared)
    _say(request, problem, f"View “{name}” saved.")
    return _to_list(website, kind, query)


@accepts_old_token
@require_POST
def change(request: SignedInRequest, slug: str, view: int) -> HttpResponse:
    """Rename a view (`label`), or delete it (`delete=yes`): one's own, or a shared one that one saved or manages."""
    website = website_or_404(request, slug)
    is_deleted = request.POST.get("delete") == "yes"
    if not is_deleted and "label" not in request.POST:
        raise BadRequest("`label` is missing.")
    found = saved_views.find_view(request.user, website, view)
    if found is None:
        raise Http404("No such view.")
    if not saved_views.can_change(found, request.user, website):
        raise PermissionDenied
    if is_deleted:
        found.delete()
        _say(request, "", f"View “{found.name}” deleted.")
    else:
        name, problem = _read_name(request)
        _say(request, problem or saved_views.rename(found, name), f"View “{name}” renamed.")
    return _to_list(website, found.kind, found.query)


def _read_name(request: SignedInRequest) -> tuple[str, str]:
    """Return the name, and what is wrong with it, "" for nothing."""
    name = " ".join(clean(request.POST.get("label", "")).split())
    if not name:
        return name, "Enter a name for the view."
    if len(name) > MAX_VIEW_NAME_LENGTH:
        return name, f"A name has at most {MAX_VIEW_NAME_LENGTH} characters."
    return name, ""


def _say(request: SignedInRequest, problem: str, success: str) -> None:
    if problem:
        messages.warning(request, problem)
    else:
        messages.success(request, success)


def _to_list(website: Website, kind: str, query: str) -> HttpResponse:
    address = reverse(_URLS[SavedView.Kind(kind)], args=[website.slug])
    return redirect(f"{address}?{query}" if query else address)
