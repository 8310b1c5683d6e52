"""For every view that shows something of a visitor: it stands in the look-up log, or it is not shown."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from visitors.audit import log
from visitors.web.access import SignedInRequest

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

RETRY_AFTER_SECONDS = 10


def on_record(view: View) -> View:
    """Say so in place of the view's answer where the log can't be written.

    What a browser fetches ahead, in case somebody goes there, is refused: nobody has looked.
    """

    @wraps(view)
    def recorded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "prefetch" in request.headers.get("Sec-Purpose", ""):
            return HttpResponse(status=503)
        try:
            return view(request, *args, **kwargs)
        except log.WebsiteGone as gone:
            raise Http404("No such website.") from gone
        except log.NotWritten as trouble:
            logger.error("Nothing is shown, since the look-up log can't be written: %s", trouble.__cause__)  # noqa: TRY400
            response = render(request, "audit/log_unavailable.html", status=503)
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return response

    return recorded
