"""The home page: every pasted text gets a clear answer."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from tests.access_tokens import new_token
from tests.page_reader import Page
from visitors.models import AuditEntry, KnownPerson, Membership, load_visitor_context
from visitors.sandbox import documented, tokens
from visitors.team import memory

LEAD = documented.RETURNING_LEAD.visitor_id
OTHER = documented.CUSTOMER.visitor_id


@pytest.fixture
def both_websites(member, pocketgarden):
    Membership.objects.create(website=pocketgarden, user=member)


def test_a_user_without_websites_learns_who_can_help(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("new"))
    response = client.get("/")
    assert response.status_code == 200
    assert "You don’t have access to a website yet. Ask a manager" in Page(response.content).text
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
        "a@shop.example b@shop.example " + "x" * 100,
        "x" * 1_000_000,
        "\x00\x01\x02 null \x7f" * 20,
        "<script>alert(1)</script>" * 5,
        "01890a5d-ac96-774b-bcce-b302099a8057",
        f"s{LEAD}",
        "%" * 50_000,
    ],
    ids=["nothing", "blanks", "emails", "1 MB", "control", "script", "v7", "visit", "percent"],
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
    html = browser_of_member.post("/", {"pasted": f"\n\n{'hello ' * 20}"}).content.decode()
    field = html.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    assert field == "\n\n\n" + "hello " * 20  # a browser drops the first line break


def test_a_too_long_text_is_refused_with_a_page(browser_of_member):
    response = browser_of_member.post("/", {"pasted": "x" * 3_000_000})
    assert response.status_code == 400
    assert "too long" in Page(response.content).text


def test_several_ids_are_listed_with_their_sources(browser_of_member):
    response = browser_of_member.post("/", {"pasted": f"{LEAD} and visitorId={OTHER}"}, follow=True)
    shown = Page(response.content)
    assert response.status_code == 200
    assert {f"/lumenkit/visitors/{LEAD}/", f"/lumenkit/visitors/{OTHER}/"} <= set(shown.links)
    assert "2 ids in what you pasted" in shown.text
    assert "From the field visitorId" in shown.text


def test_the_choice_has_an_address_that_loads_again(browser_of_member):
    response = browser_of_member.post("/", {"pasted": f"{LEAD} and {OTHER}"})
    assert response.status_code == 302
    first, again = (Page(browser_of_member.get(response.url).content).text for _ in range(2))
    assert first == again
    assert LEAD in again
    assert OTHER in again


def test_the_choice_names_visitors_that_the_user_opened_before(browser_of_member, sandbox):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    shown = Page(browser_of_member.post("/", {"pasted": f"{LEAD} and {OTHER}"}, follow=True).content).text
    assert "Priya RamanViewed just now From the text" in shown
    assert f"{OTHER} From the text" in shown
    assert shown.count("Viewed") == 1


def test_the_choice_names_visitors_of_colleagues_and_records_that(client, browser_of_member, viewer, sandbox):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    AuditEntry.unrestricted.all().delete()
    client.force_login(viewer)
    answer = client.post("/", {"pasted": f"{LEAD} and {OTHER}"})
    assert "Priya RamanViewed by a colleague" in Page(client.get(answer.url).content).text
    [entry] = AuditEntry.objects.all()
    assert (entry.user, str(entry.visitor_id), entry.action, entry.result) == (viewer, LEAD, "choice", "done")
    client.head(answer.url)
    assert "Priya" not in client.get(answer.url, headers={"Sec-Purpose": "prefetch"}).content.decode()
    assert AuditEntry.objects.count() == 1
    # It was no look at the journey.
    assert load_visitor_context(viewer, "lumenkit", UUID(LEAD)).shown_at is None


def test_names_that_cannot_be_recorded_are_not_shown(client, browser_of_member, viewer, sandbox):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    client.force_login(viewer)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE visitors_auditentry RENAME TO elsewhere")
    shown = Page(client.get(f"/?id={LEAD}&id={OTHER}").content).text
    assert "Priya" not in shown
    assert f"{LEAD}Viewed before" in shown


def test_the_choice_names_no_visitors_of_other_websites(client, browser_of_member, pocketgarden, sandbox):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    stranger = get_user_model().objects.create_user("sam")
    Membership.objects.create(website=pocketgarden, user=stranger)
    client.force_login(stranger)
    assert "Priya" not in Page(client.get(f"/?id={LEAD}&id={OTHER}").content).text


def test_each_choice_opens_on_its_own_website(browser_of_member, both_websites):
    text = f"https://desk.example/pocketgarden/visitors/{LEAD}/ https://desk.example/lumenkit/visitors/{OTHER}/"
    shown = Page(browser_of_member.post("/", {"pasted": text}, follow=True).content)
    assert {f"/pocketgarden/visitors/{LEAD}/", f"/lumenkit/visitors/{OTHER}/"} <= set(shown.links)


def test_the_address_of_a_choice_is_read_leniently(browser_of_member, both_websites):
    shown = Page(browser_of_member.get("/?id=nonsense&id=&on=pocketgarden&from=x").content)
    assert "in what you pasted" not in shown.text
    shown = Page(browser_of_member.get(f"/?id=1&id={LEAD.upper()}&on=no-website&from=a&from=<b>&id={LEAD}").content)
    assert "1 id in what you pasted" in shown.text
    assert f"/lumenkit/visitors/{LEAD}/" in shown.links
    assert browser_of_member.get(f"/?id={LEAD}&on=pocketgarden").url == f"/pocketgarden/visitors/{LEAD}/"


def test_the_address_of_a_choice_contains_any_text(browser_of_member):
    query = {"id": [LEAD, OTHER], "from": ["<b>\u202ex", "y" * 3_000], "on": ["../..", "//evil.example"]}
    response = browser_of_member.get("/", query)
    assert response.status_code == 200
    assert "From <b>\ufffdx" in Page(response.content).text
    assert f"/lumenkit/visitors/{LEAD}/" in Page(response.content).links


def test_the_address_of_a_choice_stays_short(browser_of_member):
    ids = " ".join(f"{number:08x}-989f-4cfa-91c6-2461c9e3c6bd" for number in range(200))
    response = browser_of_member.post("/", {"pasted": ids})
    assert len(response.url) < 6_000
    shown = Page(browser_of_member.get(response.url).content).text
    assert "The text contains more ids. These are the first 50." in shown
    many = " ".join(f"{'é' * 60}{number}={number:08x}-989f-4cfa-91c6-2461c9e3c6bd" for number in range(10))
    assert len(browser_of_member.post("/", {"pasted": many}).url) < 6_000


def test_an_id_under_another_name_needs_a_confirmation(browser_of_member):
    response = browser_of_member.post("/", {"pasted": f'{{"ajs_anonymous_id": "{LEAD}"}}'}, follow=True)
    assert response.status_code == 200
    assert "it belongs to something other than a visitor" in Page(response.content).text


def test_a_pasted_api_key_is_not_shown(browser_of_member):
    response = browser_of_member.post("/", {"pasted": f"Our key: {tokens.LUMENKIT_KEY}"})
    assert response.status_code == 422
    assert "This is a DataFast API key, which is a secret." in Page(response.content).text
    assert tokens.LUMENKIT_KEY not in response.content.decode()


def test_a_pasted_access_token_gets_into_no_address(browser_of_member, member):
    token = new_token(member)["Authorization"].split()[1]
    response = browser_of_member.post("/", {"pasted": token})
    assert response.status_code == 422
    assert "This is an access token, which is a secret." in Page(response.content).text
    assert token not in response.content.decode()
    assert token not in browser_of_member.post("/search/suggestions/", {"pasted": token}).content.decode()


@pytest.mark.parametrize(
    ("domain", "pasted"),
    [
        ("garden.example", "https://desk.example/pocketgarden/visitors/{id}/?kind=goal"),
        ("garden.example", "https://desk.lumenkit.example/pocketgarden/visitors/{id}/"),
        ("garden.example", "/pocketgarden/visitors/{id}/"),
        ("garden.example", "datafast_visitor_id\t{id}\t.garden.example\t/"),
        ("garden.example", '[{{"domain":".garden.example","name":"datafast_visitor_id","value":"{id}"}}]'),
        ("garden.example", '{{"domain":".lumenkit.example"}},{{"value":"{id}","domain":".garden.example"}}'),
        ("garden.example", 'System.Net.Cookie("datafast_visitor_id", "{id}", "/", ".garden.example")'),
        ("garden.example", "Website: garden.example\nVisitor: {id}"),
        ("garden.example", "https://www.garden.example/?_df_vid={id}"),
        ("www.garden.example", "https://garden.example/?_df_vid={id}"),
        ("www.garden.example", "https://app.garden.example/?_df_vid={id}"),
        ("münchen.example", "https://xn--mnchen-3ya.example/?_df_vid={id}"),
        ("xn--mnchen-3ya.example", "https://www.münchen.example/?_df_vid={id}"),
        ("xn--mnchen-3ya.example", "https://m%C3%BCnchen.example/?_df_vid={id}"),
        ("Garden.Example", "GARDEN.EXAMPLE/pricing {id}"),
        ("app.lumenkit.example", "https://app.lumenkit.example/?_df_vid={id}"),
        ("app.lumenkit.example", "https://eu.app.lumenkit.example/?_df_vid={id}"),
    ],
)
def test_the_text_around_an_id_selects_the_website(browser_of_member, both_websites, pocketgarden, domain, pasted):
    pocketgarden.domain = domain
    pocketgarden.save()
    form = {"pasted": pasted.format(id=LEAD), "website": "lumenkit", "offered": "lumenkit"}
    # The slug in a link of our own is certain. A domain says which website is asked first.
    is_link = "/pocketgarden/visitors/" in pasted
    expected = f"/pocketgarden/visitors/{LEAD}/" if is_link else f"/visitors/{LEAD}/?first=pocketgarden"
    assert browser_of_member.post("/", form).headers["Location"] == expected


@pytest.mark.parametrize(
    "pasted", ["https://notgarden.example/ {id}", "mina@garden.example {id}", "http://testserver/ {id}", "garden {id}"]
)
def test_other_hosts_leave_the_preselected_website(browser_of_member, both_websites, pocketgarden, pasted):
    pocketgarden.domain = "testserver" if "testserver" in pasted else "garden.example"
    pocketgarden.save()
    form = {"pasted": pasted.format(id=LEAD), "website": "lumenkit", "offered": "lumenkit"}
    assert browser_of_member.post("/", form).headers["Location"] == f"/visitors/{LEAD}/?first=lumenkit"


def test_an_id_opens_on_the_website_that_stored_it(browser_of_member, both_websites, sandbox):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    form = {"pasted": LEAD, "website": "pocketgarden", "offered": "pocketgarden"}
    assert browser_of_member.post("/", form).headers["Location"] == f"/lumenkit/visitors/{LEAD}/"
    form["offered"] = "lumenkit"
    assert browser_of_member.post("/", form).headers["Location"] == f"/pocketgarden/visitors/{LEAD}/"


def test_the_selected_website_is_used_and_remembered(browser_of_member, both_websites):
    form = {"pasted": LEAD, "website": "pocketgarden", "offered": "lumenkit"}
    assert browser_of_member.post("/", form).headers["Location"] == f"/pocketgarden/visitors/{LEAD}/"
    # … and asked first from then on. The form itself offers all of them.
    assert browser_of_member.post("/", {"pasted": OTHER}).url == f"/visitors/{OTHER}/?first=pocketgarden"
    assert "checked" in Page(browser_of_member.get("/").content).with_id("on-all")


def test_a_link_outranks_the_preselected_website(browser_of_member, both_websites, pocketgarden):
    form = {
        "pasted": f"https://www.{pocketgarden.domain}/?_df_vid={LEAD}",
        "website": "lumenkit",
        "offered": "lumenkit",
    }
    assert browser_of_member.post("/", form).headers["Location"] == f"/visitors/{LEAD}/?first=pocketgarden"
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
    assert "Key rejected" in Page(browser_of_member.get("/").content).text


def test_rejected_ids_are_mentioned_on_the_next_page(browser_of_member, sandbox):
    text = f"Both of these: {LEAD} 01890a5d-ac96-774b-bcce-b302099a8057"
    shown = Page(browser_of_member.post("/", {"pasted": text}, follow=True).content).text
    assert "01890a5d-ac96-774b-bcce-b302099a8057 was ignored. This UUID is version 7" in shown
    assert "Priya Raman" in shown
    choice = Page(browser_of_member.post("/", {"pasted": f"{text} {OTHER}"}, follow=True).content).text
    assert "01890a5d-ac96-774b-bcce-b302099a8057 was ignored." in choice


def test_anonymous_visitors_are_listed_by_place_and_system(browser_of_member, sandbox):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    browser_of_member.get(f"/lumenkit/visitors/{documented.ONE_PAGE.visitor_id}/")
    known = KnownPerson.objects.get(visitor_id=documented.ONE_PAGE.visitor_id)
    assert known.nickname == " · ".join((known.place.partition(", ")[0], known.system))
    shown = Page(browser_of_member.get("/").content).text
    assert known.nickname in shown
    assert "Priya Raman" in shown
    known.delete()
    assert "Anonymous visitor" in Page(browser_of_member.get("/").content).text


def test_pinned_visitors_are_listed_while_the_user_sees_the_website(client, member, viewer, lumenkit, sandbox):
    lead = UUID(documented.RETURNING_LEAD.visitor_id)
    for user in (member, viewer):
        client.force_login(user)
        client.get(f"/lumenkit/visitors/{lead}/")
    memory.set_pinned(viewer, lumenkit, lead, is_pinned=True)
    assert "Pinned" in client.get("/").content.decode()
    Membership.objects.filter(user=viewer).delete()
    assert "Pinned" not in client.get("/").content.decode()
    client.force_login(member)
    assert "Pinned" not in client.get("/").content.decode()
