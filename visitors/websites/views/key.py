"""Replace a website's key. The new key is tested first, and the old one stays until then."""

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
from visitors.web.access import SignedInRequest, manager_required
from visitors.websites import actions, pending_token
from visitors.websites.forms import ReplaceKeyForm
from visitors.websites.pending_token import PendingToken

_OTHER_WEBSITE = (
    "This key belongs to another website than the one whose visitors are stored here. Add it as a separate website."
)
_UNKNOWN_VISITOR = (
    "DataFast accepts this key, but does not know the last visitor that was looked up here. It may be the key of"
    " another website."
)


@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def replace(request: SignedInRequest, website: Website) -> HttpResponse:
    """Take a new key and save it if DataFast accepts it.

    Where the test leaves a doubt, the page shows it and the user decides (`anyway`).
    """
    if "anyway" in request.POST:
        return _replace_anyway(request, website)
    form = ReplaceKeyForm(request.POST or None, initial={"datafast_id": website.datafast_id})
    doubt = ""
    if form.is_valid():
        credential: Credential = form.cleaned_data["credential"]
        try:
            doubt = _find_doubt(website, credential)
        except TokenRejected as error:
            form.add_error("datafast_id" if error.is_website_id else "token", str(error))
        else:
            if not doubt:
                return _replace(request, website, credential)
            pending = PendingToken(credential.token, website_id=credential.website_id, replaces_on=website.pk)
            pending_token.save(request, pending)
    context = {"website": website, "form": form, "doubt": doubt}
    return render(request, "websites/key.html", context, status=422 if form.errors or doubt else 200)


def _find_doubt(website: Website, credential: Credential) -> str:
    """Test a key, and return a sentence about a remaining doubt or "". Raises TokenRejected."""
    newest = Snapshot.objects.filter(website=website).order_by("-fetched_at").values_list("visitor_id", flat=True)
    known_visitor = newest.first()
    if known_visitor and website.datafast_id and credential.website_id not in (None, website.datafast_id):
        raise TokenRejected(_OTHER_WEBSITE, is_website_id=True)
    try:
        is_known = tokens.check_token(credential, known_visitor)
    except UpstreamError as error:
        return f"{error} The new key could not be tested."
    return _UNKNOWN_VISITOR if known_visitor and not is_known else ""


def _replace_anyway(request: SignedInRequest, website: Website) -> HttpResponse:
    """Save the pending key despite a doubt, but not a key that DataFast rejects."""
    pending = pending_token.load(request, replaces_on=website.pk)
    if pending is None:
        messages.warning(request, pending_token.PASTE_AGAIN)
        return redirect("website_key", website.slug)
    credential = Credential(pending.token, pending.website_id)
    try:
        _find_doubt(website, credential)
    except TokenRejected as error:
        messages.error(request, str(error))
        return redirect("website_key", website.slug)
    return _replace(request, website, credential)


def _replace(request: SignedInRequest, website: Website, credential: Credential) -> HttpResponse:
    try:
        actions.replace_key(request.user, website, credential)
    except Website.DoesNotExist as error:
        raise Http404("It was removed meanwhile.") from error
    pending_token.discard(request)
    messages.success(request, "Key replaced.")
    return redirect("website", website.slug)
