"""Searching people: both databases find what the ORM finds, and nobody on a website that was not asked for."""

from importlib import import_module
from itertools import pairwise

import pytest
from django.db import connection

from tests.lookup.people.people import add_person
from visitors.lookup.people import search
from visitors.lookup.people.search import find_people
from visitors.models import KnownPerson, Snapshot


def names(query, *websites, limit=10):
    return [person.label for person in find_people(query, [one.pk for one in websites], limit).people]


@pytest.fixture
def priya(lumenkit):
    return add_person(
        lumenkit, user_id="cus_8812", name="Priya Raman", email="p.raman@northwind.example", company="Northwind Freight"
    )


@pytest.mark.parametrize(
    "query",
    [
        "Priya Raman",
        "PRIYA",
        "raman priya",
        "riy",
        "p",
        "pr",
        "ra",
        "p.raman@northwind.example",
        "@northwind",
        "northwind.example",
        "wind.ex",
        "northwind freight",
        "cus_8812",
        "8812",
        "priya 8812",
        "  priya  ",
        "Prīyá",
    ],
)
def test_a_person_is_found_by_a_part_of_any_field(priya, lumenkit, query):
    assert names(query, lumenkit) == ["Priya Raman"]


@pytest.mark.parametrize(
    "query",
    ["", "  ", "priya smith", "raman@north wind x", "prïyä r4man", "a" * 101, "\0", "%", "_", '"', "*", "' OR 1"],
)
def test_other_words_find_nobody(priya, lumenkit, query):
    assert names(query, lumenkit) == []


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Søren Ørsted", "soren orsted"),
        ("Jürgen Groß", "JURGEN GROSS"),
        ("Łukasz Żak", "lukasz zak"),
        ("Ełżbieta", "ELZB"),
        ("田中 太郎", "太郎"),
        ("김민아", "김민"),
        ("Νίκος", "ΝΙΚΟΣ"),
        ("100% Co_op", "100% co_op"),
        ('Ann "Ace" O\'Neil', '"ace" o\'neil'),
    ],
)
def test_case_and_accents_do_not_matter(lumenkit, name, query):
    add_person(lumenkit, name=name)
    assert names(query, lumenkit) == [name]


def test_only_the_given_websites_are_searched(lumenkit, pocketgarden, priya):
    add_person(pocketgarden, name="Priya Nair")
    assert names("priya", lumenkit) == ["Priya Raman"]
    assert names("priya", pocketgarden) == ["Priya Nair"]
    assert set(names("priya", lumenkit, pocketgarden)) == {"Priya Raman", "Priya Nair"}
    assert names("priya") == []


def test_beginnings_of_words_come_first_then_who_was_seen_last(lumenkit):
    add_person(lumenkit, name="Hanna Weiss")
    add_person(lumenkit, name="Anna Old", seen_days_ago=9)
    add_person(lumenkit, name="Anna New", seen_days_ago=2)
    assert names("anna", lumenkit) == ["Anna New", "Anna Old", "Hanna Weiss"]
    found = find_people("anna", [lumenkit.pk], 2)
    assert [person.name for person in found.people] == ["Anna New", "Anna Old"]
    assert found.has_more


def test_both_engines_find_what_the_orm_finds(lumenkit):
    """All short parts of some names, by the engine of this database and by `contains`."""
    people = ["Ann Li", "Joan Lin", "Lian O'Nan", "ann@li.example", "an_n 100%", "nan nan"]
    for name in people:
        add_person(lumenkit, name=name)
    text = " ".join(people).lower()
    for length in (3, 4, 5):
        for start in range(len(text) - length):
            pattern = text[start : start + length]
            by_orm = (
                KnownPerson.objects.filter(search_text__contains=pattern).order_by("-pk").values_list("pk", flat=True)
            )
            assert search._find_candidates([pattern], [lumenkit.pk]) == list(by_orm), pattern


def test_the_index_follows_changes_and_deletions(lumenkit, priya):
    priya.search_text = "  someone  else"
    priya.save()
    assert find_people("someone", [lumenkit.pk], 5).people
    assert not find_people("priya", [lumenkit.pk], 5).people
    Snapshot.objects.all().delete()
    assert not find_people("someone", [lumenkit.pk], 5).people
    assert not KnownPerson.objects.exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # Raises an error for an index that contradicts itself.
            index = "visitors_knownperson_search"
            cursor.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")


def test_a_query_that_matches_everyone_reads_a_bounded_number(lumenkit, monkeypatch):
    monkeypatch.setattr(search, "MAX_CANDIDATES", 3)
    for number in range(5):
        add_person(lumenkit, name=f"Same Name {number}")
    found = find_people("same", [lumenkit.pk], 10).people
    assert len(found) == 3
    assert all(one.last_seen_at >= other.last_seen_at for one, other in pairwise(found))


if connection.vendor == "postgresql":

    def test_a_user_who_may_not_create_the_extension_learns_what_to_run(db):
        migration = import_module("visitors.migrations.0026_known_people")
        with connection.cursor() as cursor:
            cursor.execute("DROP EXTENSION pg_trgm CASCADE")
            cursor.execute("CREATE ROLE journeydesk_powerless")
            cursor.execute("SET LOCAL ROLE journeydesk_powerless")
            with pytest.raises(RuntimeError, match='--command "CREATE EXTENSION pg_trgm"'):
                migration.create_extension(cursor, connection.settings_dict)

    def test_the_index_has_no_list_of_pending_people(db):
        with connection.cursor() as cursor:
            cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'visitors_knownperson_search'")
            assert cursor.fetchone() == (["fastupdate=off"],)
