"""Helpers for views with forms."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def answer_required(*answers: str) -> Callable[[View], View]:
    """Accept a POST only with one of these values of `answer`, which the form's button sends; else respond 400.

    So a form that arrives without its button, for whatever reason, changes nothing.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and request.POST.get("answer") not in answers:
                raise BadRequest("The form was sent without its button.")
            return view(request, *args, **kwargs)

        return check

    return decorate


class InvalidFormStatusMixin:
    """Respond to an invalid form with status 422, so that browsers do not offer to save a wrong password."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # Django's views have it
        response.status_code = 422
        return response
