"""Requests that a browser sends before the user follows a link."""

import re

from django.http import HttpRequest

# The standard header that a browser prefetches with, and those of older browsers and of Safari.
_PURPOSE_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_PREFETCH = re.compile("prefetch|prerender|preview", re.IGNORECASE)


def is_prefetch(request: HttpRequest) -> bool:
    """Whether the browser asks for a page that the user may never look at."""
    return any(_PREFETCH.search(request.headers.get(name, "")) for name in _PURPOSE_HEADERS)
