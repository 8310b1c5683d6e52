"""The panel's page, what it loads, the page where a user pairs it, and the one that sets it up."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.addresses import absolute_url
from visitors.audit.log import LogUnavailable
from visitors.formatting.text import clean
from visitors.integrations.panel import pairing
from visitors.integrations.panel.forms import OriginsForm
from visitors.integrations.panel.showing import MAX_VISITS, Message, Question, show
from visitors.integrations.tokens.access import InvalidToken, TooManyRequests
from visitors.models import Website
from visitors.web import change_log
from visitors.web.access import SignedInRequest, manager_required

_MAX_QUESTION = 4_000
_LATEST_TIME = 4_102_444_800  # the year 2100
_PAIR_FIRST = "Connect the panel first."


@login_not_required
@xframe_options_exempt
@require_GET
def panel(request: HttpRequest, slug: str) -> HttpResponse:
    """The page in the frame. It contains nothing about anyone: its script loads that with a paired token.

    Only pages of the website's origins may frame it. Without origins there is no panel.
    """
    website = Website.objects.filter(slug=slug).exclude(panel_origins=[]).first()
    if website is None:
        raise Http404("No panel.")
    response = render(request, "integrations/panel/panel.html", {"slug": slug, "origins": website.panel_origins})
    response._csp_replace = {"frame-ancestors": website.panel_origins}  # type: ignore[attr-defined]  # noqa: SLF001 as csp's own decorators do
    return response


def _from_panel(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that the panel's script calls. Its token is in a header, which no other site's page can send, so
    neither cookies nor form tokens matter."""

    @csrf_exempt
    @login_not_required
    @require_POST
    @wraps(view)
    def check(request: HttpRequest, slug: str) -> HttpResponse:
        try:
            return view(request, slug)
        except InvalidToken:
            return HttpResponse(_PAIR_FIRST, status=401, content_type="text/plain")
        except TooManyRequests as error:
            headers = {"Retry-After": str(error.retry_after)}
            return HttpResponse(str(error), status=429, content_type="text/plain", headers=headers)

    return check


@_from_panel
def start_pairing(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a panel the code to show, and its secret."""
    website = Website.objects.filter(slug=slug).exclude(panel_origins=[]).first()
    if website is None:
        raise Http404("No panel.")
    try:
        new = pairing.start(request, website)
    except pairing.TooManyWaiting:
        sentence = "Too many panels wait for their codes. Try again in a few minutes."
        return HttpResponse(sentence, status=429, content_type="text/plain")
    return JsonResponse({"code": new.code, "secret": new.secret, "seconds": pairing.CODE_VALID_FOR.total_seconds()})


@_from_panel
def check_pairing(request: HttpRequest, slug: str) -> HttpResponse:
    """Say whether the code was typed: 204 if it was, 202 if it was not yet."""
    return HttpResponse(status=204 if pairing.find(request, slug) else 202)


@_from_panel
def show_visitor(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the visitor whom the help desk named, as a fragment of the panel."""
    paired = pairing.find(request, slug)
    if paired is None or paired.user is None:
        raise InvalidToken
    websites = Website.objects.visible_to(paired.user).exclude(panel_origins=[])
    website = websites.filter(pk=paired.website_id).first()
    if website is None:
        message = Message("No access", "You have no role on this website anymore, or its panel is off.", 404)
        return _fragment(request, "integrations/panel/message.html", {"message": message, "slug": slug}, status=404)
    try:
        shown = show(paired.user, website, _read_question(request))
    except LogUnavailable:
        shown = Message("Not available", LogUnavailable.sentence, 503)
    if isinstance(shown, Message):
        context = {"message": shown, "slug": slug}
        return _fragment(request, "integrations/panel/message.html", context, status=shown.status)
    visits = [row for row in shown.journey.timeline.rows if row.style == "visit" and row.iso][:MAX_VISITS]
    context = {"shown": shown, "journey": shown.journey, "website": website, "visits": visits}
    return _fragment(request, "integrations/panel/visitor.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: SignedInRequest) -> HttpResponse:
    """Let the user type the code that a panel shows."""
    if request.method == "POST" and "code" not in request.POST:
        raise BadRequest("The form was sent without its fields.")
    typed = clean(request.POST.get("code", "")).strip()[:40]
    website = pairing.confirm(request.user, typed) if typed else None
    if website:
        change_log.record(request.user, "connected a panel", website=website)
    context = {"website": website, "typed": typed, "is_refused": request.method == "POST" and website is None}
    return render(request, "integrations/panel/confirm.html", context, status=422 if context["is_refused"] else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def set_up(request: SignedInRequest, website: Website) -> HttpResponse:
    """Show how to add the panel to a help desk; change the origins that may frame it."""
    if request.method == "POST" and "origins" not in request.POST:
        raise BadRequest("The form was sent without its fields.")
    initial = {"origins": "\n".join(website.panel_origins)}
    form = OriginsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        Website.objects.filter(pk=website.pk).update(panel_origins=form.cleaned_data["origins"])
        change_log.record(request.user, "changed the panel's origins", website=website)
        messages.success(request, "Saved.")
        return redirect("set_up_panel", website.slug)
    context = {
        "website": website,
        "form": form,
        "address": absolute_url(reverse("panel", args=[website.slug])),
    }
    return render(request, "integrations/panel/set_up.html", context, status=422 if form.errors else 200)


def _fragment(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render a fragment, marked so that the script takes no page of a proxy for one."""
    response = render(request, template, context, status=status)
    response["Journeydesk-Panel"] = "yes"
    return response


def _read_question(request: HttpRequest) -> Question:
    """Read whom the help desk named. Text that is no email address, id or time is left out."""
    fields: dict[str, Any] = {
        name: clean(request.POST.get(name, "")[:_MAX_QUESTION]).strip() for name in ("visitor", "email", "user_id")
    }
    return Question(**fields, started_at=_read_time(request.POST.get("at", "")))


def _read_time(text: str) -> datetime | None:
    """Return a time in ISO 8601 with its offset, or in seconds since 1970."""
    try:
        if text.isascii() and text.isdecimal() and len(text) <= len(str(_LATEST_TIME)):
            return datetime.fromtimestamp(min(int(text), _LATEST_TIME), UTC)
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
