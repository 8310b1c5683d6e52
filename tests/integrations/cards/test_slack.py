"""The slash command: who the Slack user is, what their role lets them see, and how the answer is written."""

import json
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from tests.faulty_upstream import answer
from tests.integrations.cards.programs import SECRETS, SLACK_ID, TEAM, ask, command, texts
from tests.lookup.people.people import add_person
from tests.page_reader import Page
from tests.sessions import sign_in
from visitors import profiles
from visitors.integrations.cards import slack_users
from visitors.integrations.cards.answers import Member
from visitors.models import AuditEntry, Membership, SlackAccount
from visitors.roles import Role
from visitors.sandbox import documented, tokens

LEAD = documented.RETURNING_LEAD.visitor_id
OTHER = documented.CUSTOMER.visitor_id
EMAIL = "priya.raman@northwind-freight.example"
VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


@pytest.fixture
def stored(sandbox, lumenkit):
    return profiles.get_profile(lumenkit, UUID(LEAD))


def type_(text, number=0, **more):
    """Type a text after the command."""
    return ask("slack", command(text, number, **more))


def link_of(response):
    """The path of the address that connects an account."""
    (address,) = [word for word in texts(response).replace("<", " ").replace("|", " ").split() if "/slack/" in word]
    return address.removeprefix("http://testserver")


def check_message(response):
    """Check an answer against the documented form of messages, and return its blocks."""
    message = json.loads(response.content)
    assert set(message) == {"response_type", "text", "blocks"}
    assert message["response_type"] == "ephemeral"
    assert len(message["blocks"]) <= 50
    for block in message["blocks"]:
        objects = [block["text"]] if "text" in block else block.get("fields") or block["elements"]
        assert block["type"] in {"section", "context"}
        assert 1 <= len(objects) <= 10
        for one in objects:
            assert 1 <= len(one["text"]) <= (3000 if "text" in block else 2000)
            if one["type"] == "mrkdwn":
                assert one["verbatim"] is True
                assert one["text"].count("<") == one["text"].count("|") == one["text"].count("<http://testserver/")
            else:
                assert (one["type"], one["emoji"]) == ("plain_text", False)
                assert not {"<", ">"} & set(one["text"])
                assert "&" not in one["text"].replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    return message["blocks"]


# Linking


def test_a_slack_user_is_linked_once_by_a_signed_in_user(stored, slack, member):
    first = type_(LEAD)
    assert "Connect your Slack account first" in texts(first)
    assert "Priya" not in texts(first)
    browser = Client()
    path = link_of(first)
    assert browser.get(path).status_code == 302
    sign_in(browser, member)
    page = Page(browser.get(path).content)
    assert "Is this your Slack account?" in page.text
    assert not SlackAccount.objects.exists()  # GET changes nothing
    assert "Connected" in Page(browser.post(path, {"answer": "yes"}).content).text
    account = SlackAccount.objects.get()
    assert (account.user, account.team_id, account.slack_id) == (member, TEAM, SLACK_ID)
    assert "Priya Raman" in texts(type_(LEAD, 1))
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.user_name, entry.source, entry.action) == (member, "mina", "slack", "summary")


def test_a_link_needs_a_role_on_the_website(slack, pocketgarden):
    path = link_of(type_(LEAD))
    browser = Client()
    stranger = get_user_model().objects.create_user("stranger")
    Membership.objects.create(website=pocketgarden, user=stranger, role=Role.ADMIN)
    sign_in(browser, stranger)
    for response in (browser.get(path), browser.post(path, {"answer": "yes"})):
        assert response.status_code == 404
        assert "no role" in Page(response.content).text
    assert not SlackAccount.objects.exists()


def test_a_link_expires(slack, browser_of_member, clock):
    path = link_of(type_(LEAD))
    clock.shift(slack_users.LINK_VALID_FOR.total_seconds() + 1)
    response = browser_of_member.post(path, {"answer": "yes"})
    assert response.status_code == 404
    assert "has expired" in Page(response.content).text


def test_an_invented_link_is_refused(slack, browser_of_member):
    for signed in ("x", "x:y:z", signing.dumps([slack.pk, "T", "U", "n"], salt="another")):
        response = browser_of_member.post(reverse("link_slack", args=[signed]), {"answer": "yes"})
        assert response.status_code == 404


def test_a_link_without_its_button_changes_nothing(slack, browser_of_member):
    assert browser_of_member.post(link_of(type_(LEAD)), {}).status_code == 400
    assert not SlackAccount.objects.exists()


def test_a_link_does_not_take_an_account_from_its_user(linked, viewer, slack):
    path = reverse("link_slack", args=[slack_users.sign_link(slack, Member(TEAM, SLACK_ID, "mina"))])
    browser = Client()
    sign_in(browser, viewer)
    response = browser.post(path, {"answer": "yes"})
    assert response.status_code == 404
    assert "linked already" in Page(response.content).text
    assert SlackAccount.objects.get().user == linked.user


def test_a_link_of_one_website_says_nothing_on_another(linked, integration, pocketgarden, member):
    Membership.objects.create(website=pocketgarden, user=member)
    other = integration("intercom")
    other.website, other.kind = pocketgarden, "slack"
    other.save()
    response = ask("slack", command(LEAD), secret=SECRETS["intercom"], slug="pocketgarden")
    assert "Connect your Slack account first" in texts(response)


def test_unlinking(linked, sandbox):
    assert "Unlinked" in texts(type_(" Unlink "))
    assert not SlackAccount.objects.exists()


# Roles


def test_the_role_counts_at_every_command(linked, stored, member):
    assert "Priya Raman" in texts(type_(LEAD))
    Membership.objects.filter(user=member).delete()
    refused = type_(LEAD, 1)
    assert "No access" in texts(refused)
    assert "Priya" not in texts(refused)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_superuser": True}])
def test_neither_deactivated_users_nor_administrators_without_a_role_see_anyone(linked, stored, member, change):
    get_user_model().objects.filter(pk=member.pk).update(**change)
    if "is_superuser" in change:
        Membership.objects.filter(user=member).delete()
    assert "Priya" not in texts(type_(EMAIL))
    assert not AuditEntry.objects.exists()


def test_another_member_of_the_workspace_is_not_linked(linked, stored):
    assert "Connect your Slack account first" in texts(type_(LEAD, user_id="U999"))
    assert "Connect your Slack account first" in texts(type_(LEAD, 1, team_id="T999"))


# What is typed


@pytest.mark.parametrize(
    "text",
    [
        LEAD,
        f"datafast_visitor_id={LEAD}; datafast_session_id=s{OTHER}",
        f"<https://lumenkit.example/?_df_vid={LEAD}&amp;x=1>",
        f"<https://desk.example.com/lumenkit/visitors/{LEAD}/|the journey>",
        f"<mailto:{EMAIL}|{EMAIL}>",
        EMAIL.upper(),
        "Priya Raman",
        "priya",
    ],
)
def test_ids_links_cookies_emails_and_names_are_looked_up(linked, stored, text):
    response = type_(text)
    assert "Priya Raman" in texts(response)
    check_message(response)


def test_several_people_are_a_short_list(linked, sandbox, lumenkit):
    for number in range(7):
        add_person(lumenkit, name=f"Ines {number} <b>*x*</b>", email=f"ines{number}@example.org")
    response = type_("ines")
    blocks = check_message(response)
    assert "More than 5 people found" in texts(response)
    assert texts(response).count("Open journey") == 5
    assert "/search/?q=ines" in json.dumps(blocks)
    entries = AuditEntry.objects.values_list("action", "source", "user_name")
    assert list(entries) == [("list", "slack", "mina")] * 5


def test_several_ids_are_listed_without_names(linked, stored):
    response = type_(f"{LEAD} {OTHER}")
    check_message(response)
    assert "2 visitor ids in this text" in texts(response)
    assert "Priya" not in texts(response)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Type a visitor id"),
        ("   ", "Type a visitor id"),
        ("nobody@example.org", "No one who was looked up"),
        ("zebra", "matches “zebra”"),
        (LEAD[:-4], "cut off"),
        (tokens.LUMENKIT_KEY, "which is a secret"),
        ("x" * 5_000, "Type a visitor id"),
    ],
)
def test_other_texts_get_a_clear_answer(linked, sandbox, text, said):
    response = type_(text)
    assert response.status_code == 200
    check_message(response)
    assert said in texts(response)


def test_what_can_not_be_recorded_is_not_shown(linked, sandbox, lumenkit, monkeypatch):
    def fail(*rows, **fields):
        raise DatabaseError("database or disk is full")

    for number in range(2):
        add_person(lumenkit, name=f"Ines {number}")
    monkeypatch.setattr(AuditEntry.objects, "bulk_create", fail)
    response = type_("ines")
    assert response.status_code == 503
    assert "Ines" not in texts(response)


def test_hostile_text_is_escaped(linked, lumenkit, other_upstream):
    hostile = "<!channel> <@U1> <https://evil.example|pay> & *bold* `x` _y_ :skull: " + "&" * 3_000
    data = {
        "visitorId": VISITOR,
        "identity": {"city": hostile, "params": {"utm_source": hostile}},
        "activity": {"visitedPages": [{"url": f"x.example/{hostile}", "timestamp": "2026-05-04T12:00:00.000Z"}]},
        "profile": {"metadata": {"name": hostile, "company": hostile, "plan": hostile, "email": "jo@example.org"}},
    }
    other_upstream.behaviors = [answer(200, {"status": "success", "data": data})]
    response = type_(VISITOR)
    check_message(response)
    assert "&lt;!channel&gt;" in texts(response)
    assert "<!channel>" not in texts(response)
