"""Telling goals, payments and subscriptions apart, and merging the two lists."""

from decimal import Decimal

import pytest

from tests.journey.examples import goal, journey, stamp, view
from visitors.datafast.payload import Activity, CompletedGoal
from visitors.journey import NO_NAMES, Kind
from visitors.journey.events import goal_events, view_events
from visitors.journey.goals import merge_goals

PROVIDER = "payment_provider"


@pytest.mark.parametrize(
    ("name", "origin", "amount", "kind", "is_refund"),
    [
        ("signup", "manual", None, Kind.GOAL, False),
        ("signup", None, None, Kind.GOAL, False),
        ("payment", PROVIDER, 149, Kind.PAYMENT, False),
        ("payment", "manual", None, Kind.PAYMENT, False),
        ("payment", None, None, Kind.PAYMENT, False),
        ("payment", PROVIDER, -20, Kind.PAYMENT, True),
        ("payment_refunded", PROVIDER, 20, Kind.PAYMENT, True),
        ("charge_refunded", PROVIDER, None, Kind.PAYMENT, True),
        ("refund_policy_viewed", "manual", None, Kind.GOAL, False),
        ("invoice_paid", PROVIDER, 9, Kind.PAYMENT, False),
        ("payment_failed", PROVIDER, 9, Kind.GOAL, False),
        ("free_trial", PROVIDER, None, Kind.SUBSCRIPTION, False),
        ("trial_started", None, None, Kind.SUBSCRIPTION, False),
        ("trial_started", PROVIDER, 29, Kind.SUBSCRIPTION, False),
        ("subscription_ended", PROVIDER, 29, Kind.SUBSCRIPTION, False),
        ("subscription_page_viewed", "manual", None, Kind.GOAL, False),
        ("Payment:Failed", PROVIDER, 9, Kind.GOAL, False),
        ("payment_failed", PROVIDER, -9, Kind.GOAL, False),
        ("dispute_created", PROVIDER, 149, Kind.GOAL, False),
        ("dispute_won", PROVIDER, 149, Kind.GOAL, False),
        ("funds_withdrawn", PROVIDER, 149, Kind.GOAL, False),
        ("refund_failed", PROVIDER, 149, Kind.GOAL, False),
        ("dispute_lost", PROVIDER, 149, Kind.PAYMENT, True),
        ("charge.dispute.closed_lost", PROVIDER, 149, Kind.PAYMENT, True),
        ("payment_reversed", PROVIDER, 149, Kind.PAYMENT, True),
        ("chargeback", PROVIDER, 149, Kind.PAYMENT, True),
        ("payment_method_updated", PROVIDER, None, Kind.GOAL, False),
        ("order_paid", PROVIDER, None, Kind.GOAL, False),
        ("order_paid", PROVIDER, 9, Kind.PAYMENT, False),
        ("trial_converted", PROVIDER, None, Kind.SUBSCRIPTION, False),
        ("trial_converted", PROVIDER, 29, Kind.PAYMENT, False),
        ("subscription_cancel_scheduled", PROVIDER, 29, Kind.SUBSCRIPTION, False),
        ("subscription_downgraded", PROVIDER, 29, Kind.SUBSCRIPTION, False),
        ("subscription-ended", None, None, Kind.SUBSCRIPTION, False),
    ],
)
def test_name_origin_and_amount_decide_the_kind(name, origin, amount, kind, is_refund):
    size = None if amount is None else Decimal(amount)
    [event] = goal_events([goal(name, origin=origin, amount=size)])
    assert (event.kind, event.is_refund) == (kind, is_refund)
    assert event.amount is None or event.amount >= 0


def test_a_payment_marked_as_refunded_is_a_refund():
    fields = {"origin": PROVIDER, "amount": Decimal(149), "currency": "USD"}
    paid, back = goal_events([goal("payment", **fields), goal("payment", 9, refunded=True, **fields)])
    assert (paid.is_refund, back.is_refund) == (False, True)
    [alone] = goal_events([goal("payment", origin=PROVIDER, metadata={"refunded": True, "amount": 5})])
    assert alone.is_refund


def test_a_marked_payment_beside_its_refund_is_the_payment():
    fields = {"origin": PROVIDER, "amount": Decimal(149), "currency": "USD"}
    paid, back = goal_events([goal("payment", refunded=True, **fields), goal("payment_refunded", 9, **fields)])
    assert (paid.is_refund, back.is_refund) == (False, True)


def net_of(*goals):
    """The net amount, and how many refunds and setbacks there are, for goals of (name, metadata)."""
    fields = {"origin": PROVIDER, "amount": Decimal(149), "currency": "USD"}
    derived = journey(goals=tuple(goal(name, 9 * at, metadata=data, **fields) for at, (name, data) in enumerate(goals)))
    [paid] = derived.totals.paid
    return int(paid.net), paid.refunds, derived.counts.setbacks


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("payment chargeback", (0, 1, 0)),
        ("payment chargeback dispute_lost", (0, 1, 1)),
        ("payment dispute_lost payment_reversed chargeback", (0, 1, 2)),
        ("payment dispute_created dispute_lost", (0, 1, 1)),
        ("payment refund chargeback", (0, 1, 1)),
        ("payment chargeback chargeback", (0, 1, 1)),
        ("payment payment chargeback dispute_lost", (149, 1, 1)),
        ("payment payment chargeback chargeback", (0, 2, 0)),
        ("payment payment chargeback dispute_lost chargeback dispute_lost", (0, 2, 2)),
        ("chargeback dispute_lost", (-149, 1, 1)),
        ("chargeback chargeback", (-298, 2, 0)),
    ],
)
def test_a_lost_charge_is_subtracted_once(names, expected):
    assert net_of(*((name, None) for name in names.split())) == expected


def test_the_charges_own_id_tells_two_disputes_apart():
    two = [("payment", None)] * 2
    first, second = {"charge_id": "ch_1"}, {"charge_id": "ch_2"}
    assert net_of(*two, ("chargeback", first), ("dispute_lost", second)) == (0, 2, 0)
    assert net_of(*two, ("chargeback", first), ("dispute_lost", first)) == (149, 1, 1)
    assert net_of(*two, ("chargeback", first), ("chargeback", first)) == (149, 1, 1)


@pytest.mark.parametrize(
    ("name", "is_setback"),
    [
        ("payment_failed", True),
        ("failed_payment", True),
        ("checkout-abandoned", True),
        ("subscription_cancelled", True),
        ("account_deleted", True),
        ("card_declined", True),
        ("trial_expired", True),
        ("signup", False),
        ("checkout_initiated", False),
        ("cancellation_survey", True),
        ("failover_configured", False),
        ("refund_policy_viewed", False),
        ("deleter_installed", False),
    ],
)
def test_setbacks_are_told_from_achievements(name, is_setback):
    [event] = goal_events([goal(name, origin="manual")])
    assert (event.kind, event.is_setback) == (Kind.GOAL, is_setback)


def test_a_renewal_with_an_amount_and_no_payment_is_a_payment():
    [event] = goal_events([goal("subscription_renewed", origin=PROVIDER, amount=Decimal(29), currency="USD")])
    assert event.kind is Kind.PAYMENT


def test_a_renewal_beside_its_payment_is_not_paid_twice():
    renewal, payment = goal_events(
        [
            goal("subscription_renewed", 1, origin=PROVIDER, amount=Decimal(29), currency="USD"),
            goal("payment", 0, origin=PROVIDER, amount=Decimal(29), currency="USD"),
        ]
    )
    assert (renewal.kind, payment.kind) == (Kind.SUBSCRIPTION, Kind.PAYMENT)


def test_amount_and_currency_may_be_in_the_metadata():
    [event] = goal_events([goal("payment", origin=PROVIDER, metadata={"amount": "12.50", "currency": "eur"})])
    assert (event.amount, event.currency) == (Decimal("12.5"), "EUR")


def test_secrets_in_a_description_are_masked():
    [event] = goal_events([goal("reset", description="Opened x.io/reset?token=EXAMPLE-TOKEN")])
    assert event.description == "Opened x.io/reset?token=..."


def test_a_goal_in_both_lists_is_one_with_the_fields_of_both():
    activity = Activity(
        completed_goals=(goal("signup", origin="manual"),),
        completed_custom_goals=(
            CompletedGoal(name="signup", timestamp=stamp().replace("Z", "+00:00"), is_server=True, description="Hi"),
            goal("other"),
        ),
    )
    signup, other = merge_goals(activity)
    assert (signup.origin, signup.is_server, signup.description) == ("manual", True, "Hi")
    assert other.name == "other"


def test_a_goal_twice_in_one_list_is_two():
    twice = (goal("signup"), goal("signup"))
    assert len(merge_goals(Activity(completed_goals=twice, completed_custom_goals=twice[:1]))) == 2


def test_two_goals_in_both_lists_are_merged_pairwise():
    first = (goal("signup", origin="manual"), goal("signup", origin="manual"))
    second = (goal("signup", description="a"), goal("signup", description="b"), goal("signup", description="c"))
    merged = merge_goals(Activity(completed_goals=first, completed_custom_goals=second))
    assert [one.description for one in merged] == ["a", "b", "c"]


def test_views_without_a_readable_time_keep_their_text():
    undated = view_events([view(), type(view())(url="example.com/", timestamp="some\ntime"), type(view())()])
    assert [event.raw_at for event in undated] == [None, "some time", None]
    assert [event.at is None for event in undated] == [False, True, True]
    assert undated[2].describe(NO_NAMES) == "page without an address"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("invoice_payment_failed", "invoice payment of $49 failed"),
        ("charge_dispute_closed", "charge dispute of $49 closed"),
        ("charge_dispute_funds_reinstated", "charge dispute of $49 funds reinstated"),
        ("payout_paid", "payout paid ($49)"),
        ("credit_note_created", "credit note created ($49)"),
        ("quote_sent", "quote sent ($49)"),
        ("payment_voided", "payment of $49 voided"),
    ],
)
def test_a_providers_amount_that_was_not_paid_is_no_payment(name, words):
    [event] = goal_events([goal(name, origin=PROVIDER, amount=Decimal(49), currency="USD")])
    assert (event.kind, event.is_setback, event.describe(NO_NAMES)) == (Kind.GOAL, True, words)


@pytest.mark.parametrize("name", ["charge_succeeded", "invoice_paid", "order_completed", "credits_purchased"])
def test_a_providers_amount_under_another_name_is_paid(name):
    [event] = goal_events([goal(name, origin=PROVIDER, amount=Decimal(49), currency="USD")])
    assert (event.kind, event.is_refund) == (Kind.PAYMENT, False)
