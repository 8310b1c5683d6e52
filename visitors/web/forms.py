"""Django's own pages with a form, for those of ours that are made of them."""

from typing import Any

from django.http import HttpResponse


class Refusing:
    """A page that refuses a form says so in its status too: browsers then offer to keep no password that was wrong."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again, with what is wrong."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # Django's views have it
        response.status_code = 422
        return response
