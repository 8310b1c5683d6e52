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
            "The other program shows a summary of the visitor.",
            [_panel(website), *list_ways(website), _snippets(website)],
        ),
        ("Alerts", "Journeydesk tells another program what pinned visitors do.", [_webhook(website)]),
        ("Scripts and AI agents", "Each user creates a token, which sees what the user sees.", [*_list_tokens()]),
    )
    return render(request, "integrations/integrations.html", {"website": website, "groups": groups})


def _panel(website: Website) -> Way:
    text = "The journey in a frame beside the conversation: Chatwoot, Zendesk, Front, or any page of yours."
    state, level, action = ("On", "good", "Manage") if website.panel_origins else ("Not set up", "", "Set up")
    return Way("Panel", text, state, level, reverse("set_up_panel", args=[website.slug]), action)


def _snippets(website: Website) -> Way:
    text = "Links for Zammad, Crisp and others, lines that pass the visitor id to a chat, and a bookmarklet."
    return Way("Without code", text, "Ready", "good", reverse("snippets", args=[website.slug]), "Open")


def _webhook(website: Website) -> Way:
    webhook = Webhook.objects.filter(website=website).first()
    text = "Alerts about pinned visitors, as messages to Slack or to your own program."
    url, action = reverse("webhook", args=[website.slug]), "Manage" if webhook else "Set up"
    return Way("Webhook", text, *describe_state(webhook), url, action)


def _list_tokens() -> Iterator[Way]:
    api = "DataFast’s API, from the cache and within your roles. Programs for DataFast work with it."
    yield Way("API", api, "Ready", "good", reverse("api_reference"), "Open")
    text = "For programs that read journeys. Created per user, on the account page."
    yield Way("Access tokens", text, "Per user", "", reverse("own_tokens"), "Your tokens")
