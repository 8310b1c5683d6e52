"""The cards at the top of the page, and the counts below them."""

from datetime import UTC, timedelta

from tests.journey.examples import START, edition, goal, journey, view
from visitors.journey import derive
from visitors.journey_page.presenters.cards import present_cards
from visitors.journey_page.presenters.prediction import present_prediction

NOW = START + timedelta(days=30)


def cards(shown, now=NOW):
    meter = present_prediction(shown.prediction, (), now=now, zone=UTC)
    return present_cards(shown.as_of(now), meter, now=now, zone=UTC)


def present(shown, now=NOW):
    """Return each card's main values and lines, by its term."""
    return {
        card.term: ((card.value or card.time.text, *card.more_values), card.lines) for card in cards(shown, now).others
    }


def counts(shown, now=NOW):
    return [(count.text, count.note) for count in cards(shown, now).counts]


def payment(minutes, amount, currency="USD", **fields):
    return goal("payment", minutes, origin="payment_provider", amount=amount, currency=currency, **fields)


def test_counts_note_how_many_are_listed_where_some_are_missing():
    shown = counts(derive(edition(2025)))
    assert shown[:2] == [("3 visits", "1 listed"), ("8 page views", "1 listed")]


def test_visits_of_a_journey_without_events_are_not_counted():
    assert counts(journey())[0] == ("Visits not counted", "")


def test_a_visitor_who_never_paid_has_paid_nothing_yet():
    assert present(journey(view("/")))["Paid"] == (("Nothing yet",), ())
    assert present(journey(view("/"), page_view_count=9))["Paid"] == (("Nothing listed",), ())
    failed = goal("payment_failed", 5, origin="payment_provider", amount=149, currency="USD")
    shown = journey(view("/"), goals=(failed,))
    assert present(shown)["Paid"] == (("Nothing yet",), ())
    assert counts(shown)[2] == ("0 goals", "")


def test_a_refund_of_no_listed_payment_is_no_payment():
    shown = present(journey(view("/"), goals=(goal("refund", 5, amount=49, currency="USD"),)))
    assert shown["Refunded"] == (("−$49",), ("No payment for it is listed",))
    assert "Paid" not in shown


def test_what_is_ahead_of_now_is_marked_and_not_last_seen():
    goals = (goal("signup", days=9), payment(26 * 24 * 60, 20))
    early = START + timedelta(hours=2)
    shown = journey(view("/"), view("/", days=1), goals=goals)
    assert present(shown, early)["Last seen"] == (("2 hours ago",), ("/", "Today, 12:00"))
    assert present(shown, early)["Paid"] == (("$20",), ("1 payment",))
    assert counts(shown, early)[2] == ("1 goal", "")
    assert counts(journey(view("/", days=2)), START)[3] == ("First seen Wed, May 6, 12:00", "clock ahead")


def test_a_refund_is_subtracted_and_noted():
    refund = goal("refund", 180, amount=20, currency="USD")
    shown = present(journey(view("/"), goals=(payment(60, 49), payment(120, 49), refund)))
    assert shown["Paid"] == (("$78",), ("2 payments, latest Mon, May 4", "first payment after 1 hour", "$20 refunded"))


def test_two_currencies_are_never_added():
    paid = present(journey(view("/"), goals=(payment(60, 49), payment(120, 10, "EUR"))))["Paid"]
    assert sorted(paid[0]) == ["$49", "€10"]
    assert paid[1] == ("2 payments, latest Mon, May 4", "first payment after 1 hour")


def test_payments_without_an_amount_are_counted():
    assert present(journey(view("/"), goals=(payment(5, None),)))["Paid"] == (("1 payment",), ("amount unknown",))
    both = present(journey(view("/"), goals=(payment(5, None), payment(6, 20))))
    assert both["Paid"][0] == ("$20",)
    assert "1 other payment, amount unknown" in both["Paid"][1]


def test_first_and_last_seen_are_calendar_days_of_the_zone():
    shown, now = journey(view("/"), view("/b", days=1)), START + timedelta(days=2)
    assert counts(shown, now)[3] == ("First seen Mon, May 4, 12:00", "")
    assert present(shown, now)["Last seen"] == (("Yesterday",), ("/b", "Yesterday, 12:00"))
    live = present(journey(view("/")), now=START + timedelta(minutes=1))
    assert live["Last seen"] == (("On the site now",), ("/",))


def test_a_source_names_its_campaign_and_the_latest_one():
    first = present(derive(edition(2026)))["Source"]
    assert first == (("youtube.com",), ("newsletter / email (campaign launch)",))
    returned = present(journey(view("/"), view("/?ref=hn", days=1)))
    assert returned["Source"] == (("Not known",), ("No campaign, referrer or click id", "Latest visit: hn"))
