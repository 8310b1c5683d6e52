"""What is done to websites by those who see to them: add, change, replace the key, pause, remove.

Each is one transaction and one line in the log of changes. Who may do it was decided before, in the views.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import available_timezones

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare
from django.utils.text import slugify

from visitors import encryption, profiles
from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.payload import WebsiteListing
from visitors.formatting import is_currency
from visitors.formatting.text import clean_or_none, truncate
from visitors.models import RESERVED_SLUGS, FetchLease, Membership, Website
from visitors.roles import Role
from visitors.web import change_log

DEFAULT_ZONE, DEFAULT_CURRENCY = "UTC", "USD"
_LONGEST_SLUG = 50
_ID = re.compile(r"[0-9a-f]{24}")
# How often adding begins anew where somebody else took an address part in the middle of it.
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Connected:
    """Websites that were added from an account. `remarks` are sentences on what DataFast said of them that can't be."""

    websites: tuple[Website, ...]
    remarks: tuple[str, ...]


def add(by: User, website: Website, credential: Credential) -> None:
    """Add a website with its token; whoever adds it becomes its admin. Raises IntegrityError where its address part was
    taken meanwhile."""
    with transaction.atomic():
        _add(by, website, credential)
    change_log.note(by, "added a website", website=website)


def is_readable(listing: WebsiteListing) -> bool:
    """Whether an entry of DataFast's list says enough to add the website."""
    return bool(_ID.fullmatch((listing.id or "").lower()) and clean_or_none(listing.domain or listing.name))


def connect(by: User, account: AccountToken, listings: Sequence[WebsiteListing]) -> Connected:
    """Add these websites of an account, but those that are here already. They are all added, or none."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic():
                connected = _connect(by, account, listings)
        except IntegrityError:
            # Somebody has added a website under the same address part since we looked, perhaps this very one.
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    for website in connected.websites:
        change_log.note(by, "added a website of an account", website=website)
    return connected


def here_already(listings: Iterable[WebsiteListing]) -> dict[str, Website]:
    """Those of an account's websites that are here already, by their id in DataFast. One query."""
    websites = list(Website.objects.all())
    by_id = {website.datafast_id: website for website in websites if website.datafast_id}
    by_domain = {website.domain: website for website in websites}
    found = {}
    for listing in listings:
        website = by_id.get((listing.id or "").lower()) or by_domain.get((listing.domain or "").lower())
        if listing.id and website:
            found[listing.id] = website
    return found


def change(by: User, website: Website, names: Sequence[str]) -> None:
    """Save these fields of a website, as they stand in it."""
    values = {name: getattr(website, name) for name in names}
    if values and Website.objects.filter(pk=website.pk).update(**values):
        change_log.note(by, f"changed {', '.join(names)}", website=website)


def replace_key(by: User, website: Website, credential: Credential) -> None:
    """Give a website another token, and the id in DataFast that comes with it. The old one is gone.

    Raises Website.DoesNotExist where it was removed meanwhile.
    """
    with transaction.atomic():
        locked = Website.objects.select_for_update().get(pk=website.pk)
        locked.datafast_id = credential.website_id or locked.datafast_id
        locked.set_token(credential.token)
        locked.save(update_fields=["datafast_id", "credential_encrypted", "credential_mask", "key_rejected_since"])
    profiles.reset_after_key_change(website)
    change_log.note(by, "replaced the key", website=website)


def pause(by: User, website: Website) -> None:
    """Have nobody ask DataFast about a website's visitors. Nothing happens to one that is paused."""
    if Website.objects.filter(pk=website.pk, paused_at=None).update(paused_at=datetime.now(UTC)):
        change_log.note(by, "paused", website=website)


def resume(by: User, website: Website) -> None:
    """End the pause. Nothing happens to a website that has none."""
    if Website.objects.filter(pk=website.pk).exclude(paused_at=None).update(paused_at=None):
        change_log.note(by, "resumed", website=website)


def remove(by: User, website: Website) -> None:
    """Remove a website with everything that is kept for it here."""
    with transaction.atomic():
        # The flights first, as whoever lands takes them first; then the website, and with it all that points to it.
        FetchLease.objects.filter(website=website).delete()
        Website.objects.filter(pk=website.pk).delete()
    change_log.note(by, "removed", website=website)


def has_token(website: Website, token: str) -> bool:
    """Whether this is the token that is stored for a website."""
    try:
        return constant_time_compare(encryption.decrypt(website.credential_encrypted), token)
    except encryption.KeyLost:
        return False


def taken_slugs() -> set[str]:
    """The address parts that no new website can have."""
    return {*Website.objects.values_list("slug", flat=True), *RESERVED_SLUGS}


def proposed_slug(domain: str, taken: set[str]) -> str:
    """An address part for a domain: "shop" for shop.example.com and www.shop.example, "shop-2" where that is taken."""
    host = domain.lower().removeprefix("www.")
    plain = slugify(host.partition(".")[0]) or slugify(host.replace(".", "-")) or "website"
    plain = plain[: _LONGEST_SLUG - 4].strip("-_") or "website"
    slug, number = plain, 1
    while slug in taken:
        number += 1
        slug = f"{plain}-{number}"
    return slug


def _add(by: User, website: Website, credential: Credential) -> None:
    website.datafast_id = credential.website_id or website.datafast_id
    website.set_token(credential.token)
    website.save(force_insert=True)
    Membership.objects.create(website=website, user=by, role=Role.ADMIN.value)


def _connect(by: User, account: AccountToken, listings: Sequence[WebsiteListing]) -> Connected:
    added, remarks, taken, known = [], [], taken_slugs(), here_already(listings)
    for listing in listings:
        if listing.id is None or listing.id in known:
            continue
        website, remark = _from_listing(listing, taken)
        _add(by, website, Credential(account.token, listing.id.lower()))
        taken.add(website.slug)
        added.append(website)
        remarks.extend(remark)
    return Connected(tuple(added), tuple(remarks))


def _from_listing(listing: WebsiteListing, taken: set[str]) -> tuple[Website, list[str]]:
    """The website that DataFast describes, and what of the description can't be."""
    name, domain = clean_or_none(listing.name), clean_or_none(listing.domain)
    zone, currency = listing.timezone or "", (listing.currency or "").upper()
    website = Website(
        name=truncate(name or domain or "", 80),
        domain=(domain or name or "").lower()[:253],
        time_zone=zone if zone in available_timezones() else DEFAULT_ZONE,
        currency=currency if is_currency(currency) else DEFAULT_CURRENCY,
    )
    website.slug = proposed_slug(website.domain, taken)
    remarks = []
    if website.time_zone != zone:
        remarks.append(f"DataFast names no usable time zone for {website.name}, so it has {DEFAULT_ZONE}.")
    if website.currency != currency:
        remarks.append(f"DataFast names no usable currency for {website.name}, so it has {DEFAULT_CURRENCY}.")
    return website, remarks
