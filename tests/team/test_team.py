"""Notes, pins, owners and tags."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import OperationalError

from tests.concurrency import beside
from tests.page_reader import Page
from visitors import profiles
from visitors.audit import erasure, retention
from visitors.models import TEAM_MODELS, Alert, Membership, Note, Ownership, Pin, Snapshot, Tag, VisitorTag
from visitors.roles import Role
from visitors.sandbox import documented
from visitors.team import memory

pytestmark = pytest.mark.usefixtures("sandbox")

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
OTHER = UUID(documented.CUSTOMER.visitor_id)
URL = f"/lumenkit/visitors/{LEAD}/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def colleague(person_with_role):
    return person_with_role("carl", Role.MEMBER)


@pytest.fixture
def send(browser_of_member, lumenkit):
    """Send a form of the team's part of the page of a stored visitor, and return what comes back."""
    profiles.get_profile(lumenkit, LEAD)

    def post(path, **values):
        values.setdefault("forms", "")
        response = browser_of_member.post(f"{URL}{path}", values, headers=HTMX)
        assert response.status_code == 200
        return response.content.decode()

    return post


def test_a_note_is_plain_text_with_its_author_and_time(send, member, browser_of_member):
    html = send("notes/", text="<b>Call</b> her\r\nbefore Friday\u202e ")
    note = Note.objects.get()
    assert note.text == "<b>Call</b> her\nbefore Friday\N{REPLACEMENT CHARACTER}"
    assert (note.author, note.author_name) == (member, "mina")
    for page in (html, browser_of_member.get(URL).content.decode()):
        assert "&lt;b&gt;Call&lt;/b&gt; her" in page
        assert "mina" in page
    assert "<b>Call" not in html


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "Write something first."), (" \n ", "Write something"), ("x" * 2001, "at most 2,000")]
)
def test_a_note_that_cannot_be_kept_stays_in_its_field(send, text, sentence):
    html = send("notes/", text=text)
    assert sentence in html
    assert not text.strip() or text in html
    assert not Note.objects.exists()


def test_authors_change_their_own_notes_only(send, browser_of_member, member, colleague, lumenkit):
    memory.add_note(member, lumenkit, LEAD, "Mine.")
    memory.add_note(colleague, lumenkit, LEAD, "His.")
    mine, his = Note.objects.get(author=member), Note.objects.get(author=colleague)
    html = send(f"notes/{mine.pk}/", text="Mine, changed.")
    assert "Mine, changed." in html
    assert ", edited" in html
    for values in ({"text": "Changed."}, {"delete": "yes"}):
        assert browser_of_member.post(f"{URL}notes/{his.pk}/", values).status_code == 404
        other = f"/lumenkit/visitors/{OTHER}/notes/{mine.pk}/"
        assert browser_of_member.post(other, values).status_code == 404
    assert "Mine, changed." not in send(f"notes/{mine.pk}/", delete="yes")
    assert list(Note.objects.values_list("text", flat=True)) == ["His."]


def test_a_note_outlives_its_author_s_account(member, colleague, lumenkit, send):
    memory.add_note(colleague, lumenkit, LEAD, "His.")
    colleague.delete()
    html = send("pin/", pinned="yes")
    assert "His." in html
    assert "carl" in html


def test_a_pin_is_a_user_s_own(send, member, colleague, lumenkit):
    memory.set_pinned(colleague, lumenkit, LEAD, is_pinned=True)
    assert 'aria-pressed="true"' in send("pin/", pinned="yes")
    send("pin/", pinned="yes")
    assert Pin.objects.count() == 2
    assert 'aria-pressed="false"' in send("pin/", pinned="no")
    assert Pin.objects.get().user == colleague


def test_members_and_managers_can_own_a_visitor(send, member, admin, viewer, lumenkit):
    stranger = get_user_model().objects.create_user("sam")
    assert "Owner: <bdi>ada</bdi>" in send("owner/", owner=admin.pk)
    for nobody in (viewer.pk, stranger.pk, "x"):
        assert "no longer a member" in send("owner/", owner=nobody)
    assert Ownership.objects.get().owner == admin
    send("owner/", owner=member.pk)
    assert Ownership.objects.get().owner == member
    send("owner/", owner="")
    assert not Ownership.objects.exists()


def test_tags_come_from_the_website_s_list(send, lumenkit, pocketgarden):
    for website, name in ((lumenkit, "hot"), (lumenkit, "partner"), (pocketgarden, "foreign")):
        Tag.objects.create(website=website, name=name)
    send("tags/", tags="", tag=["hot", "foreign", "invented"])
    assert list(VisitorTag.objects.values_list("tag__name", flat=True)) == ["hot"]
    send("tags/", tags=["", "hot"], tag=["partner"])
    assert list(VisitorTag.objects.values_list("tag__name", flat=True)) == ["partner"]
    send("tags/", tags=["", "partner"])
    assert not VisitorTag.objects.exists()


def test_a_form_changes_no_tags_that_a_colleague_changed_since(send, lumenkit):
    Tag.objects.bulk_create(Tag(website=lumenkit, name=name) for name in ("hot", "partner", "late"))
    memory.set_tags(lumenkit, LEAD, ["hot"])
    fields = Page(send("pin/", pinned="yes")).named("input")
    shown = [field.get("value", "") for field in fields if field.get("name") == "tags"]
    memory.set_tags(lumenkit, LEAD, ["late"], shown=["hot"])
    send("tags/", tags=shown, tag=["hot", "partner"])
    assert set(VisitorTag.objects.values_list("tag__name", flat=True)) == {"late", "partner"}


def test_managers_keep_the_list_of_tags(client, admin, lumenkit):
    client.force_login(admin)
    client.post("/websites/lumenkit/tags/", {"tags": "Hot,  hot , key  account,,"})
    assert list(Tag.objects.values_list("name", flat=True)) == ["hot", "key account"]
    memory.set_tags(lumenkit, LEAD, ["hot"])
    client.post("/websites/lumenkit/tags/", {"tags": "key account"})
    assert list(Tag.objects.values_list("name", flat=True)) == ["key account"]
    assert not VisitorTag.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_tag_is_removed_while_a_visitor_gets_it(send, lumenkit):
    Tag.objects.create(website=lumenkit, name="hot")
    remove = partial(memory.save_tags, lumenkit, [], shown=["hot"])
    tagging = ('INSERT INTO "visitors_visitortag"', 'INSERT OR IGNORE INTO "visitors_visitortag"')
    with beside(tagging, remove) as outcomes:
        send("tags/", tags="", tag="hot")
    assert outcomes == [None]
    assert not VisitorTag.objects.exists()


def test_a_form_keeps_the_changes_of_another_manager(client, admin, lumenkit):
    Tag.objects.bulk_create(Tag(website=lumenkit, name=name) for name in ("cold", "hot"))
    client.force_login(admin)
    assert 'name="shown" value="cold, hot"' in client.get("/websites/lumenkit/tags/").content.decode()
    memory.save_tags(lumenkit, ["hot", "vip"], shown=["cold", "hot"])
    client.post("/websites/lumenkit/tags/", {"tags": "cold, hot, new", "shown": "cold, hot"})
    assert set(Tag.objects.values_list("name", flat=True)) == {"hot", "vip", "new"}


def test_a_tag_with_another_case_stays_on_its_visitors(client, admin, lumenkit):
    Tag.objects.create(website=lumenkit, name="hot")
    memory.set_tags(lumenkit, LEAD, ["hot"])
    client.force_login(admin)
    client.post("/websites/lumenkit/tags/", {"tags": "Hot, new"})
    assert list(VisitorTag.objects.values_list("tag__name", flat=True)) == ["Hot"]
    assert set(Tag.objects.values_list("name", flat=True)) == {"Hot", "new"}


@pytest.mark.parametrize(
    ("tags", "sentence"), [(", ".join(f"t{n}" for n in range(21)), "at most 20 tags"), ("x" * 31, "at most 30 char")]
)
def test_a_list_of_tags_has_limits(client, admin, lumenkit, tags, sentence):
    client.force_login(admin)
    response = client.post("/websites/lumenkit/tags/", {"tags": tags})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Tag.objects.exists()


def test_viewers_read_and_pin_but_do_not_write(client, viewer, member, lumenkit):
    memory.add_note(member, lumenkit, LEAD, "Call her.")
    client.force_login(viewer)
    html = client.get(f"{URL}team/?forms", headers=HTMX).content.decode()
    assert "Call her." in html
    assert "textarea" not in html
    assert client.post(f"{URL}pin/", {"pinned": "yes"}, headers=HTMX).status_code == 200


def test_the_forms_stay_open_until_done(browser_of_member):
    closed = browser_of_member.post(f"{URL}pin/", {"pinned": "yes"}, headers=HTMX).content.decode()
    assert "New note" not in closed
    assert "New note" in browser_of_member.get(f"{URL}team/?forms", headers=HTMX).content.decode()


def test_without_a_script_the_forms_are_a_page(browser_of_member):
    assert "New note" in browser_of_member.get(f"{URL}team/").content.decode()
    too_long = "x" * 2001
    response = browser_of_member.post(f"{URL}notes/", {"text": too_long})
    assert response.status_code == 422
    assert "at most 2,000" in response.content.decode()
    assert too_long in response.content.decode()


def test_a_change_that_cannot_be_kept_stays_in_the_field_of_its_note(send, member, lumenkit):
    memory.add_note(member, lumenkit, LEAD, "Mine.")
    mine, too_long = Note.objects.get(), "x" * 2001
    fields = re.findall("<textarea[^>]*>([^<]*)<", send(f"notes/{mine.pk}/", text=too_long))
    assert fields == [too_long, ""]


@pytest.mark.parametrize(("headers", "status"), [(HTMX, 200), ({}, 503)])
def test_a_note_that_the_database_refuses_stays_in_its_field(send, browser_of_member, monkeypatch, headers, status):
    def fail(*_):
        raise OperationalError("database or disk is full")

    send("pin/", pinned="yes")
    monkeypatch.setattr(memory, "add_note", fail)
    response = browser_of_member.post(f"{URL}notes/", {"text": "Call her.", "forms": ""}, headers=headers)
    assert response.status_code == status
    assert "nothing was saved" in response.content.decode()
    assert "Call her." in response.content.decode()


def test_nothing_is_written_about_an_erased_visitor(send, member, admin, lumenkit):
    Tag.objects.create(website=lumenkit, name="hot")
    remember(member, lumenkit, LEAD)
    erasure.erase(lumenkit, LEAD, by=admin)
    html = send("notes/", text="Call Priya.")
    assert "erased" in html
    assert "Call Priya." in html
    for path, values in (
        ("pin/", {"pinned": "yes"}),
        ("owner/", {"owner": admin.pk}),
        ("tags/", {"tags": "", "tag": ["hot"]}),
    ):
        assert "erased" in send(path, **values)
    assert not any(model.objects.exists() for model in TEAM_MODELS)


def remember(user, website, visitor_id):
    """Make a row of each kind about a visitor."""
    tag, _ = Tag.objects.get_or_create(website=website, name="hot")
    memory.add_note(user, website, visitor_id, "Call her.")
    memory.set_tags(website, visitor_id, [tag.name])
    memory.set_owner(website, visitor_id, user)
    memory.set_pinned(user, website, visitor_id, is_pinned=True)
    now = datetime.now(UTC)
    about = {"user": user, "website": website, "visitor_id": visitor_id}
    Alert.objects.create(**about, kind=Alert.Kind.PAID, visit_started_at=now, at=now, name="Priya")


def test_erasing_a_visitor_erases_what_the_team_knows(member, lumenkit, pocketgarden):
    for website, visitor_id in ((lumenkit, LEAD), (lumenkit, OTHER), (pocketgarden, LEAD)):
        remember(member, website, visitor_id)
    assert erasure.find_traces(lumenkit, LEAD).team_rows == 5
    assert erasure.erase(lumenkit, LEAD, by=member).team_rows == 5
    for model in TEAM_MODELS:
        left = set(model.objects.values_list("website__slug", "visitor_id"))
        assert left == {("lumenkit", OTHER), ("pocketgarden", LEAD)}


def test_notes_are_kept_as_long_as_the_profile_or_while_somebody_cares(member, lumenkit, settings):
    kept, stored, owned, pinned, old = (UUID(int=number, version=4) for number in range(1, 6))
    now = datetime.now(UTC)
    past = now - timedelta(days=settings.RETENTION_DAYS + 1)
    Tag.objects.create(website=lumenkit, name="hot")
    with time_machine.travel(past, tick=False):
        for visitor_id in (stored, owned, pinned, old):
            memory.add_note(member, lumenkit, visitor_id, "Call.")
            memory.set_tags(lumenkit, visitor_id, ["hot"])
    memory.add_note(member, lumenkit, kept, "Call.")
    Snapshot.objects.create(website=lumenkit, visitor_id=stored, fetched_at=now, version="1", answer_compressed=b"")
    memory.set_owner(lumenkit, owned, member)
    memory.set_pinned(member, lumenkit, pinned, is_pinned=True)
    deleted = retention.purge()
    assert (deleted["note"], deleted["tag"]) == (1, 1)
    assert set(Note.objects.values_list("visitor_id", flat=True)) == {kept, stored, owned, pinned}
    assert set(VisitorTag.objects.values_list("visitor_id", flat=True)) == {stored, owned, pinned}


def test_a_removed_website_takes_everything_along(member, lumenkit):
    remember(member, lumenkit, LEAD)
    Membership.objects.all().delete()
    lumenkit.delete()
    assert not any(model.objects.exists() for model in TEAM_MODELS)


def test_an_owner_who_lost_their_role_is_shown_as_that(send, browser_of_member, colleague, lumenkit):
    assert "Owner: <bdi>carl</bdi>" in send("owner/", owner=str(colleague.pk))
    Membership.objects.filter(user=colleague, website=lumenkit).delete()
    assert "Owner: <bdi>carl (no longer a member)</bdi>" in browser_of_member.get(URL).content.decode()
    assert memory.load_owner_names(lumenkit, [LEAD]) == {LEAD: "carl (no longer a member)"}


def test_a_changed_note_renews_the_timeline(browser_of_member, lumenkit):
    profiles.get_profile(lumenkit, LEAD)

    def event_of(path, **values):
        return browser_of_member.post(f"{URL}{path}", values, headers=HTMX).headers.get("HX-Trigger", "")

    assert "notes-changed" in event_of("notes/", text="Call.")
    assert "notes-changed" in event_of(f"notes/{Note.objects.get().pk}/", delete="yes")
    assert not event_of("notes/", text="")
    assert not event_of("pin/", pinned="yes")
    assert "notes-changed from:body" in browser_of_member.get(URL).content.decode()
