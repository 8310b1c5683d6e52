"""Is the process there, and can it work? For whatever watches over it."""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

# Longer than a database that works ever takes, and shorter than whoever asks waits.
PATIENCE_SECONDS = 2.0

# What hangs holds up its own thread and nobody's request; while it hangs, later questions fail without waiting in line
# for more than their patience.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="readiness")


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer "ok", without asking anything else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say how database and cache are, a line each; 503 where the database fails.

    Without its cache Journeydesk is slower and does everything, so that alone is no reason to send people elsewhere.
    """
    parts = {"database": _threads.submit(_works, _database), "cache": _threads.submit(_works, _cache)}
    finished, _ = wait(parts.values(), timeout=PATIENCE_SECONDS)
    states = {name: part in finished and part.result() for name, part in parts.items()}
    text = "".join(f"{name}: {'ok' if works else 'failing'}\n" for name, works in states.items())
    return HttpResponse(text, status=200 if states["database"] else 503, content_type="text/plain")


def _works(question: Callable[[], bool]) -> bool:
    try:
        return question()
    # Whatever a back end raises, it does not work; the log says what.
    except Exception as error:  # noqa: BLE001
        logger.warning("Not ready: %s", type(error).__name__)
        return False


def _database() -> bool:
    """Whether a table of ours can be read: an empty or foreign file answers `SELECT 1` as well."""
    try:
        return MigrationRecorder.Migration.objects.exists()
    finally:
        connection.close()  # this thread's own


def _cache() -> bool:
    """Whether the cache returns what was put into it."""
    value = secrets.token_bytes(8)
    try:
        cache.set("readiness", value, 10)
        return bool(cache.get("readiness") == value)
    finally:
        # The embedded one would stay open in this thread.
        if hasattr(cache, "disconnect"):
            cache.disconnect()
