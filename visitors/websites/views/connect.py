"""Add websites: first a key or token, then the websites that it opens.

A website key leads to a form for its website. An account token leads to the list of its websites, or to the same form
where it may not list them. A token that DataFast rejects is never saved.
"""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from visitors.datafast.credentials import AccountToken, Credential, mask
from visitors.datafast.errors import UpstreamError
from visitors.datafast.payload import WebsiteListing
from visitors.formatting import join_list
from visitors.models import Website
from visitors.profiles import tokens
from visitors.profiles.tokens import TokenRejected
from visitors.web.access import SignedInRequest, administrator_required
from visitors.web.time_zones import listed_time_zones
from visitors.websites import actions, pending_token
from visitors.websites.forms import NewWebsiteForm, TokenForm
from visitors.websites.pending_token import PendingToken


@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def start(request: SignedInRequest) -> HttpResponse:
    """Take a key or token, test it, and redirect to the form or list of what it opens."""
    form = TokenForm(request.POST or None)
    is_untested = False
    if form.is_valid():
        token: Credential | AccountToken = form.cleaned_data["token"]
        try:
            return _continue(request, token)
        except TokenRejected as error:
            form.add_error("token", str(error))
        except UpstreamError as error:
            pending_token.save(request, PendingToken(token.token))
            form.add_error("token", f"{error} The key could not be tested.")
            is_untested = True
    context = {"form": form, "is_untested": is_untested, "is_first": not Website.objects.exists()}
    return render(request, "websites/add.html", context, status=422 if form.errors else 200)


def _continue(request: SignedInRequest, token: Credential | AccountToken) -> HttpResponse:
    """Test a token, save it for the next page, and redirect there. Raises TokenRejected and UpstreamError."""
    listed, metadata, page = None, None, "add_website_details"
    if isinstance(token, Credential):
        tokens.check_token(token)
        metadata = tokens.get_metadata(token)
    else:
        try:
            listed, page = tokens.list_websites(token), "connect_account"
        except TokenRejected as error:
            if not error.is_permission:
                raise
            messages.warning(
                request, "This token can’t list its websites. Enter the id of the website that you want to add."
            )
    pending_token.save(request, PendingToken(token.token, listed, metadata=metadata))
    return redirect(page)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def details(request: SignedInRequest) -> HttpResponse:
    """Take the settings of the pending token's website, test the token, and add the website.

    The form sends the `mask` of the token that it is about.
    """
    pending = pending_token.load(request)
    if pending is None:
        slug = request.POST.get("slug", "")
        if slug and Website.objects.filter(slug=slug).exists():
            # The form was submitted twice, and the first request has added the website.
            return redirect("website", slug)
        return _paste_again(request)
    if request.POST.get("mask", mask(pending.token)) != mask(pending.token):
        # In another tab, for another website: this form would get that website's key.
        return _paste_again(request, pending_token.OTHER_PASTED)
    form = NewWebsiteForm(request.POST or None, token=pending.token, metadata=pending.metadata)
    may_save_anyway = False
    if form.is_valid():
        website: Website = form.instance
        credential = Credential(pending.token, website.datafast_id or None)
        may_save_anyway = _add_doubts(request, form, credential)
        if form.is_valid():
            try:
                actions.add(request.user, website, credential)
            except IntegrityError:
                form.add_error("slug", "Another website has just taken this URL name. Choose another one.")
            else:
                pending_token.discard(request)
                messages.success(request, f"{website.name} is connected.")
                return redirect("website", website.slug)
    if "slug" in form.errors:
        existing = Website.objects.filter(slug=form.data.get("slug", "")).first()
        if existing and actions.has_token(existing, pending.token):
            # The same form, submitted twice at the same time.
            return redirect("website", existing.slug)
    context = {
        "form": form,
        "mask": mask(pending.token),
        "may_save_anyway": may_save_anyway,
        "time_zones": listed_time_zones(),
    }
    return render(request, "websites/details.html", context, status=422 if form.errors else 200)


def _add_doubts(request: SignedInRequest, form: NewWebsiteForm, credential: Credential) -> bool:
    """Add errors to a new website's form: for a key that was not accepted, and for a domain that is connected already.

    Return whether the user may save it anyway.
    """
    refusal, may_save_anyway = _test(request, credential, "key")
    if refusal:
        is_about_id = "datafast_id" in form.fields and not may_save_anyway
        form.add_error("datafast_id" if is_about_id else None, refusal)
    same_domain = actions.warn_of_same_domain(form.instance)
    if same_domain and "anyway" not in request.POST:
        form.add_error("domain", same_domain)
        return may_save_anyway or not refusal
    return may_save_anyway


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def connect(request: SignedInRequest) -> HttpResponse:
    """List the websites of the pending account token, and add those that the user picks."""
    pending = pending_token.load(request)
    if pending is None or pending.websites is None:
        return _paste_again(request)
    connected = actions.find_connected(pending.websites)
    candidates = [website for website in pending.websites if actions.can_connect(website)]
    picked = [website for website in candidates if website.id in request.POST.getlist("website")]
    problem, may_save_anyway = "", False
    if request.method == "POST" and not picked:
        problem = "Select at least one website."
    elif picked:
        # The token may list websites without being allowed to read visitors, which a test with one of them shows.
        problem, may_save_anyway = _test(request, Credential(pending.token, picked[0].id), "token")
        if not problem:
            return _connect(request, AccountToken(pending.token), picked)
    context = {
        "rows": [(website, connected.get(website.id or ""), website in picked) for website in candidates],
        "unreadable": len(pending.websites) - len(candidates),
        "can_pick": any(website.id not in connected for website in candidates),
        "mask": mask(pending.token),
        "problem": problem,
        "may_save_anyway": may_save_anyway,
    }
    return render(request, "websites/connect.html", context, status=422 if problem else 200)


def _connect(request: SignedInRequest, account: AccountToken, picked: list[WebsiteListing]) -> HttpResponse:
    added, remarks = actions.connect(request.user, account, picked)
    pending_token.discard(request)
    if added:
        names = join_list([website.name for website in added])
        messages.success(request, f"{names} {'is' if len(added) == 1 else 'are'} connected.")
    for remark in remarks:
        messages.warning(request, f"{remark} Change it on the website’s page.")
    return redirect("websites")


def _test(request: SignedInRequest, credential: Credential, name: str) -> tuple[str, bool]:
    """Test a token. Return a sentence ("" for none) and whether the user may save it anyway, untested."""
    try:
        tokens.check_token(credential)
    except TokenRejected as error:
        return str(error), False
    except UpstreamError as error:
        if "anyway" not in request.POST:
            return f"{error} The {name} could not be tested.", True
    return "", False


def _paste_again(request: SignedInRequest, sentence: str = pending_token.PASTE_AGAIN) -> HttpResponse:
    messages.warning(request, sentence)
    return redirect("add_website")
