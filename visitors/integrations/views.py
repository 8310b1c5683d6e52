"""The page of a website that lists what can be connected to it."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from visitors.integrations.cards.ways import list_ways
from visitors.integrations.ways import Way
from visitors.models import Webhook, Website
from visitors.web.access import SignedInRequest, manager_required
from visitors.webhooks.presenter import describe_state


@require_safe
@manager_required
def integrations(request: SignedInRequest, website: Website) -> HttpResponse:
    """List the ways to use Journeydesk in other programs, with the state of each for this website."""
    groups = (
        (
            "Help desks and chat",
            "Your help desk or Slack shows who the visitor is.",
            [_panel(website), *list_ways(website), _snippets(website)],
        ),
        ("Alerts", "Alerts about pinned visitors go to another program, too.", [_webhook(website)]),
        ("Scripts and AI agents", "Each user creates a token, which can read what the user sees.", [*_list_tokens()]),
    )
    return render(request, "integrations/integrations.html", {"website": website, "groups": groups})


def _panel(website: Website) -> Way:
    text = "The visitor beside the conversation, in Chatwoot, Zendesk, Front or a page of your own."
    state, level, action = ("On", "good", "Manage") if website.panel_origins else ("Not set up", "", "Set up")
    return Way("Panel", text, state, level, reverse("set_up_panel", args=[website.slug]), action)


def _snippets(website: Website) -> Way:
    text = "Links for Zammad, Crisp and other tools, code that passes the visitor id to a chat, and a bookmarklet."
    return Way("Links and bookmarklet", text, "Ready", "good", reverse("snippets", args=[website.slug]), "Open")


def _webhook(website: Website) -> Way:
    webhook = Webhook.objects.filter(website=website).first()
    text = "Messages to Slack or to your own program when pinned visitors are on the site, open pricing or pay."
    url, action = reverse("webhook", args=[website.slug]), "Manage" if webhook else "Set up"
    return Way("Webhook", text, *describe_state(webhook), url, action)


def _list_tokens() -> Iterator[Way]:
    reference = reverse("api_reference")
    text = "Works like DataFast’s API, so programs written for it work here too."
    yield Way("API", text, "Ready", "good", reference, "Open")
    text = "Claude, Cursor and other MCP clients look visitors up for a user."
    yield Way("AI agents", text, "Ready", "good", f"{reference}#agents", "Open")
    text = "What programs and AI agents sign in with."
    yield Way("Access tokens", text, "Per user", "", reverse("own_tokens"), "Your tokens")
