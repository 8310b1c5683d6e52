"""Summaries for tickets, rows for spreadsheets."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.journey.examples import START, edition, goal, journey, stamp, view
from visitors.datafast.payload import Activity, CompletedGoal, UserProfile, VisitedPage, Visitor
from visitors.journey import CSV_HEADER, Content, Form, csv_rows, derive, latest_events, summary_text
from visitors.journey.names import Names

NOW = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)
AS_OF = datetime(2026, 5, 5, 8, 59, 30, tzinfo=UTC)
LINK = "https://desk.example/codefa/visitors/a3ab2331-989f-4cfa-91c6-2461c9e3c6bd/"


def test_plain_text_has_summary_facts_events_and_link():
    lines = summary_text(derive(edition(2026)), now=NOW, as_of=AS_OF, zone=UTC, link=LINK).split("\n")
    assert lines[:2] == ["Jane Doe", ""]
    assert lines[2].startswith("Came from youtube.com 3 days ago")
    assert "As of: Tue, May 5, 2026, 08:59:30 UTC" in lines  # when DataFast answered, not when it was copied
    assert "Visitor id: a3ab2331-989f-4cfa-91c6-2461c9e3c6bd" in lines
    assert "Email: jane@example.com" in lines
    assert "Paid: $149 in 1 payment" in lines
    assert "Prediction: none (already a customer)" in lines
    assert lines[lines.index("Payments, newest first:") + 1] == "- Mon, May 4, 2026, 20:07:09 UTC: payment of $149"
    events = [line for line in lines[lines.index("Last 10 of 13 events, newest first:") :] if line.startswith("- ")]
    assert events[0] == "- Tue, May 5, 2026, 08:47:30 UTC: page /dashboard"
    assert len(events) == 10
    assert lines[-2] == f"Journey: {LINK}"


def test_payments_and_refunds_have_their_dates():
    provider = {"currency": "USD", "origin": "payment_provider"}
    undated = CompletedGoal(name="payment", timestamp="soon", amount=5, **provider)
    goals = (goal("payment", 5, amount=149, **provider), goal("refund", 9, amount=50, **provider), undated)
    lines = summary_text(journey(view("/"), goals=goals), now=NOW, as_of=AS_OF, zone=UTC, link=LINK).split("\n")
    listed = lines[lines.index("Payments and refunds, newest first:") :]
    assert listed[1].startswith("- Mon, May 4, 2026, 12:09:00 UTC: refund")
    assert listed[2].startswith("- Mon, May 4, 2026, 12:05:00 UTC: payment")
    assert listed[3] == "- No readable time: payment of $5"
    paid = journey(view("/"), goals=tuple(goal("payment", number, amount=1, **provider) for number in range(30)))
    text = summary_text(paid, form=Form.MARKDOWN, now=NOW, as_of=AS_OF, zone=UTC, link=LINK)
    assert "Payments, newest first:\n\n- " in text
    assert "- and 10 more\n" in text


def test_with_a_ticket_the_summary_ends_at_its_time():
    derived = journey(view("/pricing", 0), view("/checkout", 4), view("/later", 30))
    write = {"now": NOW, "as_of": AS_OF, "zone": UTC, "link": LINK}
    text = summary_text(derived, ticket_at=START + timedelta(minutes=7), **write)
    sentences = "Ticket sent Mon, May 4, 2026, 12:07:00 UTC. Last page /checkout, 3 minutes before."
    assert f"\n{sentences}\n" in text
    events = text[text.index("Events before the ticket, newest first:") :]
    assert "page /checkout" in events
    assert "/later" not in events
    assert sentences in summary_text(derived, form=Form.MARKDOWN, ticket_at=START + timedelta(minutes=7), **write)
    early = summary_text(derived, ticket_at=START - timedelta(hours=1), **write)
    assert "Before the earliest event that DataFast sent." in early
    assert "Events before the ticket" not in early
    assert "Ticket sent" not in summary_text(derived, **write)


def test_the_prediction_has_its_numbers():
    text = summary_text(derive(edition(2025)), now=NOW, as_of=AS_OF, zone=UTC, link=LINK)
    assert (
        "Prediction: score 72 of 100, more likely to convert than the average visitor; chance to convert 1.38%; "
        "expected value $3.09; plenty of data behind it"
    ) in text


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("[x](javascript:alert(1))", r"\[x\](javascript:alert(1))"),
        ("<b>*_`", r"\<b\>\*\_\`"),
        ("https://evil.example", r"https\://evil.example"),
        ("www.evil.example", r"www\.evil.example"),
        ("@everyone #1", "\\@\u2060everyone \\#\u20601"),
        ("a@b.example", r"a\@b.example"),
        ("two\nlines | **", r"two lines \| \*\*"),
        ("(x) - 1. y", "(x) - 1. y"),
        ("&lt;", r"\&lt;"),
    ],
)
def test_markdown_escapes_text_of_the_data(name, written):
    visitor = Visitor(profile=UserProfile(metadata={"name": name}), activity=Activity(visited_pages=(view("/"),)))
    text = summary_text(derive(visitor), form=Form.MARKDOWN, now=NOW, as_of=AS_OF, zone=UTC, link=LINK)
    assert text.startswith(f"**{written}**\n")
    assert "Name:" not in text
    assert f"<{LINK}>" in text


def test_csv_has_a_row_per_event_oldest_first():
    header, *rows = csv_rows(derive(edition(2026)))
    assert header == CSV_HEADER
    assert len(rows) == 13
    payment = dict(zip(header, rows[8], strict=True))
    assert payment["time_utc"] == "2026-05-04T20:07:09.000Z"
    assert (payment["visit"], payment["kind"], payment["amount"], payment["currency"]) == ("2", "payment", "149", "USD")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_csv_cells_do_not_run_as_formulas(name):
    _, row = csv_rows(journey(goals=(goal("x", description=name),)))
    assert row[CSV_HEADER.index("description")].startswith("'")


@pytest.mark.parametrize("separator", [";", "; ", "|", '";'])
@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"])
def test_no_formula_begins_behind_a_separator_in_a_cell(separator, formula):
    _, row = csv_rows(journey(goals=(goal("x", description=f"a{separator}{formula}"),)))
    cell = row[CSV_HEADER.index("description")]
    assert cell.replace("'", "", 1) == f"a{separator}{formula}"
    assert not [part for part in re.split("[;|]", cell)[1:] if not part.startswith("'")]


def test_an_email_is_named_once():
    visitor = Visitor(profile=UserProfile(user_id="u1", metadata={"email": "a@b.example"}))
    text = summary_text(derive(visitor), now=NOW, as_of=AS_OF, zone=UTC, link=LINK)
    assert text.startswith("a@b.example\n")
    assert text.count("a@b.example") == 1
    assert "User id: u1\n" in text


def test_pages_have_their_host_if_there_are_several():
    derived = journey(view("/a"), VisitedPage(url="docs.example.com/b", timestamp=stamp(5)), view("/__app/ios/Home", 9))
    text = summary_text(derived, now=NOW, as_of=AS_OF, zone=UTC, link=LINK)
    assert "12:05:00 UTC: page docs.example.com/b\n" in text
    assert "12:00:00 UTC: page example.com/a\n" in text
    assert "12:09:00 UTC: screen Home (iOS app)\n" in text
    assert "page /a\n" in summary_text(journey(view("/a")), now=NOW, as_of=AS_OF, zone=UTC, link=LINK)


def test_both_hours_of_a_clock_change_are_distinct():
    new_york = ZoneInfo("America/New_York")
    moments = [datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6)]
    derived = journey(*(VisitedPage(url="example.com/", timestamp=at.isoformat()) for at in moments))
    text = summary_text(derived, now=moments[1], as_of=AS_OF, zone=new_york, link=LINK)
    assert "Sun, Nov 1, 2026, 01:30:00 EST: page /\n- Sun, Nov 1, 2026, 01:30:00 EDT: page /\n" in text


@pytest.mark.parametrize(
    ("goals", "paid"),
    [
        ((), "nothing yet"),
        ((goal("payment", amount=149, currency="USD"),), "$149 in 1 payment"),
        (
            (goal("payment", amount=149, currency="USD"), goal("refund", 1, amount=49, currency="USD")),
            "$100 in 1 payment (after $49 refunded)",
        ),
        ((goal("refund", amount=49, currency="USD"),), "$49 refunded, of no payment that is listed"),
        ((goal("payment"),), "1 payment (amount unknown)"),
    ],
)
def test_the_paid_line_is_net_and_never_missing(goals, paid):
    text = summary_text(journey(view(), goals=goals), now=NOW, as_of=AS_OF, zone=UTC, link=LINK)
    assert f"\nPaid: {paid}\n" in text


def test_right_to_left_names_keep_their_order_in_a_summary():
    goals = tuple(goal(name, number) for number, name in enumerate(("הזמנה", "اشتراك", "שנתי")))
    metadata = {"name": "Dana", "company": "شركة (ACME) 5", "email": "דוא@דוגמה.example"}
    activity = Activity(visited_pages=(view(),), completed_goals=goals)
    derived = derive(Visitor(profile=UserProfile(metadata=metadata), activity=activity))
    text = summary_text(derived, now=NOW, as_of=AS_OF, zone=UTC, link=LINK)
    assert "Goals: \u2068שנתי\u2069, \u2068اشتراك\u2069 and \u2068הזמנה\u2069\n" in text
    assert "Company: \u2068شركة (ACME) 5\u2069\n" in text
    assert "Email: דוא@דוגמה.example\n" in text  # is copied from there


def test_an_event_ahead_of_now_is_marked_and_is_not_last_seen():
    text = summary_text(journey(view("/a"), view("/b", days=9)), now=NOW, as_of=AS_OF, zone=UTC, link=LINK)
    assert "- Wed, May 13, 2026, 12:00:00 UTC (clock ahead): page /b\n" in text
    assert "Last seen: Mon, May 4, 2026, 12:00:00 UTC" in text


def test_a_journey_without_readable_times_is_explained():
    text = summary_text(
        journey(VisitedPage(url="example.com/", timestamp="soon")), now=NOW, as_of=AS_OF, zone=UTC, link=LINK
    )
    assert "Events:\n- 1 event without a readable time\n" in text


def test_a_short_summary_has_no_lists_and_one_about_billing_only_payments():
    goals = (goal("signup", 5), goal("payment", 60, origin="payment_provider", amount=49, currency="USD"))
    paid = journey(view("/pricing"), goals=goals)
    short = summary_text(paid, now=NOW, as_of=AS_OF, zone=UTC, link=LINK, content=Content.SHORT)
    assert "paid $49" in short
    assert LINK in short
    assert "\n- " not in short
    billing = summary_text(paid, now=NOW, as_of=AS_OF, zone=UTC, link=LINK, content=Content.BILLING)
    assert "Paid: $49 in 1 payment" in billing
    assert "payment of $49" in billing
    assert "/pricing" not in billing
    assert "signup" not in billing


def test_a_summary_about_billing_says_once_that_nothing_was_paid():
    billing = summary_text(journey(view()), now=NOW, as_of=AS_OF, zone=UTC, link=LINK, content=Content.BILLING)
    assert "\nPaid: nothing yet\n" in billing
    assert "ever paid" not in billing


def test_rich_text_escapes_text_of_the_data():
    visitor = journey(view("/<b>&\"'</b>"))
    text = summary_text(visitor, now=NOW, as_of=AS_OF, zone=UTC, link=LINK, form=Form.HTML)
    assert "/&lt;b&gt;&amp;&quot;" in text
    assert "<b>" not in text
    assert f'<a href="{LINK}">{LINK}</a>' in text


def test_latest_events_show_a_host_once_and_not_the_website_s_own():
    app = [VisitedPage(url=f"app.example.com/{page}", timestamp=stamp(5 + page)) for page in range(3)]
    visitor = journey(view("/a"), *app[:2], view("/b", 20), VisitedPage(url=app[2].url, timestamp=stamp(30)))
    latest = latest_events(visitor.with_names(Names(domain="example.com")), now=NOW, limit=9)
    words = [words for _, words in latest]
    assert words == ["page app.example.com/2", "page /b", "page app.example.com/1", "page …/0", "page /a"]
