"""`/metrics`, which Prometheus reads, and the middleware that counts requests. On while `METRICS_TOKEN` is set."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from dashboard.middleware import route_name
from visitors import metrics, profiles
from visitors.models import Website

logger = logging.getLogger(__name__)


@require_safe
@login_not_required
def exposition(request: HttpRequest) -> HttpResponse:
    """Return the counts of all worker processes to a client with the token. 404 without the setting."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(
            "Send the METRICS_TOKEN as a bearer token.\n",
            status=401,
            content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer"},
        )
    counts = metrics.exposition(_budgets())
    if counts is None:
        return HttpResponse("There is no room to count in.\n", status=503, content_type="text/plain")
    return HttpResponse(counts, content_type=CONTENT_TYPE_LATEST)


def _budgets() -> list[tuple[str, int, int]]:
    """Return slug, calls in the last minute and limit of each website whose token can be read; none without database.

    The counts matter most while the database fails.
    """
    try:
        websites = list(Website.objects.all())
        usage = profiles.get_budget_usage(websites)
    except Error as error:
        logger.warning("The metrics lack the budgets: %s", type(error).__name__)
        return []
    return [(website.slug, *usage[website.pk]) for website in websites if website.pk in usage]


class CountRequestsMiddleware:
    """Count requests by route and class of status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        metrics.count_request(route_name(request), response.status_code)
        return response
