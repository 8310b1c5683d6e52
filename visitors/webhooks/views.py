"""The page of a website's webhook."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from visitors import encryption
from visitors.models import Claim, Webhook, WebhookDelivery, Website
from visitors.web import change_log
from visitors.web.access import SignedInRequest, manager_required
from visitors.web.forms import answer_required
from visitors.web.time_zones import time_zone_of
from visitors.webhooks import delivery
from visitors.webhooks.forms import WebhookForm
from visitors.webhooks.presenter import describe_state, present_delivery
from visitors.webhooks.sending import TIMEOUT_SECONDS, Outcome
from visitors.webhooks.signing import new_secret

SHOWN_DELIVERIES = 10


@sensitive_post_parameters("url")
@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
@answer_required("save", "test", "renew", "resume", "remove")
def webhook(request: SignedInRequest, website: Website) -> HttpResponse:
    """Show the webhook. POST saves, tests, resumes or removes it, or renews its secret, which is shown once."""
    found = Webhook.objects.filter(website=website).select_related("website").first()
    answer = request.POST.get("answer", "")
    if answer == "save":
        return _save(request, website, found)
    if found is None:
        return redirect("webhook", website.slug) if answer else _show(request, website, None)
    if answer in _ACTIONS:
        return _ACTIONS[answer](request, website, found)
    return _show(request, website, found)


def _test(request: SignedInRequest, website: Website, found: Webhook) -> HttpResponse:
    """Send a test and show the answer. One at a time, as this request waits for it."""
    if not Claim.acquire(f"webhook test {found.pk}", TIMEOUT_SECONDS):
        messages.warning(request, "A test was sent just now. Try again in a few seconds.")
        return redirect("webhook", website.slug)
    return _show(request, website, found, outcome=delivery.send_test(found))


def _renew(request: SignedInRequest, website: Website, found: Webhook) -> HttpResponse:
    secret = new_secret()
    Webhook.objects.filter(pk=found.pk).update(secret_encrypted=encryption.encrypt(secret))
    change_log.record(request.user, "renewed the webhook's secret", website=website)
    return _show(request, website, found, secret=secret)


def _resume(request: SignedInRequest, website: Website, found: Webhook) -> HttpResponse:
    Webhook.objects.filter(pk=found.pk).update(paused_at=None, failures=0, failing_since=None)
    change_log.record(request.user, "resumed the webhook", website=website)
    messages.success(request, "The webhook is resumed.")
    return redirect("webhook", website.slug)


def _remove(request: SignedInRequest, website: Website, found: Webhook) -> HttpResponse:
    found.delete()
    change_log.record(request.user, "removed the webhook", website=website)
    messages.success(request, "The webhook is removed.")
    return redirect("webhook", website.slug)


_ACTIONS = {"test": _test, "renew": _renew, "resume": _resume, "remove": _remove}


def _save(request: SignedInRequest, website: Website, found: Webhook | None) -> HttpResponse:
    """Save the form. A new webhook gets a secret."""
    form = WebhookForm(request.POST, instance=found or Webhook(website=website))
    if not form.is_valid():
        # The form has changed its instance.
        stored = Webhook.objects.filter(website=website).first()
        return _show(request, website, stored, form=form)
    secret = "" if found else new_secret()
    if secret:
        form.instance.secret_encrypted = encryption.encrypt(secret)
        values = {name: getattr(form.instance, name) for name in ("label", "is_on", "host", "url_encrypted")}
        values["secret_encrypted"] = form.instance.secret_encrypted
        saved, is_new = Webhook.objects.get_or_create(website=website, defaults=values)
        if not is_new:
            messages.warning(request, "Another manager has just added a webhook.")
            return redirect("webhook", website.slug)
    else:
        saved = form.instance
        # Not what the background thread counts.
        saved.save(update_fields=["label", "is_on", "host", "url_encrypted"])
        if not saved.is_on:
            delivery.drop_pending(saved)
    change_log.record(request.user, "changed the webhook", website=website)
    if secret:
        return _show(request, website, saved, secret=secret)
    messages.success(request, "Saved.")
    return redirect("webhook", website.slug)


def _show(
    request: SignedInRequest,
    website: Website,
    found: Webhook | None,
    *,
    form: WebhookForm | None = None,
    secret: str = "",
    outcome: Outcome | None = None,
) -> HttpResponse:
    if found is None:
        rows = []
    else:
        newest = WebhookDelivery.objects.filter(webhook=found).order_by("-created_at", "-pk")[:SHOWN_DELIVERIES]
        rows = [present_delivery(one, time_zone_of(request, website)) for one in newest]
    context = {
        "website": website,
        "webhook": found,
        "state": describe_state(found),
        "form": form or WebhookForm(instance=found),
        "secret": secret,
        "outcome": outcome,
        "rows": rows,
        "max_failures": delivery.MAX_FAILURES,
    }
    return render(request, "webhooks/webhook.html", context, status=422 if form else 200)
