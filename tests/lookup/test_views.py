"""The home page: every pasted text gets a clear answer."""

from datetime import UTC, datetime

import pytest

from tests.page_reader import Page
from visitors.models import Membership
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
OTHER = documented.CUSTOMER.visitor_id


@pytest.fixture
def both_websites(member, pocketgarden):
    Membership.objects.create(website=pocketgarden, user=member)


def test_a_user_without_websites_learns_who_can_help(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("new"))
    response = client.get("/")
    assert response.status_code == 200
    assert "None yet. An admin of a website can give you a role on it." in Page(response.content).text
    assert client.post("/", {"pasted": LEAD}).status_code == 200


@pytest.mark.parametrize(
    "pasted",
    [
        LEAD,
        LEAD.upper(),
        f"  “{LEAD}”\n",
        f"Cookie: a=b; datafast_visitor_id={LEAD}; c=d",
        f"https://lumenkit.example/pricing?_df_vid={LEAD}&_df_sid=s{OTHER}",
        f'{{"metadata": {{"datafast_visitor_id": "{LEAD}"}}}}',
    ],
)
def test_a_single_id_opens_its_journey(browser_of_member, pasted):
    response = browser_of_member.post("/", {"pasted": pasted})
    assert (response.status_code, response.headers["Location"]) == (302, f"/lumenkit/visitors/{LEAD}/")


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        " \n\t ",
        "hello",
        "mina@example.com",
        "x" * 1_000_000,
        "\x00\x01\x02 null \x7f",
        "<script>alert(1)</script>",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        f"s{LEAD}",
        "%" * 50_000,
    ],
    ids=["nothing", "blanks", "word", "email", "1 MB", "control", "script", "v7", "visit", "percent"],
)
def test_a_text_without_an_id_comes_back_with_a_sentence(browser_of_member, pasted):
    response = browser_of_member.post("/", {"pasted": pasted})
    shown = Page(response.content)
    assert response.status_code == 422
    assert shown.with_id("pasted")["aria-invalid"] == "true"
    assert shown.with_id("pasted-problem")
    assert not [tag for tag in shown.named("script") if "src" not in tag]
    if pasted.isprintable():
        assert pasted in shown.text


def test_leading_empty_lines_stay_in_the_field(browser_of_member):
    html = browser_of_member.post("/", {"pasted": "\n\nhello"}).content.decode()
    field = html.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    assert field == "\n\n\nhello"  # a browser drops the first line break


def test_a_too_long_text_is_refused_with_a_page(browser_of_member):
    response = browser_of_member.post("/", {"pasted": "x" * 3_000_000})
    assert response.status_code == 400
    assert "it was too long" in Page(response.content).text


def test_several_ids_are_listed_with_their_sources(browser_of_member):
    response = browser_of_member.post("/", {"pasted": f"{LEAD} and visitorId={OTHER}"})
    shown = Page(response.content)
    assert response.status_code == 200
    assert {f"/lumenkit/visitors/{LEAD}/", f"/lumenkit/visitors/{OTHER}/"} <= set(shown.links)
    assert "2 ids in what you pasted" in shown.text
    assert "from the field visitorId" in shown.text


def test_an_id_under_another_name_needs_a_confirmation(browser_of_member):
    response = browser_of_member.post("/", {"pasted": f'{{"ajs_anonymous_id": "{LEAD}"}}'})
    assert response.status_code == 200
    assert "it may belong to something other than a visitor" in Page(response.content).text


def test_the_selected_website_is_used_and_remembered(browser_of_member, both_websites):
    form = {"pasted": LEAD, "website": "pocketgarden", "offered": "lumenkit"}
    assert browser_of_member.post("/", form).headers["Location"] == f"/pocketgarden/visitors/{LEAD}/"
    # … and preselected from then on.
    shown = Page(browser_of_member.get("/").content)
    assert "checked" in shown.with_id("on-pocketgarden")


def test_a_link_outranks_the_preselected_website(browser_of_member, both_websites, pocketgarden):
    form = {
        "pasted": f"https://www.{pocketgarden.domain}/?_df_vid={LEAD}",
        "website": "lumenkit",
        "offered": "lumenkit",
    }
    assert browser_of_member.post("/", form).headers["Location"] == f"/pocketgarden/visitors/{LEAD}/"
    form["website"], form["offered"] = "lumenkit", "pocketgarden"
    assert browser_of_member.post("/", form).headers["Location"] == f"/lumenkit/visitors/{LEAD}/"


def test_a_website_without_a_role_cannot_be_selected(browser_of_member, pocketgarden):
    form = {"pasted": LEAD, "website": "pocketgarden"}
    assert browser_of_member.post("/", form).headers["Location"] == f"/lumenkit/visitors/{LEAD}/"


def test_the_browser_s_own_visitor_can_be_opened(browser_of_member):
    assert "The visitor of this browser" not in Page(browser_of_member.get("/").content).text
    browser_of_member.cookies["datafast_visitor_id"] = LEAD
    assert "/lumenkit/visitors/current/" in Page(browser_of_member.get("/").content).links
    response = browser_of_member.get("/lumenkit/visitors/current/")
    assert response.headers["Location"] == f"/lumenkit/visitors/{LEAD}/"


@pytest.mark.parametrize("cookie", [None, "nonsense"])
def test_a_browser_without_a_visitor_gets_an_explanation(browser_of_member, cookie):
    if cookie:
        browser_of_member.cookies["datafast_visitor_id"] = cookie
    response = browser_of_member.get("/lumenkit/visitors/current/")
    assert response.status_code == 404
    assert "No visitor in this browser" in Page(response.content).text


def test_a_rejected_key_is_shown_beside_its_website(browser_of_member, lumenkit, clock):
    lumenkit.key_rejected_since = datetime.now(UTC)
    lumenkit.save()
    assert "Key refused" in Page(browser_of_member.get("/").content).text


def test_rejected_ids_are_mentioned_on_the_next_page(browser_of_member, sandbox):
    text = f"Both of these: {LEAD} 01890a5d-ac96-774b-bcce-b302099a8057"
    shown = Page(browser_of_member.post("/", {"pasted": text}, follow=True).content).text
    assert "01890a5d-ac96-774b-bcce-b302099a8057 was passed over. This UUID is version 7" in shown
    assert "Priya Raman" in shown
    choice = Page(browser_of_member.post("/", {"pasted": f"{text} {OTHER}"}).content).text
    assert "01890a5d-ac96-774b-bcce-b302099a8057 was passed over." in choice
