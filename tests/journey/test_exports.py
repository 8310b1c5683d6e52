"""Summaries for tickets, rows for spreadsheets."""

from datetime import UTC, datetime

import pytest

from tests.journey.examples import edition, goal, journey, view
from visitors.datafast.payload import Activity, Profile, Visitor
from visitors.journey import CSV_HEADER, csv_rows, derive, markdown, plain_text

NOW = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)
LINK = "https://desk.example/codefa/visitors/a3ab2331-989f-4cfa-91c6-2461c9e3c6bd/"


def test_plain_text_holds_sentence_facts_events_prediction_and_link():
    lines = plain_text(derive(edition(2026)), now=NOW, zone=UTC, link=LINK).split("\n")
    assert lines[0] == "Jane Doe (a3ab2331-989f-4cfa-91c6-2461c9e3c6bd)"
    assert lines[1].startswith("Came from youtube.com 3 days ago")
    assert "Email: jane@example.com" in lines
    assert "Paid: $149 in 1 payment" in lines
    assert "Prediction: none (already a customer)" in lines
    events = [line for line in lines if line.startswith("- ")]
    assert events[0] == "- Tue, May 5, 2026, 08:47:30 UTC: page /dashboard"
    assert len(events) == 10
    assert lines[-2] == LINK


def test_the_prediction_is_told_with_its_numbers():
    text = plain_text(derive(edition(2025)), now=NOW, zone=UTC, link=LINK)
    assert (
        "Prediction: score 72 of 100, more likely to convert than the average visitor; chance 1.38%; "
        "expected value $3.09; plenty of data behind it"
    ) in text


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("[x](javascript:alert(1))", r"\[x\](javascript:alert(1))"),
        ("<b>*_`", r"\<b\>\*\_\`"),
        ("https://evil.example", r"https\://evil.example"),
        ("www.evil.example", r"www\.evil.example"),
        ("@everyone #1", r"\@everyone \#1"),
        ("&lt;", r"\&lt;"),
    ],
)
def test_markdown_makes_nothing_of_upstream_text(name, written):
    visitor = Visitor(profile=Profile(metadata={"name": name}), activity=Activity(visited_pages=(view("/"),)))
    text = markdown(derive(visitor), now=NOW, zone=UTC, link=LINK)
    assert f"- Name: {written}\n" in text
    assert f"<{LINK}>" in text


def test_csv_has_a_row_per_event_oldest_first():
    header, *rows = csv_rows(derive(edition(2026)))
    assert header == CSV_HEADER
    assert len(rows) == 13
    payment = dict(zip(header, rows[8], strict=True))
    assert payment["time_utc"] == "2026-05-04T20:07:09.000Z"
    assert (payment["visit"], payment["kind"], payment["amount"], payment["currency"]) == ("2", "payment", "149", "USD")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_csv_cells_that_a_spreadsheet_would_run_are_made_harmless(name):
    _, row = csv_rows(journey(goals=(goal("x", description=name),)))
    assert row[CSV_HEADER.index("description")].startswith("'")
