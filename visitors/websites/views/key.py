"""Replacing a website's key: the new one is tested, and until then the old one stays."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from visitors.datafast.credentials import Credential
from visitors.datafast.errors import UpstreamError
from visitors.models import Snapshot, Website
from visitors.profiles import tokens
from visitors.profiles.tokens import TokenRejected
from visitors.web.access import SignedInRequest, managed_website_or_404
from visitors.websites import actions
from visitors.websites.forms import ReplacementForm
from visitors.websites.views import pending
from visitors.websites.views.pending import PendingToken

_OTHER_WEBSITE = (
    "This is another website than the one whose visitors are kept here. Add it as a website of its own, so that the"
    " two never mix."
)
_UNKNOWN_VISITOR = (
    "DataFast accepts this key, but it does not know the visitor who was looked up here last: it may be the key of"
    " another website."
)


@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: SignedInRequest, website: str) -> HttpResponse:
    """Take another key, and keep it where DataFast accepts it.

    What DataFast leaves open, whoever replaces the key decides: the page asks, and holds the key meanwhile.
    """
    site = managed_website_or_404(request, website)
    if "anyway" in request.POST:
        return _replaced_anyway(request, site)
    form = ReplacementForm(request.POST or None, initial={"datafast_id": site.datafast_id})
    doubt = ""
    if form.is_valid():
        credential: Credential = form.cleaned_data["credential"]
        try:
            doubt = _doubt(site, credential)
        except TokenRejected as refusal:
            form.add_error("datafast_id" if refusal.is_website_id else "token", str(refusal))
        if doubt:
            held = PendingToken(credential.token, website_id=credential.website_id, replaces_on=site.pk)
            pending.keep(request, held)
        elif form.is_valid():
            return _replaced(request, site, credential)
    context = {"website": site, "form": form, "doubt": doubt}
    return render(request, "websites/key.html", context, status=422 if form.errors or doubt else 200)


def _doubt(website: Website, credential: Credential) -> str:
    """Test a key, and return what speaks against it nevertheless, "" for nothing. Raises TokenRejected."""
    newest = Snapshot.objects.filter(website=website).order_by("-fetched_at").values_list("visitor_id", flat=True)
    known = newest.first()
    if known and website.datafast_id and credential.website_id not in (None, website.datafast_id):
        raise TokenRejected(_OTHER_WEBSITE, is_website_id=True)
    try:
        knows = tokens.check(credential, known)
    except UpstreamError as error:
        return f"{error} So it is not known whether the new key works."
    return _UNKNOWN_VISITOR if known and not knows else ""


def _replaced_anyway(request: SignedInRequest, website: Website) -> HttpResponse:
    """Keep the key that is held, whatever is not known of it; but not one that DataFast refuses."""
    held = pending.find(request, replaces_on=website.pk)
    if held is None:
        messages.warning(request, pending.PASTE_AGAIN)
        return redirect("website_key", website.slug)
    credential = Credential(held.token, held.website_id)
    try:
        _doubt(website, credential)
    except TokenRejected as refusal:
        messages.error(request, str(refusal))
        return redirect("website_key", website.slug)
    return _replaced(request, website, credential)


def _replaced(request: SignedInRequest, website: Website, credential: Credential) -> HttpResponse:
    try:
        actions.replace_key(request.user, website, credential)
    except Website.DoesNotExist as error:
        raise Http404("It was removed meanwhile.") from error
    pending.drop(request)
    messages.success(request, "The key is replaced.")
    return redirect("website", website.slug)
