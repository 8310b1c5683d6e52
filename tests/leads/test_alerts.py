"""Alerts about pinned visitors."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core import mail

from tests.faulty_upstream import answer
from tests.page_reader import Page
from visitors import profiles
from visitors.audit import erasure
from visitors.leads import alerts
from visitors.models import Alert, LiveList, Membership, Pin, Preferences, RateBudget
from visitors.sandbox import documented
from visitors.team import memory

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
STARTED = "2026-05-05T12:00:00.000Z"


def on_the_site(*, url="/docs", started=STARTED, events=(), visitor_id=LEAD):
    """An answer of the realtime map with one visitor."""
    visitor = {"visitorId": str(visitor_id), "currentUrl": url, "sessionStartTime": started}
    return answer(200, {"status": "success", "data": {"visitors": [visitor], "recentEvents": list(events)}})


@pytest.fixture
def check(other_upstream, lumenkit, clock):
    """Make alerts from one answer of the realtime map. Return the kinds of the new ones."""

    def make(*behaviors):
        known = set(Alert.objects.values_list("pk", flat=True))
        other_upstream.behaviors = list(behaviors)
        clock.shift(60)
        number = alerts.make_alerts()
        new = Alert.objects.exclude(pk__in=known)
        assert number == new.count()
        return sorted(new.values_list("kind", flat=True))

    return make


@pytest.fixture
def pinned(member, lumenkit):
    memory.set_pinned(member, lumenkit, LEAD, is_pinned=True)


def test_a_pinned_visitor_alerts_once_per_visit(check, pinned):
    assert check(on_the_site()) == ["online"]
    assert check(on_the_site(url="/blog")) == []
    assert check(on_the_site(started="2026-05-06T12:00:00.000Z")) == ["online"]


def test_pricing_and_payments_alert_too(check, pinned):
    assert check(on_the_site(url="/pricing?plan=pro")) == ["online", "pricing"]
    payment = {"type": "payment", "visitorId": str(LEAD), "timestamp": STARTED}
    assert check(on_the_site(events=[payment, payment])) == ["paid"]
    seen = {"type": "pageview", "visitorId": str(LEAD), "path": "/pricing", "timestamp": STARTED}
    later = "2026-05-06T12:00:00.000Z"
    assert check(on_the_site(started=later, events=[seen])) == ["online", "pricing"]


def test_others_do_not_alert(check, pinned, viewer, lumenkit):
    assert check(on_the_site(visitor_id=UUID(documented.CUSTOMER.visitor_id))) == []


def test_each_user_has_their_own_alerts_while_they_see_the_website(check, pinned, viewer, lumenkit):
    memory.set_pinned(viewer, lumenkit, LEAD, is_pinned=True)
    assert check(on_the_site()) == ["online", "online"]
    Membership.objects.filter(user=viewer).delete()
    assert check(on_the_site(started="2026-05-06T12:00:00.000Z")) == ["online"]


@pytest.mark.parametrize("change", ["paused_at", "key_rejected_since"])
def test_only_websites_with_pins_that_may_be_called_are_asked(check, other_upstream, member, lumenkit, change):
    assert check(on_the_site()) == []
    assert other_upstream.requests == []
    memory.set_pinned(member, lumenkit, LEAD, is_pinned=True)
    type(lumenkit).objects.update(**{change: datetime.now(UTC)})
    assert check(on_the_site()) == []
    assert other_upstream.requests == []


def test_alerts_leave_calls_for_people(check, pinned, settings, lumenkit, other_upstream):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 2
    assert check(on_the_site()) == ["online"]
    LiveList.objects.update(called_at=datetime.now(UTC) - timedelta(minutes=1))
    alerts.make_alerts()
    assert sum(count for _, count in RateBudget.objects.get().calls) == 1


def test_a_visitor_who_is_erased_during_the_call_makes_no_alert(check, pinned, lumenkit, monkeypatch):
    ask = profiles.get_live_visitors

    def ask_and_erase(*args):
        found = ask(*args)
        erasure.erase(lumenkit, LEAD, by=None)
        return found

    monkeypatch.setattr(alerts.profiles, "get_live_visitors", ask_and_erase)
    assert check(on_the_site()) == []


def test_a_failing_datafast_makes_no_alert(check, pinned):
    assert check(answer(500, {})) == []
    assert check(answer(200, {"status": "success", "data": {"visitors": [{"visitorId": 7}, {}]}})) == []


def test_alerts_are_mailed_to_those_who_want_them(check, pinned, member, settings, monkeypatch):
    settings.SENDS_MAIL = True
    monkeypatch.setattr(alerts, "send_in_background", lambda message, _: message.send())
    member.email = "mina@example.com"
    member.save()
    check(on_the_site())
    assert mail.outbox == []
    Preferences.objects.create(user=member, alert_mail="on")
    check(on_the_site(url="/pricing", started="2026-05-06T12:00:00.000Z"))
    [message] = mail.outbox
    assert message.to == ["mina@example.com"]
    assert "2 alerts (lumenkit.example)" in message.subject
    assert f"/lumenkit/visitors/{LEAD}/" in message.body


def read_all(page):
    """What the button of the page sends."""
    [newest] = [field["value"] for field in Page(page).named("input") if field.get("name") == "newest"]
    return {"answer": "yes", "newest": newest}


def test_the_bell_counts_and_the_page_lists(check, pinned, browser_of_member, viewer, client):
    check(on_the_site())
    assert '<span class="bar-count">1' in browser_of_member.get("/").content.decode()
    html = browser_of_member.get("/alerts/").content.decode()
    assert "is on the site" in html
    assert f"/lumenkit/visitors/{LEAD}/" in html
    check(on_the_site(url="/pricing"))
    browser_of_member.post("/alerts/read/", read_all(html))
    # Not the one that came since the page was loaded.
    assert '<span class="bar-count">1' in browser_of_member.get("/").content.decode()
    browser_of_member.post("/alerts/read/", read_all(browser_of_member.get("/alerts/").content))
    assert "bar-count" not in browser_of_member.get("/").content.decode()
    client.force_login(viewer)
    assert str(LEAD) not in client.get("/alerts/").content.decode()


def test_alerts_of_a_website_that_the_user_no_longer_sees_are_hidden(check, pinned, browser_of_member, member):
    check(on_the_site())
    Membership.objects.filter(user=member).delete()
    html = browser_of_member.get("/alerts/").content.decode()
    assert str(LEAD) not in html
    assert "bar-count" not in html


def test_one_process_checks_a_minute(check, pinned, other_upstream):
    other_upstream.behaviors = [on_the_site()]
    alerts.check_if_due()
    alerts.check_if_due()
    assert len(other_upstream.requests) == 1
    assert Pin.objects.exists()
