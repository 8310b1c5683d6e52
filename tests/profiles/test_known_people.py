"""What people are found by: stored with each version of a profile, and deleted with it."""

from datetime import UTC, timedelta
from decimal import Decimal
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given

from tests.faulty_upstream import answer
from tests.journey.strategies import visitors
from visitors import profiles
from visitors.datafast.payload import Device, Identity, Software, Visitor
from visitors.journey import derive
from visitors.models import KnownPerson, Snapshot, StoredJourney
from visitors.profiles import known_people, store
from visitors.profiles.stored_form import Contents
from visitors.sandbox import documented

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)


def test_a_stored_profile_has_the_fields_of_its_person(sandbox_of_yesterday, lumenkit):
    journey = profiles.get_profile(lumenkit, LEAD).contents.journey
    person = KnownPerson.objects.get()
    assert (person.website, person.visitor_id, person.snapshot) == (lumenkit, LEAD, Snapshot.objects.get())
    assert (person.name, person.company) == ("Priya Raman", "Northwind Freight")
    assert (person.email, person.email_domain) == (journey.person.email, "northwind-freight.example")
    assert (person.score, person.expected_value) == (journey.prediction.score, journey.prediction.expected_value)
    assert (person.visits, person.last_seen_at) == (journey.visit_count, journey.last_seen_at)
    assert (person.pricing_views, person.checkout_views) == (journey.pricing.views, journey.checkout.views)
    assert person.source == journey.first_touch.label
    assert not person.is_customer
    assert person.net_paid is None


def test_a_customer_has_what_they_paid(sandbox, lumenkit):
    journey = profiles.get_profile(lumenkit, UUID(documented.CUSTOMER.visitor_id)).contents.journey
    person = KnownPerson.objects.get()
    assert person.is_customer
    assert (person.net_paid, person.currency) == (journey.totals.paid[0].net, journey.totals.paid[0].currency)


def test_a_new_version_changes_the_row(other_upstream, lumenkit):
    def identified(**metadata):
        profile = {"userId": "1", "metadata": metadata}
        return answer(body={"status": "success", "data": {"visitorId": str(LEAD), "profile": profile}})

    other_upstream.behaviors = [identified(name="Before", email="a@shop.example"), identified(name="After")]
    profiles.get_profile(lumenkit, LEAD)
    before = KnownPerson.objects.get()
    profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0))
    after = KnownPerson.objects.get()
    assert (before.pk, before.name, before.email) == (after.pk, "Before", "a@shop.example")
    assert (after.name, after.email, after.email_domain) == ("After", "", "")
    assert after.search_text == "  after  1"


def test_a_journey_that_is_derived_again_stores_its_person(sandbox, lumenkit):
    profiles.get_profile(lumenkit, LEAD)
    StoredJourney.objects.all().delete()
    KnownPerson.objects.all().delete()
    store.load_profile(lumenkit, LEAD)
    assert KnownPerson.objects.get().name == "Priya Raman"


def test_a_visitor_who_is_gone_at_datafast_is_no_longer_known(sandbox, lumenkit):
    profiles.get_profile(lumenkit, LEAD)
    store.delete_answers(lumenkit.pk, LEAD)
    assert not KnownPerson.objects.exists()


def test_an_anonymous_visitor_has_a_nickname(lumenkit):
    identity = Identity(city="Osaka", country_code="JP", os=Software(name="Android"), device=Device(type="Mobile"))
    person = known_people.make(Snapshot(website=lumenkit), Contents(identity, derive(Visitor()), ()))
    assert (person.place, person.system, person.device) == ("Osaka, Japan", "Android", "phone")
    assert (person.label, person.identity, person.search_text) == ("Osaka · Android", "", "")


def test_text_that_becomes_longer_fits_into_the_table(other_upstream, lumenkit, browser_of_member):
    text = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 300  # 18 letters when it is folded
    profile = {"userId": text, "metadata": {"name": text, "company": text, "email": text}}
    identity = {"params": {"utm_source": text}}
    body = {"status": "success", "data": {"visitorId": str(LEAD), "identity": identity, "profile": profile}}
    other_upstream.behaviors = [answer(body=body)]
    assert browser_of_member.get(f"/lumenkit/visitors/{LEAD}/").status_code == 200
    person = KnownPerson.objects.get()
    person.clean_fields(exclude=[field.name for field in KnownPerson._meta.fields if not getattr(person, field.name)])
    assert "company=" in browser_of_member.get("/lumenkit/visitors/leads/?company=" + quote(person.company)).text


@pytest.mark.django_db
@given(visitors)
def test_any_visitor_fits_into_the_table(visitor):
    person = known_people.make(Snapshot(website_id=1), Contents(visitor.identity, derive(visitor), ()))
    empty = [field.name for field in KnownPerson._meta.fields if not getattr(person, field.attname)]
    person.clean_fields(exclude=["snapshot", "website", "visitor_id", *empty])
    assert person.net_paid is None or abs(person.net_paid) < Decimal(10) ** 16
    assert person.last_seen_at is None or person.last_seen_at.tzinfo is UTC
