"""The figures: each total with its note."""

from datetime import UTC, timedelta

from tests.journey.examples import START, edition, goal, journey, view
from visitors.journey import derive
from visitors.journey_page.presenters.figures import present_figures

NOW = START + timedelta(days=30)


def present(shown, now=NOW):
    figures = present_figures(shown, now=now, zone=UTC)
    return {figure.term: (figure.value or figure.time.text, figure.note) for figure in figures}


def payment(minutes, amount, currency="USD", **fields):
    return goal("payment", minutes, origin="payment_provider", amount=amount, currency=currency, **fields)


def test_counts_note_how_many_are_listed_where_some_are_missing():
    shown = present(derive(edition(2025)))
    assert shown["Visits"] == ("3", "1 listed")
    assert shown["Page views"] == ("8", "1 listed")


def test_visits_of_a_journey_without_events_are_not_counted():
    assert present(journey())["Visits"] == ("not counted", "")


def test_a_visitor_who_never_paid_has_paid_nothing_yet():
    assert present(journey(view("/")))["Paid"] == ("nothing yet", "")
    assert present(journey(view("/"), page_view_count=9))["Paid"] == ("nothing listed", "")
    failed = goal("payment_failed", 5, origin="payment_provider", amount=149, currency="USD")
    shown = present(journey(view("/"), goals=(failed,)))
    assert (shown["Paid"], shown["Goals"]) == (("nothing yet", ""), ("0", ""))


def test_a_refund_of_no_listed_payment_is_no_payment():
    shown = present(journey(view("/"), goals=(goal("refund", 5, amount=49, currency="USD"),)))
    assert shown["Refunded"] == ("$49", "of no payment that is listed")
    assert "Paid" not in shown


def test_what_is_ahead_of_now_is_marked_and_not_last_seen():
    goals = (goal("signup", days=9), payment(26 * 24 * 60, 20))
    shown = present(journey(view("/"), view("/", days=1), goals=goals), now=START + timedelta(hours=2))
    assert shown["Last seen"] == ("2 hours ago", "")
    assert (shown["Goals"], shown["Paid"]) == (("1", ""), ("$20", ""))
    assert present(journey(view("/", days=2)), now=START)["First seen"] == ("Wed, May 6", "12:00, clock ahead")


def test_a_refund_is_subtracted_and_noted():
    refund = goal("refund", 180, amount=20, currency="USD")
    shown = present(journey(view("/"), goals=(payment(60, 49), payment(120, 49), refund)))
    assert shown["Paid"] == ("$78", "in 2 payments, the first after 1 hour, $20 refunded")


def test_two_currencies_are_never_added():
    paid = journey(view("/"), goals=(payment(60, 49), payment(120, 10, "EUR")))
    figures = present_figures(paid, now=NOW, zone=UTC)
    assert sorted((figure.value, figure.note) for figure in figures if figure.term == "Paid") == [
        ("$49", ""),
        ("€10", ""),
    ]
    assert present(paid)["First payment"] == ("after 1 hour", "")


def test_payments_without_an_amount_are_counted():
    assert present(journey(view("/"), goals=(payment(5, None),)))["Paid"] == ("1 payment", "amount unknown")


def test_first_and_last_seen_are_calendar_days_of_the_zone():
    shown = present(journey(view("/"), view("/", days=1)), now=START + timedelta(days=2))
    assert shown["First seen"] == ("Mon, May 4", "12:00")
    assert shown["Last seen"] == ("yesterday", "")
    live = present(journey(view("/")), now=START + timedelta(minutes=1))
    assert live["Last seen"] == ("on the site now", "")
