"""What visitors are found and listed by, one row per stored profile."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from visitors.models.profiles import Snapshot
from visitors.models.websites import Website

# The orders of the list of leads, by the names of their indexes.
_SORTS_BY = {
    "score": "score",
    "value": "expected_value",
    "last_seen": "last_seen_at",
    "visits": "visits",
    "pricing": "pricing_views",
}
_SELECTS_BY = ("visitor_id", "last_seen_at", "is_customer")


class KnownPerson(models.Model):
    """The fields by which the visitor of a stored profile is found, and that lists show. Anonymous visitors have a row
    too, with an empty name, email and user id.

    Derived from the newest version of the profile (`visitors.profiles.known_people`), stored in the same transaction,
    and deleted with it. `net_paid` is in `currency`, the one with most payments; None without a payment of a known
    amount. `expected_value` is in USD.

    `company_key` is equal for people of one company: its folded name, else the domain of the email address unless that
    is one of free mail; "" where neither is known.

    `search_text` has the folded words of name, email, email domain, company and user id, and the parts of each word
    between punctuation. Each is behind two blanks: "  priya  raman". It is "" where none is known. A full-text index
    contains it on SQLite, where triggers keep that up to date, and a trigram index on PostgreSQL (migration 0026). A
    migration that changes this table drops the triggers on SQLite, and must create them again.
    """

    snapshot = models.OneToOneField(Snapshot, on_delete=models.CASCADE)
    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    visitor_id = models.UUIDField()
    name = models.CharField(max_length=120)
    email = models.CharField(max_length=254)
    email_domain = models.CharField(max_length=253)
    company = models.CharField(max_length=120)
    company_key = models.CharField(max_length=253)
    user_id = models.CharField(max_length=255)
    place = models.CharField(max_length=120)
    system = models.CharField(max_length=40)
    device = models.CharField(max_length=40)
    source = models.CharField(max_length=120)
    score = models.FloatField(null=True)
    confidence = models.FloatField(null=True)
    expected_value = models.FloatField(null=True)
    net_paid = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    currency = models.CharField(max_length=40)
    is_customer = models.BooleanField()
    visits = models.PositiveIntegerField()
    last_seen_at = models.DateTimeField(null=True)
    pricing_views = models.PositiveIntegerField()
    checkout_views = models.PositiveIntegerField()
    search_text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "visitor_id"], name="one_known_person_per_visitor")
        ]
        indexes: ClassVar = [
            # With few people on a website among many, PostgreSQL searches all of them instead of the text index.
            models.Index(fields=["website", "id"], name="newest_people_of_a_website"),
            # The list of leads, with the columns by which it selects: of many rows, it reads the index alone until it
            # has found a page.
            *(
                models.Index(
                    fields=["website", f"-{column}", "-id", *(other for other in _SELECTS_BY if other != column)],
                    condition=models.Q(is_customer=False, **{f"{column}__isnull": False}),
                    name=f"leads_by_{name}",
                )
                for name, column in _SORTS_BY.items()
            ),
            # The companies of that list, with the columns by which it selects and sorts.
            models.Index(
                fields=["website", "company_key", *_SORTS_BY.values(), "visitor_id", "id"],
                name="people_by_company",
            ),
            # One person with several ids.
            models.Index(fields=["website", "email"], name="people_by_email"),
            models.Index(fields=["website", "user_id"], name="people_by_user_id"),
        ]

    def __str__(self) -> str:
        return f"{self.visitor_id} on {self.website_id}"

    @property
    def label(self) -> str:
        """The name to show: name, else email, else user id, else a nickname such as "Osaka · Android", else ""."""
        return self.identity or self.nickname

    @property
    def identity(self) -> str:
        """The name, else the email address, else the user id; "" for an anonymous visitor."""
        return self.name or self.email or self.user_id

    @property
    def nickname(self) -> str:
        """What distinguishes an anonymous visitor: "Osaka · Android"; "" if nothing is known."""
        return " · ".join(part for part in (self.place.partition(", ")[0], self.system or self.device) if part)
