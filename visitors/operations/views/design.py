"""`/design/`: every component of the pages in every state, for those who work on the pages."""

from datetime import UTC, datetime, timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from visitors.formatting import display_ago
from visitors.journey_page.presenters.facts import Fact
from visitors.roles import Role
from visitors.web.access import SignedInRequest

COLORS = (
    "ground surface sunk raised ink ink-2 ink-3 line line-2 edge accent accent-wash money money-wash refund"
    " refund-wash goal goal-wash ticket ticket-wash bad bad-wash intent-checkout intent-pricing intent-docs intent-app"
    " intent-blog intent-other"
)


class _SampleForm(forms.Form):
    """Fields in all states; it is bound to an invalid value."""

    name = forms.CharField(help_text="A hint below the field.")
    email = forms.EmailField()
    zone = forms.ChoiceField(label="Time zone", choices=[("utc", "UTC"), ("ny", "New York")])
    fixed = forms.CharField(disabled=True, required=False, initial="Not editable")


@require_safe
def design(request: SignedInRequest) -> HttpResponse:
    """Show the components. Only with DEBUG and in the demo."""
    if not (settings.DEBUG or settings.IS_DEMO):
        raise Http404
    now = datetime.now(UTC)
    at = now - timedelta(hours=2)
    sample_time = display_ago(at, now, UTC)
    context = {
        "colors": COLORS.split(),
        "form": _SampleForm({"name": "Priya Raman", "email": "priya@", "zone": "ny"}),
        "at": sample_time,
        "roles": list(Role),
        "facts_of_a_visitor": [
            Fact("Email", "priya@northwind.example", copy_name="the email address"),
            Fact("First seen", time=sample_time),
            Fact("Plan", "undefined", is_quiet=True),
        ],
    }
    return render(request, "operations/design.html", context)
