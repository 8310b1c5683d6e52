"""Is the process there? For whatever watches over it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer "ok", without asking anything else."""
    return HttpResponse("ok\n", content_type="text/plain")
