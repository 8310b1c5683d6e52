"""The decorator of every view that shows something about a visitor: what cannot be recorded is not shown."""

import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render

from dashboard.database import RETRY_AFTER_SECONDS
from visitors.audit import log
from visitors.web.access import SignedInRequest

logger = logging.getLogger(__name__)

Parameters = ParamSpec("Parameters")

# The standard one, and those of older browsers and of Safari.
_PURPOSE_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_PREFETCH = re.compile("prefetch|prerender|preview", re.IGNORECASE)


def refuse_if_not_audited(view: Callable[Parameters, HttpResponse]) -> Callable[Parameters, HttpResponse]:
    """Answer with 503 when the view cannot write to the audit log, and with 404 when its website was removed meanwhile.

    Prefetching is refused: the browser asks for a page that the user may never look at. For the same reason these views
    take no HEAD requests.
    """

    @wraps(view)
    def wrapper(*args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        request = cast("SignedInRequest", args[0])
        if any(_PREFETCH.search(request.headers.get(name, "")) for name in _PURPOSE_HEADERS):
            return HttpResponse(status=503)
        try:
            return view(*args, **kwargs)
        except log.WebsiteGone as error:
            raise Http404("No such website.") from error
        except log.LogUnavailable as error:
            logger.error("Nothing is shown, since the audit log cannot be written: %s", error.__cause__)  # noqa: TRY400
            response = render(request, "audit/log_unavailable.html", status=503)
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return response

    return wrapper
