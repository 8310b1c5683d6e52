"""The rows of the cards on the Integrations page."""

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from visitors.integrations.cards.adapters import ADAPTERS
from visitors.integrations.ways import Way
from visitors.models import Integration, IntegrationRequest, RequestResult, Website

_FAILED = {RequestResult.FAILED: "Last request failed", RequestResult.REFUSED: "Last request rejected"}


def list_ways(website: Website) -> Iterator[Way]:
    """Yield a row for each kind of card. One query."""
    latest = IntegrationRequest.objects.filter(integration=OuterRef("pk"), is_test=False).order_by("-pk")
    integrations = Integration.objects.filter(website=website)
    found = {one.kind: one for one in integrations.annotate(latest=Subquery(latest.values("result")[:1]))}
    for kind, adapter in ADAPTERS.items():
        url = reverse("set_up_card", args=[website.slug, kind])
        state, level = _describe(found.get(kind))
        yield Way(adapter.name, adapter.description, state, level, url, "Manage" if kind in found else "Set up")


def _describe(integration: Integration | None) -> tuple[str, str]:
    """Return the state of an integration and its level. `latest` is how its last request ended, None without one."""
    if integration is None:
        return "Not set up", ""
    if not integration.is_enabled:
        return "Off", "warn"
    latest: str | None = integration.latest  # type: ignore[attr-defined]  # annotated by `list_ways`
    if latest is None:
        return "On, not used yet", "good"
    failed = _FAILED.get(RequestResult(latest))
    return (failed, "bad") if failed else ("On", "good")
