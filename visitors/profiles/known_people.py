"""Store what a visitor is found and listed by, beside each stored profile."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection

from visitors.formatting.folding import fold
from visitors.formatting.text import truncate
from visitors.journey import Journey, Paid, Person, read_device_type, read_location, read_value
from visitors.models import KnownPerson, Snapshot
from visitors.profiles.stored_form import Contents

# Email domains that say nothing about a person's company.
FREE_MAIL_DOMAINS = frozenset(
    """
    aol.com fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk
    hotmail.com hotmail.de hotmail.fr icloud.com laposte.net libero.it live.com mac.com mail.com mail.ru me.com msn.com
    naver.com orange.fr outlook.com outlook.de outlook.fr pm.me proton.me protonmail.com qq.com t-online.de
    tutanota.com web.de yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zoho.com
    126.com 163.com
    """.split()  # noqa: SIM905
)
# What the column of an amount can hold. A larger amount is a mistake.
_MAX_AMOUNT = Decimal(10) ** 15
_PARTS = re.compile(r"[^\W_]+")
_CENT = Decimal("0.0001")
_COLUMNS = KnownPerson._meta.concrete_fields  # noqa: SLF001 Django documents it
_LENGTHS = {column.name: column.max_length for column in _COLUMNS if column.max_length}
_CHANGING = [column.name for column in _COLUMNS if column.name not in ("id", "snapshot")]


def save(people: Sequence[KnownPerson]) -> None:
    """Store the rows of snapshots' newest versions, inside the caller's transaction."""
    KnownPerson.objects.bulk_create(people, update_conflicts=True, unique_fields=["snapshot"], update_fields=_CHANGING)


def make(snapshot: Snapshot, contents: Contents) -> KnownPerson:
    """Return the row of a snapshot, not saved yet."""
    journey, location = contents.journey, read_location(contents.identity)
    person = journey.person or Person()
    email = person.email or ""
    domain = email.rpartition("@")[2].lower()
    paid = _main_currency(journey)
    identity = contents.identity
    words = {
        "name": person.name or "",
        "email": email,
        "email_domain": domain,
        "company": person.company or "",
        "user_id": person.user_id or "",
        "place": ", ".join(part for part in (location.city or location.region, location.country) if part),
        "system": read_value(identity.os.name) if identity and identity.os else "",
        "device": read_device_type(identity) if identity else "",
        "source": journey.first_touch.label if journey.first_touch else "",
        "currency": (paid and paid.currency) or "",
    }
    words = {name: truncate(text, _LENGTHS[name]) for name, text in words.items()}
    return KnownPerson(
        snapshot=snapshot,
        website_id=snapshot.website_id,
        visitor_id=snapshot.visitor_id,
        **words,
        # Folding can make a text longer.
        company_key=fold(words["company"])[: _LENGTHS["company_key"]]
        or ("" if domain in FREE_MAIL_DOMAINS else words["email_domain"]),
        score=journey.prediction.score,
        confidence=journey.prediction.confidence,
        expected_value=journey.prediction.expected_value,
        net_paid=_amount(paid),
        is_customer=journey.is_customer,
        visits=journey.visit_count,
        # As of now, since a time ahead of it would be the latest for years.
        last_seen_at=journey.as_of(datetime.now(UTC)).last_seen_at,
        pricing_views=journey.pricing.views,
        checkout_views=journey.checkout.views,
        search_text=search_text(words),
    )


def remove_deleted() -> None:
    """Remove what deleted people have left in the search index: FTS5 only marks it. Takes a second for 100,000 people.

    PostgreSQL's VACUUM does that by itself.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO visitors_knownperson_search (visitors_knownperson_search) VALUES ('optimize')")


def _main_currency(journey: Journey) -> Paid | None:
    return next((paid for paid in journey.totals.paid if paid.payments), None)


def _amount(paid: Paid | None) -> Decimal | None:
    if paid is None or not paid.net.is_finite() or abs(paid.net) >= _MAX_AMOUNT:
        return None
    return paid.net.quantize(_CENT)


def search_text(words: dict[str, str]) -> str:
    """Return the text in which a person with these fields is searched for."""
    return "".join(f"  {word}" for word in dict.fromkeys(_search_words(words)))


def _search_words(words: dict[str, str]) -> Iterator[str]:
    """Yield the words by which a person is found: those of each field, and their parts, as pg_trgm divides words."""
    for name in ("name", "email", "email_domain", "company", "user_id"):
        folded = fold(words[name])
        yield from folded.split()
        yield from _PARTS.findall(folded)
