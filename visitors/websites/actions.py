"""Changes to websites: add, edit, replace the key, pause, remove.

Each is one transaction and one line in the change log. The views check permissions.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django.utils.text import slugify

from visitors import encryption, profiles
from visitors.accounts.administration import lock_administrators
from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.payload import WebsiteListing
from visitors.formatting import is_currency, join_list
from visitors.formatting.hosts import normalize_host
from visitors.formatting.text import clean_or_none, truncate
from visitors.models import (
    RESERVED_SLUGS,
    AuditEntry,
    FetchLease,
    LastSeen,
    Membership,
    MetricsPoint,
    Snapshot,
    Website,
    known_time_zones,
)
from visitors.models.batches import delete_in_batches
from visitors.roles import Role
from visitors.web import change_log

DEFAULT_TIME_ZONE, DEFAULT_CURRENCY = "UTC", "USD"
_MAX_SLUG_LENGTH = 50
_DATAFAST_ID = re.compile(r"[0-9a-f]{24}")


def add(by: User, website: Website, credential: Credential) -> None:
    """Add a website with its token and make the user its admin. Raises IntegrityError where the slug is taken."""
    with transaction.atomic():
        website.datafast_id = credential.website_id or website.datafast_id
        website.set_token(credential.token)
        website.save(force_insert=True)
        Membership.objects.create(website=website, user=by, role=Role.ADMIN.value)
    change_log.record(by, "added a website", website=website)


def can_connect(listing: WebsiteListing) -> bool:
    """Whether DataFast's list has an id and a domain or name for this website."""
    return bool(_DATAFAST_ID.fullmatch((listing.id or "").lower()) and clean_or_none(listing.domain or listing.name))


def connect(by: User, account: AccountToken, listings: Sequence[WebsiteListing]) -> tuple[list[Website], list[str]]:
    """Add these websites of an account, except those that are connected already: all of them or none.

    Return the added ones, and sentences about values of DataFast that were unusable and replaced by defaults. Raises
    PermissionDenied where `by` is not an administrator any more.
    """
    added, remarks = [], []
    # Of two administrators who do this at once, the second one finds the websites of the first one connected.
    with lock_administrators(by):
        taken, connected = taken_slugs(), find_connected(listings)
        for listing in listings:
            if listing.id is None or listing.id in connected:
                continue
            website, new_remarks = _from_listing(listing, taken)
            if warning := warn_of_same_domain(website):
                new_remarks.append(warning)
            add(by, website, Credential(account.token, listing.id.lower()))
            taken.add(website.slug)
            added.append(website)
            remarks += new_remarks
    return added, remarks


def find_connected(listings: Iterable[WebsiteListing]) -> dict[str, Website]:
    """Return the websites that are connected already, by their id in DataFast."""
    websites = list(Website.objects.all())
    by_id = {website.datafast_id: website for website in websites if website.datafast_id}
    by_domain = {normalize_host(website.domain): website for website in websites}
    found = {}
    for listing in listings:
        website = by_id.get((listing.id or "").lower()) or by_domain.get(normalize_host(listing.domain or ""))
        if listing.id and website:
            found[listing.id] = website
    return found


def warn_of_same_domain(website: Website) -> str:
    """Return a sentence if another website has the same domain, with or without `www.` and in any spelling; else ""."""
    host = normalize_host(website.domain)
    others = Website.objects.exclude(pk=website.pk)
    names = [other.name for other in others if normalize_host(other.domain) == host]
    return f"{website.domain} is already connected as {join_list(names)}." if names else ""


def change(by: User, website: Website, fields: Sequence[str]) -> None:
    """Save these fields of a website."""
    values = {name: getattr(website, name) for name in fields}
    if values and Website.objects.filter(pk=website.pk).update(**values):
        change_log.record(by, f"changed {', '.join(fields)}", website=website)


def change_names(by: User, website: Website, names: Iterable[tuple[str, str, str]]) -> None:
    """Set readable names, each as (key of `Website.names`, original, name); an empty name removes it.

    Other names stay as they are, so that two users can change different ones at once.
    """
    with transaction.atomic():
        locked = Website.objects.select_for_update().filter(pk=website.pk).first()
        if locked is None:
            return
        changed = {kind: dict(locked.names.get(kind, {})) for kind in ("goals", "pages")}
        for kind, original, name in names:
            changed[kind].pop(original, None)
            if name:
                changed[kind][original] = name
        locked.names = changed
        locked.save(update_fields=["names"])
    change_log.record(by, "changed names of goals and pages", website=website)


def change_links(by: User, website: Website, links: Iterable[dict[str, str]]) -> None:
    """Save the links to other tools, as `Website.links` has them."""
    website.links = [{"label": link["label"], "template": link["template"]} for link in links]
    change(by, website, ["links"])


def replace_key(by: User, website: Website, credential: Credential) -> None:
    """Give a website another token, with the DataFast id that belongs to it. The old token is deleted.

    Raises Website.DoesNotExist where the website has been removed.
    """
    with transaction.atomic():
        locked = Website.objects.select_for_update().get(pk=website.pk)
        locked.datafast_id = credential.website_id or locked.datafast_id
        locked.set_token(credential.token)
        locked.save(update_fields=["datafast_id", "credential_encrypted", "credential_mask", "key_rejected_since"])
    profiles.reset_after_key_change(website)
    change_log.record(by, "replaced the key", website=website)


def pause(by: User, website: Website) -> None:
    """Stop calls to DataFast for a website, unless it is paused already."""
    if Website.objects.filter(pk=website.pk, paused_at=None).update(paused_at=datetime.now(UTC)):
        change_log.record(by, "paused", website=website)


def resume(by: User, website: Website) -> None:
    """End the pause of a website, if there is one."""
    if Website.objects.filter(pk=website.pk).exclude(paused_at=None).update(paused_at=None):
        profiles.forget_live_visitors(website.pk)
        change_log.record(by, "resumed", website=website)


def remove(by: User, website: Website) -> None:
    """Remove a website with all data that is stored for it.

    Most of it is deleted in batches first: in one transaction, 100,000 visitors would stop all other writers for
    seconds.
    """
    # The audit log last. Leases first, in the transaction too: a process that saves a fetched profile locks in the same
    # order.
    for rows in (FetchLease.objects, Snapshot.objects, MetricsPoint.objects, LastSeen.objects, AuditEntry.unrestricted):
        delete_in_batches(rows.order_by(), Q(website=website))
    with transaction.atomic():
        FetchLease.objects.filter(website=website).delete()
        # Then the website: a row that another process adds meanwhile would make the removal fail at its end.
        Website.objects.select_for_update().filter(pk=website.pk).first()
        Website.objects.filter(pk=website.pk).delete()
        profiles.remove_deleted()
    change_log.record(by, "removed", website=website)


def has_token(website: Website, token: str) -> bool:
    """Whether this is the website's stored token."""
    try:
        return constant_time_compare(encryption.decrypt(website.credential_encrypted), token)
    except encryption.KeyLost:
        return False


def taken_slugs() -> set[str]:
    """Return the slugs that a new website cannot have."""
    return {*Website.objects.values_list("slug", flat=True), *RESERVED_SLUGS}


def propose_slug(domain: str, taken: set[str]) -> str:
    """Return a slug for a domain: "shop" for shop.example.com and www.shop.example, "shop-2" where that is taken."""
    host = domain.lower().removeprefix("www.")
    base = slugify(host.partition(".")[0]) or slugify(host.replace(".", "-"))
    base = base[: _MAX_SLUG_LENGTH - 4].strip("-_") or "website"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _from_listing(listing: WebsiteListing, taken: set[str]) -> tuple[Website, list[str]]:
    """Return the website as DataFast describes it, with remarks on replaced values."""
    name, domain = clean_or_none(listing.name), clean_or_none(listing.domain)
    zone, currency = listing.timezone or "", (listing.currency or "").upper()
    website = Website(
        name=truncate(name or domain or "", 80),
        domain=(domain or name or "").lower()[:253],
        time_zone=zone if zone in known_time_zones() else DEFAULT_TIME_ZONE,
        currency=currency if is_currency(currency) else DEFAULT_CURRENCY,
    )
    website.slug = propose_slug(website.domain, taken)
    remarks = []
    if website.time_zone != zone:
        remarks.append(f"DataFast has no valid time zone for {website.name}, so it has {DEFAULT_TIME_ZONE}.")
    if website.currency != currency:
        remarks.append(f"DataFast has no valid currency for {website.name}, so it has {DEFAULT_CURRENCY}.")
    return website, remarks
