"""A new password for somebody who has lost the old one: asking for a link, and what the link opens."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetDoneView, PasswordResetView
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse_lazy

from visitors.accounts.sign_in import throttling
from visitors.accounts.sign_in.forms import NewPasswordForm, ResetForm
from visitors.web.forms import Refusing


class Reset(Refusing, PasswordResetView):
    """Asks for the e-mail. Where no mail is sent, it says whom to ask instead."""

    http_method_names = ("get", "head", "post", "options")
    template_name = "accounts/reset.html"
    email_template_name = "accounts/reset_email.txt"
    subject_template_name = "accounts/reset_subject.txt"
    form_class = ResetForm
    success_url = reverse_lazy("reset_sent")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send a link, and say the same whoever has been named."""
        if not settings.SENDS_MAIL:
            raise Http404("There is no form where no mail is sent.")
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page, with or without a form."""
        return super().get_context_data(sends_mail=settings.SENDS_MAIL, **kwargs)


class NewPassword(Refusing, PasswordResetConfirmView):
    """Takes the link's token out of the address at once, and a new password."""

    http_method_names = ("get", "head", "post", "options")
    template_name = "accounts/new_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign_in")

    def form_valid(self, form: Any) -> HttpResponse:
        """The person has shown who they are: failed attempts before keep them out no longer."""
        throttling.forget(form.user.get_username())
        messages.success(self.request, "Your new password is set. Sign in with it.")
        return super().form_valid(form)


reset = Reset.as_view()
reset_sent = PasswordResetDoneView.as_view(template_name="accounts/reset_sent.html")
new_password = NewPassword.as_view()
