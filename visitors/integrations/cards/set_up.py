"""The pages that set up the integrations of a website, and the one that links a Slack account to a user."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dashboard.addresses import absolute_url
from visitors.accounts.users import display_name
from visitors.encryption import KeyLost
from visitors.formatting import DisplayTime, display_ago
from visitors.integrations.cards import actions, requests, slack_users
from visitors.integrations.cards.adapters import ADAPTERS
from visitors.integrations.cards.answers import Answer, Refused
from visitors.integrations.cards.forms import SecretForm, TestForm
from visitors.models import (
    Integration,
    IntegrationKind,
    IntegrationRequest,
    Membership,
    RequestResult,
    SlackAccount,
    Website,
)
from visitors.web.access import SignedInRequest, manager_required
from visitors.web.forms import answer_required
from visitors.web.time_zones import time_zone_of

_LEVELS = {
    RequestResult.ANSWERED: "good",
    RequestResult.EMPTY: "",
    RequestResult.FAILED: "warn",
    RequestResult.REFUSED: "bad",
}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One of the latest requests. `level` is the class of its result."""

    at: DisplayTime
    result: str
    level: str
    detail: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a test was answered: as text, and as the program gets it."""

    answer: Answer
    body: str


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("secret")
@manager_required
@answer_required("save", "generate", "on", "off", "remove", "test", "unlink")
def set_up(request: SignedInRequest, website: Website, kind: str) -> HttpResponse:
    """Show how to set up an integration, its state and its latest requests. POST does what its button says."""
    page = _Page(request, website, IntegrationKind(kind))
    return page.act(request.POST["answer"]) if request.method == "POST" else page.render()


@require_http_methods(["GET", "HEAD", "POST"])
@answer_required("yes")
def link_slack(request: SignedInRequest, signed: str) -> HttpResponse:
    """Ask the user to confirm that a Slack account is theirs. POST links it."""
    context: dict[str, object] = {"problem": "", "member": None, "website": None, "is_linked": False}
    status = 200
    try:
        integration, member = slack_users.read_link(signed, request.user)
        context |= {"member": member, "website": integration.website}
        if request.method == "POST":
            slack_users.link(integration, member, request.user)
            context["is_linked"] = True
    except slack_users.LinkError as error:
        context["problem"], status = str(error), 404
    return render(request, "integrations/cards/link_slack.html", context, status=status)


class _Page:
    """The set-up page of one integration, for one request."""

    def __init__(self, request: SignedInRequest, website: Website, kind: IntegrationKind) -> None:
        self.request, self.website, self.kind = request, website, kind
        self.adapter = ADAPTERS[kind.value]
        self.integration = Integration.objects.filter(website=website, kind=kind).first()
        # Administrators without a role see no visitors, in a test neither.
        self.sees_visitors = Membership.objects.filter(user=request.user, website=website).exists()

    def act(self, answer: str) -> HttpResponse:
        """Do what a button says. Raises BadRequest where there is nothing to do it with."""
        if answer == "save":
            return self._save()
        if answer == "generate" and self.adapter.makes_secret:
            secret = actions.generate_secret(self.request.user, self.website, self.kind)
            return _Page(self.request, self.website, self.kind).render(secret=secret)
        if self.integration is None or answer == "generate":
            raise BadRequest("There is no such integration.")
        if answer == "test":
            return self._test(self.integration)
        if answer == "remove":
            actions.remove(self.request.user, self.integration)
            messages.success(self.request, f"{self.adapter.name} is removed.")
            return redirect("integrations", self.website.slug)
        if answer == "unlink":
            number = self.request.POST.get("account", "")
            accounts = SlackAccount.objects.select_related("user").filter(integration=self.integration)
            account = get_object_or_404(accounts, pk=number if number.isdecimal() and len(number) < 19 else 0)
            actions.unlink(self.request.user, account, self.website)
            messages.success(self.request, f"{account.slack_name or 'The Slack account'} is unlinked.")
        else:
            actions.set_enabled(self.request.user, self.integration, is_enabled=answer == "on")
            messages.success(self.request, f"{self.adapter.name} is {answer}.")
        return self._back()

    def render(
        self,
        *,
        form: SecretForm | None = None,
        test_form: TestForm | None = None,
        secret: str = "",
        preview: Preview | None = None,
    ) -> HttpResponse:
        """Render the page; `secret` is one that was just made."""
        now, zone = datetime.now(UTC), time_zone_of(self.request, self.website)
        address = absolute_url(reverse("card", args=[self.kind.value, self.website.slug]))
        context = {
            "website": self.website,
            "kind": self.kind.value,
            "name": self.adapter.name,
            "integration": self.integration,
            "address": address,
            "is_public": address.startswith("https://"),
            "secret_label": self.adapter.key_label,
            "makes_secret": self.adapter.makes_secret,
            "form": form or SecretForm(self.adapter),
            "test_form": test_form or (TestForm(self.website, self.adapter) if self.sees_visitors else None),
            "secret": secret,
            "preview": preview,
            "set_at": self.integration and display_ago(self.integration.secret_set_at, now, zone),
            "rows": _present_requests(self.integration, now, zone),
            "accounts": _present_accounts(self.integration),
        }
        is_invalid = bool((form and form.errors) or (test_form and test_form.errors))
        return render(self.request, "integrations/cards/set_up.html", context, status=422 if is_invalid else 200)

    def _save(self) -> HttpResponse:
        form = SecretForm(self.adapter, self.request.POST)
        if not form.is_valid():
            return self.render(form=form)
        actions.save_secret(self.request.user, self.website, self.kind, form.cleaned_data["secret"])
        messages.success(self.request, "Saved. Now test it.")
        return self._back()

    def _test(self, integration: Integration) -> HttpResponse:
        if not self.sees_visitors:
            raise BadRequest("Without a role on the website no visitor is shown.")
        form = TestForm(self.website, self.adapter, self.request.POST)
        if not form.is_valid():
            return self.render(test_form=form)
        return self.render(test_form=form, preview=_run_test(integration, form.sample, self.request.user))

    def _back(self) -> HttpResponse:
        return redirect("set_up_card", self.website.slug, self.kind.value)


def _run_test(integration: Integration, sample: str, user: User) -> Preview:
    """Sign a sample request with the stored secret, and answer it as every other one."""
    adapter = ADAPTERS[integration.kind]
    try:
        incoming = adapter.make_sample(sample, integration.secret())
        answer = requests.answer(integration, incoming, tester=user)
    except KeyLost:
        detail = "Its secret can no longer be decrypted: replace it."
        answer = requests.refuse(Refused(detail, message=detail))
    requests.record(integration, answer, is_test=True)
    body = adapter.render(answer)
    if adapter.content_type == "application/json":
        body = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    return Preview(answer, body)


def _present_requests(integration: Integration | None, now: datetime, zone: tzinfo) -> list[RequestRow]:
    latest = IntegrationRequest.objects.filter(integration=integration).order_by("-pk") if integration else ()
    return [
        RequestRow(
            display_ago(one.at, now, zone),
            RequestResult(one.result).label,
            _LEVELS[RequestResult(one.result)],
            one.detail,
            one.is_test,
        )
        for one in latest
    ]


def _present_accounts(integration: Integration | None) -> list[tuple[SlackAccount, str]]:
    """Return the linked Slack accounts, each with the name of its user."""
    accounts = SlackAccount.objects.filter(integration=integration).select_related("user") if integration else ()
    return [(account, display_name(account.user)) for account in accounts]
