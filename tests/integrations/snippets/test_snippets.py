"""The page of snippets, and what the snippets contain."""

from tests.page_reader import Page
from tests.sessions import sign_in
from visitors.integrations.snippets.snippets import make_bookmarklet, make_lines, make_links

ADDRESS = "https://desk.example/lumenkit/visitors/"
ANYWHERE = "https://desk.example/visitors/"


def test_links_contain_the_placeholder_of_each_tool():
    assert {link.name: link.text for link in make_links(ADDRESS, ANYWHERE)} == {
        "Zammad link": f"{ADDRESS}#{{ticket.datafast_visitor_id}}/",
        "Crisp button": f"{ADDRESS}{{conversation.meta.data.datafast_visitor_id}}/",
        "Link for other tools": f"{ADDRESS}VISITOR-ID/",
        "Link for several websites": f"{ANYWHERE}VISITOR-ID/",
    }


def test_browsers_keep_the_bookmarklet_as_it_is():
    text = make_bookmarklet(ADDRESS).text
    assert text.startswith("javascript:(")
    assert not set("%#\n\r\t") & set(text)
    assert "//" not in text.replace("https://", "")


def test_an_address_can_not_end_the_string_around_it():
    assert '"https://desk.example/\\"+x+\\"/"' in make_bookmarklet('https://desk.example/"+x+"/').text


def test_the_page_has_a_button_that_copies_each_snippet(settings, client, admin):
    settings.PUBLIC_URL = "https://desk.example"
    sign_in(client, admin)
    page = Page(client.get("/websites/lumenkit/integrations/snippets/").content)
    copied = [button["data-copy"] for button in page.named("button") if "data-copy" in button]
    snippets = (*make_links(ADDRESS, ANYWHERE), *make_lines(), make_bookmarklet(ADDRESS))
    assert copied == [snippet.text for snippet in snippets]
