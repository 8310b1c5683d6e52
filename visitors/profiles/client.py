"""The DataFast client of this process, made from the settings."""

from functools import lru_cache

from django.conf import settings

from visitors.datafast.client import Client


def datafast_client() -> Client:
    """Return the client. It keeps its connections open between calls."""
    return _client(settings.DATAFAST_API_URL, float(settings.UPSTREAM_DEADLINE_SECONDS))


@lru_cache(maxsize=4)
def _client(base_url: str, deadline_seconds: float) -> Client:
    return Client(base_url, deadline_seconds=deadline_seconds)
