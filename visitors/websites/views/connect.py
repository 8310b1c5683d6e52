"""Adding websites: a key or token first, then what it opens.

A website's key leads to a form about the one website. An account's token leads to the list of its websites, or to the
same form where it may not list them. Nothing is saved under a token that DataFast refuses.
"""

from django.contrib import messages
from django.db import IntegrityError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from visitors.datafast.credentials import AccountToken, Credential, Kind, mask
from visitors.datafast.errors import UpstreamError
from visitors.formatting import join_list
from visitors.models import Website
from visitors.profiles import tokens
from visitors.profiles.tokens import TokenRejected
from visitors.web.access import SignedInRequest, administrator_or_403
from visitors.websites import actions
from visitors.websites.forms import NewWebsiteForm, TokenForm
from visitors.websites.views import pending
from visitors.websites.views.pending import PendingToken


@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest) -> HttpResponse:
    """Take a key or token, ask DataFast about it, and lead on to what it opens."""
    administrator_or_403(request)
    form = TokenForm(request.POST or None)
    is_untested = False
    if form.is_valid():
        opened: Credential | AccountToken = form.cleaned_data["token"]
        try:
            return _opened(request, opened)
        except TokenRejected as refusal:
            form.add_error("token", str(refusal))
        except UpstreamError as error:
            pending.keep(request, PendingToken(opened.token))
            form.add_error("token", f"{error} So it is not known whether the key works.")
            is_untested = True
    context = {"form": form, "is_untested": is_untested, "is_first": not Website.objects.exists()}
    return render(request, "websites/add.html", context, status=_status(form))


def _opened(request: SignedInRequest, opened: Credential | AccountToken) -> HttpResponse:
    """Lead on with a token that DataFast accepts. Raises TokenRejected and UpstreamError."""
    if isinstance(opened, Credential):
        tokens.check(opened)
        pending.keep(request, PendingToken(opened.token))
        return redirect("add_website_details")
    try:
        listed = tokens.websites_of(opened)
    except TokenRejected as refusal:
        if not refusal.is_permission:
            raise
        pending.keep(request, PendingToken(opened.token))
        messages.warning(request, "This token may not list its websites: enter the id of the one that you want to add.")
        return redirect("add_website_details")
    pending.keep(request, PendingToken(opened.token, listed))
    return redirect("connect_account")


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: SignedInRequest) -> HttpResponse:
    """Take what the website of the pasted token is called, test the token, and add it."""
    user = administrator_or_403(request)
    pasted = pending.find(request)
    if pasted is None:
        # The form was sent twice, and the first one has been here.
        return _to_added(request, request.POST.get("slug", "")) or _paste_again(request)
    kind = Kind.ACCOUNT_TOKEN if pasted.token.startswith("dft_") else Kind.WEBSITE_KEY
    form = NewWebsiteForm(request.POST or None, kind=kind)
    may_save_anyway = False
    if form.is_valid():
        website: Website = form.instance
        credential = Credential(pasted.token, website.datafast_id or None)
        try:
            tokens.check(credential)
        except TokenRejected as refusal:
            form.add_error("datafast_id" if "datafast_id" in form.fields else None, str(refusal))
        except UpstreamError as error:
            if "anyway" not in request.POST:
                form.add_error(None, f"{error} So it is not known whether the key works.")
                may_save_anyway = True
        if form.is_valid():
            try:
                actions.add(user, website, credential)
            except IntegrityError:
                form.add_error("slug", "Somebody has just taken this address part. Choose another one.")
            else:
                pending.drop(request)
                messages.success(request, f"{website.name} is connected.")
                return redirect("website", website.slug)
    if "slug" in form.errors and _holds(form.data.get("slug", ""), pasted.token):
        return redirect("website", form.data["slug"])
    context = {"form": form, "mask": mask(pasted.token), "may_save_anyway": may_save_anyway}
    return render(request, "websites/details.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: SignedInRequest) -> HttpResponse:
    """Show the websites that the pasted account token opens, and add those that are picked."""
    user = administrator_or_403(request)
    pasted = pending.find(request)
    if pasted is None or pasted.websites is None:
        return _paste_again(request)
    here = actions.here_already(pasted.websites)
    readable = [one for one in pasted.websites if actions.is_readable(one)]
    picked = [one for one in readable if one.id in request.POST.getlist("website")]
    problem, may_save_anyway = "", False
    if request.method == "POST" and not picked:
        problem = "Pick at least one website."
    elif picked:
        account = AccountToken(pasted.token)
        try:
            # What it lists, it opens; whether it may read visitors at all, one of them tells.
            tokens.check(Credential(account.token, picked[0].id))
        except TokenRejected as refusal:
            problem = str(refusal)
        except UpstreamError as error:
            if "anyway" not in request.POST:
                problem, may_save_anyway = f"{error} So it is not known whether the token works.", True
        if not problem:
            return _added(request, actions.connect(user, account, picked))
    context = {
        "rows": [(one, here.get(one.id or ""), one in picked) for one in readable],
        "unreadable": len(pasted.websites) - len(readable),
        "can_pick": any(one.id not in here for one in readable),
        "mask": mask(pasted.token),
        "problem": problem,
        "may_save_anyway": may_save_anyway,
    }
    return render(request, "websites/connect.html", context, status=422 if problem else 200)


def _added(request: SignedInRequest, connected: actions.Connected) -> HttpResponse:
    pending.drop(request)
    if connected.websites:
        names = join_list([website.name for website in connected.websites])
        messages.success(request, f"{names} {'is' if len(connected.websites) == 1 else 'are'} connected.")
    for remark in connected.remarks:
        messages.warning(request, f"{remark} You can change that on its page.")
    return redirect("websites")


def _to_added(request: SignedInRequest, slug: str) -> HttpResponse | None:
    if request.method == "POST" and Website.objects.filter(slug=slug).exists():
        return redirect("website", slug)
    return None


def _paste_again(request: SignedInRequest) -> HttpResponse:
    messages.warning(request, pending.PASTE_AGAIN)
    return redirect("add_website")


def _holds(slug: str, token: str) -> bool:
    """Whether the website under this address part has this very token: then it has just been added, by the same form
    sent twice."""
    website = Website.objects.filter(slug=slug).first()
    return website is not None and actions.has_token(website, token)


def _status(form: Form | NewWebsiteForm) -> int:
    # A page that refuses says so in its status too.
    return 422 if form.errors else 200
