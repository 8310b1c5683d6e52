"""How pages slow down as the database grows: with 300,000 stored visitors, 100,000 of whom have a name, and 2,000,000
entries in the audit log, beside the same pages of the same visitors on a nearly empty database.

All pages are requested in this process, so that only the database differs. The figures are medians.
"""

import random
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

VISITORS, NAMED, AUDIT_ENTRIES = 300_000, 100_000, 2_000_000
# Of the named people: of one company, owned by the user, and not seen for three weeks.
OF_COMPANY, OWNED, QUIET = 3_500, 50_000, 50_000
# On the nearly empty database; enough that each list fills a page.
FEW, FEW_OF_EACH = 400, 60
BATCH, AUDIT_BATCH = 5_000, 100_000
ROUNDS, WARM_UP_ROUNDS = 30, 5
MOST = 1.5
COMPANY = "Borealis Freight"
QUERIES = ("Priya", "pr", "ann berg", "freight", "example", "iedma", "cus_09812", "zebra crossing")
SYLLABLES = ("an", "be", "car", "di", "el", "ga", "hol", "ing", "jo", "ka", "lu", "ni", "pri", "sta", "vin")

Figures = dict[str, dict[str, float]]


@contextmanager
def postgresql_database(server: str) -> Iterator[str]:
    """Create a database on this server, yield its address, and drop it."""
    import psycopg

    name = f"journeydesk_scale_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server.rstrip('/')}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{server.rstrip('/')}/{name}"
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(f"{server.rstrip('/')}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class Filler:
    """Fills the database."""

    def __init__(self, user: Any, website: Any) -> None:
        self._user, self._website, self._chance, self._made = user, website, random.Random(1), 0

    def add(self, visitors: int, named: int, of_company: int, owned: int, quiet: int) -> None:
        """Store visitors, `named` of them with a name. All kinds of visitors come in any order, as in life."""
        shuffled = self._chance.sample(range(visitors), visitors)
        for start in range(0, visitors, BATCH):
            numbers = shuffled[start : start + BATCH]
            self._add_batch(
                [
                    {
                        "is_named": number < named,
                        "is_of_company": number < of_company,
                        "is_owned": of_company <= number < of_company + owned,
                        "is_quiet": named - quiet <= number < named,
                    }
                    for number in numbers
                ]
            )

    def _add_batch(self, kinds: list[dict[str, bool]]) -> None:
        from django.db import transaction

        from visitors.models import KnownPerson, Ownership, Snapshot

        now = datetime.now(UTC)
        with transaction.atomic():
            snapshots = Snapshot.objects.bulk_create(
                Snapshot(
                    website=self._website,
                    visitor_id=self._visitor_id(),
                    fetched_at=now - timedelta(minutes=self._chance.randrange(10_000)),
                    version="1",
                    answer_compressed=b"",
                )
                for _ in kinds
            )
            people = [self._person(snapshot, now, **kind) for snapshot, kind in zip(snapshots, kinds, strict=True)]
            KnownPerson.objects.bulk_create(people)
            Ownership.objects.bulk_create(
                Ownership(website=self._website, visitor_id=snapshot.visitor_id, owner=self._user, since=now)
                for snapshot, kind in zip(snapshots, kinds, strict=True)
                if kind["is_owned"]
            )

    def _visitor_id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    def _word(self) -> str:
        return "".join(self._chance.choices(SYLLABLES, k=3)).capitalize()

    def _person(self, snapshot: Any, now: datetime, *, is_named: bool, is_of_company: bool, **kind: bool) -> Any:
        from visitors.formatting.folding import fold
        from visitors.models import KnownPerson
        from visitors.profiles.known_people import search_text

        chance, words = self._chance, dict.fromkeys(("name", "email", "email_domain", "company", "user_id"), "")
        if is_named:
            first, last, employer = self._word(), self._word(), self._word()
            company = COMPANY if is_of_company else f"{employer} Freight"
            domain = f"{employer}.example".lower()
            words = {
                "name": f"{first} {last}",
                "email": f"{first}.{last}@{domain}".lower(),
                "email_domain": domain,
                "company": company,
                "user_id": f"cus_{self._made:05}",
            }
        self._made += 1
        days = chance.uniform(21, 90) if kind["is_quiet"] else chance.uniform(0, 13)
        return KnownPerson(
            snapshot=snapshot,
            website=self._website,
            visitor_id=snapshot.visitor_id,
            **words,
            company_key=fold(words["company"]),
            place="Osaka, Japan",
            system="Android",
            device="mobile",
            source="google.com",
            score=chance.randrange(100),
            confidence=0.8,
            expected_value=chance.uniform(0, 500),
            currency="",
            is_customer=not is_named and chance.random() < 0.1,
            visits=chance.randrange(1, 40),
            last_seen_at=now - timedelta(days=days),
            pricing_views=chance.randrange(10),
            checkout_views=0,
            search_text=search_text(words),
        )

    def add_audit_entries(self, number: int) -> None:
        """Add entries about stored visitors: some one by one, the rest as copies of these, made by the database."""
        from django.db import connection

        from visitors.models import AuditAction, AuditEntry, AuditResult, Snapshot

        size = min(number, AUDIT_BATCH)
        ids = list(Snapshot.objects.values_list("visitor_id", flat=True)[:size])
        now = datetime.now(UTC)
        AuditEntry.objects.bulk_create(
            (
                AuditEntry(
                    website=self._website,
                    user=self._user,
                    user_name="bench",
                    visitor_id=ids[at % len(ids)],
                    at=now - timedelta(minutes=self._chance.randrange(20, 100_000)),
                    action=AuditAction.PAGE,
                    result=AuditResult.SHOWN,
                )
                for at in range(size)
            ),
            batch_size=BATCH,
        )
        last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]
        names = ", ".join(field.column for field in AuditEntry._meta.concrete_fields if not field.primary_key)
        with connection.cursor() as cursor:
            for _ in range(number // size - 1):
                cursor.execute(
                    f"INSERT INTO visitors_auditentry ({names}) SELECT {names} FROM visitors_auditentry "
                    "WHERE id > %s AND id <= %s",
                    [last - size, last],
                )

    def optimize(self) -> None:
        """Let the database learn the sizes of its tables, and PostgreSQL clean up, as a running one does by itself."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def pages(journey: str) -> dict[str, Callable[[Any, int], Any]]:
    """Return what is measured: a function of a client and of the number of the round."""
    leads, htmx = "/lumenkit/visitors/leads/", {"HX-Request": "true"}

    def get(path: str, **headers: str) -> Callable[[Any, int], Any]:
        return lambda client, _: client.get(path, headers=headers)

    return {
        "search": lambda client, number: client.post(
            "/search/suggestions/", {"pasted": QUERIES[number % len(QUERIES)]}, headers=htmx
        ),
        "results": lambda client, number: client.get("/search/", {"q": QUERIES[number % 5]}),
        **{f"leads_{sort}": get(f"{leads}?sort={sort}") for sort in ("score", "value", "recent", "visits", "pricing")},
        **{f"leads_{show}": get(f"{leads}?show={show}") for show in ("mine", "unowned", "quiet", "pinned")},
        "leads_mine_visits": get(f"{leads}?show=mine&sort=visits"),
        "leads_quiet_recent": get(f"{leads}?show=quiet&sort=recent"),
        "leads_company": get(f"{leads}?company=Borealis+Freight"),
        "visitor_list": get("/lumenkit/visitors/"),
        "live": get("/lumenkit/visitors/now/"),
        "live_strip": get("/now/", **htmx),
        "home": get("/"),
        "alerts": get("/alerts/"),
        "audit_log": get("/websites/lumenkit/audit-log/"),
        "journey": get(journey),
    }


def measure(client: Any, journey: str) -> dict[str, float]:
    """Return the median milliseconds of each page, measured in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in pages(journey)}
    for number in range(WARM_UP_ROUNDS + ROUNDS):
        for name, send in pages(journey).items():
            started = time.perf_counter()
            response = send(client, number)
            took = time.perf_counter() - started
            assert response.status_code == 200, (name, response.status_code)
            if number >= WARM_UP_ROUNDS:
                seconds[name].append(took)
    return {name: statistics.median(values) * 1000 for name, values in seconds.items()}


def run(scene: Any, journey: str, share: float) -> Figures:
    """Measure, fill the database to a share of the full size, and measure again."""
    from visitors.models import Membership

    member, client = Membership.objects.select_related("user", "website").get(), scene.client
    member.role = "admin"  # who also reads the audit log
    member.save()
    assert client.get(journey).status_code == 200
    filler = Filler(member.user, member.website)
    filler.add(FEW, FEW - FEW_OF_EACH, FEW_OF_EACH, FEW_OF_EACH, FEW_OF_EACH)
    filler.optimize()
    few = measure(client, journey)
    started = time.perf_counter()
    filler.add(*(int(share * number) for number in (VISITORS, NAMED, OF_COMPANY, OWNED, QUIET)))
    filler.add_audit_entries(int(share * AUDIT_ENTRIES))
    filler.optimize()
    print(f"Filled the database in {time.perf_counter() - started:.0f} s.")
    many = measure(client, journey)
    return {name: {"few_ms": few[name], "many_ms": many[name], "ratio": many[name] / few[name]} for name in few}


def show(figures: Figures) -> None:
    """Print the table."""
    print(f"{'':20}{'few, ms':>10}{'many, ms':>10}{'ratio':>8}")
    for name, row in figures.items():
        verdict = "ok" if row["ratio"] <= MOST else f"MISSED: more than {MOST:g}"
        print(f"{name:20}{row['few_ms']:>10.1f}{row['many_ms']:>10.1f}{row['ratio']:>8.2f}  {verdict}")


def describe_database(address: str) -> str:
    """Return which database was measured."""
    return "On PostgreSQL:" if address else "On SQLite:"
