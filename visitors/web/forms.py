"""What Django's form views lack."""

from typing import Any

from django.http import HttpResponse


class InvalidFormStatusMixin:
    """Respond to an invalid form with status 422, so that browsers do not offer to save a wrong password."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Render the page with the form's errors."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # Django's views have it
        response.status_code = 422
        return response
