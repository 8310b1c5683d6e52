"""What Prometheus reads, where `METRICS_TOKEN` is set."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from dashboard.middleware import route_name
from visitors import metrics, profiles
from visitors.models import Website


@require_safe
@login_not_required
def exposition(request: HttpRequest) -> HttpResponse:
    """The counts of all worker processes, for whoever has the token. Without that setting the page does not exist."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(
            "Send the METRICS_TOKEN as a bearer token.\n",
            status=401,
            content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer"},
        )
    try:
        from visitors.metrics import meters  # noqa: PLC0415 not even imported where nothing is counted
    except OSError:
        return HttpResponse("There is no room to count in.\n", status=503, content_type="text/plain")
    return HttpResponse(meters.exposition(_budgets()), content_type=meters.CONTENT_TYPE)


def _budgets() -> list[tuple[str, int, int]]:
    """Those of all websites whose token can be read."""
    websites = list(Website.objects.all())
    known = profiles.get_budget_usage(websites)
    return [(website.slug, *known[website.pk]) for website in websites if website.pk in known]


class CountRequests:
    """Middleware that counts answers by route and class of status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, and count it."""
        response = self.get_response(request)
        metrics.request(route_name(request), response.status_code)
        return response
