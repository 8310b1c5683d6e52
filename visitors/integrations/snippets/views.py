"""The page of snippets: what can be connected without code."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.addresses import absolute_url
from visitors.integrations.snippets.snippets import make_bookmarklet, make_lines, make_links
from visitors.models import Website
from visitors.web.access import SignedInRequest, manager_required

_ANY_ID = "00000000-0000-0000-0000-000000000000"


@require_safe
@manager_required
def snippets(request: SignedInRequest, website: Website) -> HttpResponse:
    """Show the snippets of a website, and which way fits which tool."""
    address = absolute_url(reverse("journey", args=[website.slug, _ANY_ID])).removesuffix(f"{_ANY_ID}/")
    anywhere = absolute_url(reverse("find_visitor", args=[_ANY_ID])).removesuffix(f"{_ANY_ID}/")
    groups = (
        (
            "Links",
            "A link contains only the visitor id. It opens for users who have a role on the website.",
            make_links(address, anywhere),
        ),
        (
            "Code for your website",
            "Passes the visitor id from DataFast’s cookie to a chat.",
            make_lines(),
        ),
        ("In the browser", "For tools that have no integration.", [make_bookmarklet(address)]),
    )
    return render(request, "integrations/snippets/snippets.html", {"website": website, "groups": groups})
