"""Readable names for goals and pages."""

from datetime import UTC, timedelta

from tests.journey.examples import START, goal, journey, view
from visitors.journey import (
    Content,
    Filter,
    Form,
    Names,
    csv_rows,
    find_ticket_moment,
    observe,
    select,
    summarize,
    summary_text,
)

NAMES = Names(
    goals={"contact_sales_opened": "Asked for sales", "card_declined": "Card problem"},
    pages={"/start": "Start page", "docs.example.com/start": "First steps"},
)
LATER = START + timedelta(hours=1)


def named(*pages, goals=()):
    return journey(*pages, goals=goals).with_names(NAMES)


def test_a_name_for_one_host_comes_before_the_one_for_all():
    assert NAMES.page("docs.example.com", "/start") == "First steps"
    assert NAMES.page("www.docs.example.com", "/start") == "First steps"
    assert NAMES.page("example.com", "/start") == "Start page"
    assert NAMES.page("example.com", "/Start") == ""


def test_the_summary_quotes_readable_names():
    derived = named(view("/start"), view("/start", 1), goals=(goal("contact_sales_opened", 2), goal("signup", 3)))
    assert "viewed “Start page” twice, completed “Asked for sales” and signup" in summarize(
        derived, now=LATER, zone=UTC
    )


def test_a_copied_summary_has_readable_names_in_every_list():
    derived = named(view("/start"), goals=(goal("contact_sales_opened", 2), goal("card_declined", 3)))
    text = summary_text(
        derived, now=LATER, as_of=LATER, zone=UTC, link="https://x.example/", content=Content.FULL, form=Form.TEXT
    )
    assert "Goals: Asked for sales" in text
    assert "page “Start page”" in text
    assert "Card problem" in text
    assert "contact_sales_opened" not in text


def test_a_ticket_and_the_highlights_use_readable_names():
    derived = named(view("/start"), goals=(goal("contact_sales_opened", 2),))
    moment = find_ticket_moment(derived, START + timedelta(minutes=5), now=LATER)
    assert moment.words == "Last page “Start page”, 5 minutes before. Goal “Asked for sales”, 3 minutes before."
    assert "Goals completed: Asked for sales" in {seen.text for seen in observe(derived, now=LATER, zone=UTC)}


def test_the_search_finds_the_name_and_the_original():
    derived = named(view("/start"), view("/other", 1), goals=(goal("contact_sales_opened", 2),))
    for text in ("start page", "/start"):
        assert [event.page.path for event in select(derived, Filter(text=text)).visits[0].events] == ["/start"]
    for text in ("ASKED", "sales_opened"):
        assert [event.name for event in select(derived, Filter(text=text)).visits[0].events] == ["contact_sales_opened"]


def test_the_csv_file_keeps_the_originals():
    rows = list(csv_rows(named(view("/start"), goals=(goal("contact_sales_opened", 2),))))
    assert [(row[5], row[9]) for row in rows[1:]] == [("/start", ""), ("", "contact_sales_opened")]


def test_a_text_is_explained_by_the_originals_in_it():
    assert NAMES.originals_in("Completed “Asked for sales”") == "Asked for sales = contact_sales_opened"
    assert NAMES.originals_in("Completed signup") == ""
