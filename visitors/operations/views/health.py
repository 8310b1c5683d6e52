"""Health checks for a proxy or an orchestrator: is the process running, and can it work?"""

import logging
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

# Longer than a working database ever takes, and shorter than the caller waits.
TIMEOUT_SECONDS = 2.0

# A hanging database blocks these threads, and no thread that serves requests.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="readiness")


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer "ok" while the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer "database: ok", or 503 and "database: failing"."""
    try:
        is_ready = _threads.submit(_can_read_database).result(timeout=TIMEOUT_SECONDS)
    # Drivers raise their own kinds of errors, and the text may contain the password.
    except Exception as error:  # noqa: BLE001
        logger.warning("Not ready: %s", type(error).__name__)
        is_ready = False
    text = f"database: {'ok' if is_ready else 'failing'}\n"
    return HttpResponse(text, status=200 if is_ready else 503, content_type="text/plain")


def _can_read_database() -> bool:
    """Whether a table can be read. An empty or foreign file would answer `SELECT 1` as well."""
    try:
        return MigrationRecorder.Migration.objects.exists()
    finally:
        connection.close()  # this thread's own
