"""The list of websites, and one website's own page: its status and settings, pausing and removing it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from visitors.formatting import format_count
from visitors.models import Membership, Snapshot, Webhook, Website
from visitors.web.access import SignedInRequest, manager_required
from visitors.web.forms import answer_required
from visitors.web.time_zones import listed_time_zones
from visitors.websites import actions
from visitors.websites.forms import SettingsForm
from visitors.websites.status import website_statuses


@require_safe
def websites(request: SignedInRequest) -> HttpResponse:
    """List the websites that the user manages, with their statuses. A user who manages none gets a 403."""
    managed = list(Website.objects.managed_by(request.user))
    if not managed and not request.user.is_superuser:
        raise PermissionDenied
    return render(request, "websites/list.html", {"statuses": website_statuses(request, managed)})


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def overview(request: SignedInRequest, website: Website) -> HttpResponse:
    """Show a website's status and settings. POST saves those that differ from what the page showed (`initial-…`)."""
    form = SettingsForm(request.POST or None, instance=website)
    if form.is_valid():
        # What the user left as it was may have been changed by another one since.
        changed = [name for name in form.changed_data if request.POST[name] != request.POST.get(f"initial-{name}")]
        actions.change(request.user, website, changed)
        messages.success(request, "Saved.")
        if "domain" in changed and (same_domain := actions.warn_of_same_domain(website)):
            messages.warning(request, same_domain)
        return redirect("website", website.slug)
    # The form has changed its instance, even where it is invalid.
    stored = get_object_or_404(Website, pk=website.pk)
    (status,) = website_statuses(request, [stored])
    context = {
        "website": stored,
        "current": status,
        "webhook": Webhook.objects.filter(website=website).exclude(failing_since=None).first(),
        "form": form,
        "time_zones": listed_time_zones(),
        "sees_visitors": Membership.objects.filter(website=website, user=request.user).exists(),
    }
    return render(request, "websites/overview.html", context, status=422 if form.errors else 200)


@require_POST
@manager_required
@answer_required("yes")
def pause(request: SignedInRequest, website: Website) -> HttpResponse:
    """Stop calls to DataFast for this website."""
    actions.pause(request.user, website)
    return redirect("website", website.slug)


@require_POST
@manager_required
@answer_required("yes")
def resume(request: SignedInRequest, website: Website) -> HttpResponse:
    """Allow calls to DataFast again."""
    actions.resume(request.user, website)
    return redirect("website", website.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def remove(request: SignedInRequest, website: Website) -> HttpResponse:
    """Show what is deleted with a website. POST removes it once the user has typed its slug."""
    typed = request.POST.get("typed", "").strip().lower()
    if request.method == "POST" and typed == website.slug.lower():
        actions.remove(request.user, website)
        messages.success(request, f"{website.name} is removed.")
        manages_more = request.user.is_superuser or Website.objects.managed_by(request.user).exists()
        return redirect("websites" if manages_more else "look_up")
    is_refused = request.method == "POST"
    context = {
        "website": website,
        "people": format_count(Membership.objects.filter(website=website).count(), "person", "people"),
        "kept": format_count(Snapshot.objects.filter(website=website).count(), "visitor"),
        "is_refused": is_refused,
        "typed": typed,
    }
    return render(request, "websites/remove.html", context, status=422 if is_refused else 200)
