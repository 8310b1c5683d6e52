"""The figures: each total with what belongs beside it."""

from datetime import UTC, timedelta

from tests.journey.examples import START, edition, goal, journey, view
from visitors.journey import derive
from visitors.journey_page.presenters.figures import figures

NOW = START + timedelta(days=30)


def shown(told, now=NOW):
    return {
        figure.term: (figure.value or figure.moment.text, figure.note) for figure in figures(told, now=now, zone=UTC)
    }


def paid(minutes, amount, currency="USD", **fields):
    return goal("payment", minutes, origin="payment_provider", amount=amount, currency=currency, **fields)


def test_what_the_answer_leaves_out_is_said_beside_the_count():
    told = shown(derive(edition(2025)))
    assert told["Visits"] == ("3", "1 listed")
    assert told["Page views"] == ("8", "1 listed")


def test_nobody_counted_the_visits_of_a_journey_without_events():
    assert shown(journey())["Visits"] == ("not counted", "")


def test_money_is_hidden_at_nothing():
    assert "Paid" not in shown(journey(view("/")))


def test_a_refund_is_taken_off_and_said():
    told = journey(view("/"), goals=(paid(60, 49), paid(120, 49), goal("refund", 180, amount=20, currency="USD")))
    assert shown(told)["Paid"] == ("$78", "in 2 payments, the first after 1 hour, $20 refunded")


def test_two_currencies_are_never_added():
    told = journey(view("/"), goals=(paid(60, 49), paid(120, 10, "EUR")))
    found = [(figure.value, figure.note) for figure in figures(told, now=NOW, zone=UTC) if figure.term == "Paid"]
    assert sorted(found) == [("$49", ""), ("€10", "")]
    assert shown(told)["First payment"] == ("after 1 hour", "")


def test_payments_without_an_amount_are_counted():
    assert shown(journey(view("/"), goals=(paid(5, None),)))["Paid"] == ("1 payment", "amount unknown")


def test_first_and_last_seen_are_days_of_the_zone_s_calendar():
    told = shown(journey(view("/"), view("/", days=1)), now=START + timedelta(days=2))
    assert told["First seen"] == ("Mon, May 4", "12:00")
    assert told["Last seen"] == ("yesterday", "")
    live = shown(journey(view("/")), now=START + timedelta(minutes=1))
    assert live["Last seen"] == ("on the site now", "")
