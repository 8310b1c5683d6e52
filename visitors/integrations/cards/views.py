"""The address that help desks and Slack call."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dashboard.middleware import declared_length, reads_own_body
from visitors.integrations.cards import requests
from visitors.integrations.cards.adapters import ADAPTERS
from visitors.integrations.cards.answers import Answer, Incoming, Refused
from visitors.integrations.tokens.access import TooManyRequests, count_rejected
from visitors.models import Integration

MAX_BODY_BYTES = 256 * 1024
_UNVERIFIED, _TOO_LARGE, _LIMITED = 401, 413, 429


@reads_own_body
@csrf_exempt
@login_not_required
@require_POST
def card(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Answer a signed request in the format of its program. Failures are answered in that format too.

    Without such a website or integration the response is the same as for a wrong signature.
    """
    integrations = Integration.objects.select_related("website")
    integration = integrations.filter(website__slug=slug, kind=kind).first()
    answer = _answer(request, integration)
    headers = {}
    if answer.status in (_UNVERIFIED, _TOO_LARGE):
        try:
            count_rejected(request)
        except TooManyRequests as error:
            # Neither kept nor logged, so that a program with a wrong secret can't keep the database busy.
            answer, integration = requests.refuse(Refused("", status=_LIMITED, message=str(error))), None
            headers["Retry-After"] = str(error.retry_after)
    if integration:
        requests.record(integration, answer)
    adapter = ADAPTERS[kind]
    body = adapter.render(answer)
    return HttpResponse(body, content_type=adapter.content_type, status=answer.status, headers=headers)


def _answer(request: HttpRequest, integration: Integration | None) -> Answer:
    length = declared_length(request)
    if length is None or length > MAX_BODY_BYTES:
        message = f"The request is too large: at most {MAX_BODY_BYTES // 1024} KB are read."
        return requests.refuse(Refused(message, status=_TOO_LARGE, message=message))
    if integration is None:
        return requests.refuse(Refused(""))
    try:
        body = request.body
    except UnreadablePostError:
        return requests.refuse(Refused("Its body broke off.", status=400, message="The request broke off."))
    return requests.answer(integration, Incoming(body, {name.lower(): text for name, text in request.headers.items()}))
