"""The snippets of a website, made from the address of its visitors."""

import json
from dataclasses import dataclass

ATTRIBUTE = "datafast_visitor_id"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# The look-around keeps parts of longer numbers out.
_WHOLE_UUID = f"(?<![0-9a-f-]){_UUID}(?![0-9a-f-])"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text to copy. `name` is also the title; `hint` says in a sentence or two where it goes."""

    name: str
    hint: str
    text: str


def make_links(address: str, anywhere: str) -> list[Snippet]:
    """Return the link templates. The addresses are those below which visitors are: on the website, and on any."""
    return [
        Snippet(
            "Zammad link",
            f"The link template of a ticket attribute “{ATTRIBUTE}” (text). Zammad then shows the id as a link.",
            f"{address}#{{ticket.{ATTRIBUTE}}}/",
        ),
        Snippet(
            "Crisp button",
            "The URL of a button in a generic widget. The Crisp code below fills in the id.",
            f"{address}{{conversation.meta.data.{ATTRIBUTE}}}/",
        ),
        Snippet(
            "Link for other tools",
            "For every tool that has links with placeholders: replace VISITOR-ID with the tool’s placeholder.",
            f"{address}VISITOR-ID/",
        ),
        Snippet(
            "Link for several websites",
            "For a tool that several websites share. Journeydesk finds the website that knows the visitor.",
            f"{anywhere}VISITOR-ID/",
        ),
    ]


def make_lines() -> list[Snippet]:
    """Return the lines for the website, as JavaScript. Each passes the id from DataFast's cookie to a chat."""
    return [
        Snippet(
            "Chatwoot code",
            f"Goes after Chatwoot’s own script. Also create the contact attribute “{ATTRIBUTE}” (text) in Chatwoot.",
            _with_id(
                "const send = () => window.$chatwoot.setCustomAttributes({ datafast_visitor_id: id }); "
                'if (window.$chatwoot?.hasLoaded) send(); else window.addEventListener("chatwoot:ready", send);'
            ),
        ),
        Snippet(
            "Intercom code",
            f"Goes after Intercom’s own script. Also create the people attribute “{ATTRIBUTE}” (text) in Intercom.",
            _with_id('window.Intercom("update", { datafast_visitor_id: id });'),
        ),
        Snippet(
            "Crisp code",
            "Goes after Crisp’s own script. The Crisp button above needs it.",
            _with_id('window.$crisp.push(["set", "session:data", [[["datafast_visitor_id", id]]]]);'),
        ),
    ]


def make_bookmarklet(address: str) -> Snippet:
    """Return the bookmarklet: a bookmark that opens the visitor whose id is on the current page.

    Looked through in this order: the selection, DataFast's cookie, an id behind the attribute's name, the text, the
    fields, the links. Only the id goes into the address that it opens.
    """
    # No comment, line break or percent sign: browsers change those in addresses.
    code = (
        f"(() => {{ const uuid = /{_WHOLE_UUID}/i; "
        f"const named = /{ATTRIBUTE}[^0-9a-z]{{1,9}}({_UUID})(?![0-9a-f-])/i; "
        'const text = document.body.innerText || ""; '
        'const inputs = document.querySelectorAll("input:not([type=password]), textarea"); '
        "const fields = [...inputs].map((one) => one.value); "
        "const links = [...document.links].map((one) => one.href); "
        "const found = (String(getSelection()).match(uuid) || [])[0] "
        "|| [document.cookie, text, ...links].map((one) => (one.match(named) || [])[1]).find(Boolean) "
        "|| [text, ...fields, ...links].map((one) => (one.match(uuid) || [])[0]).find(Boolean); "
        f'if (found) window.open({json.dumps(address)} + found.toLowerCase() + "/", "_blank", "noopener"); '
        'else alert("There is no visitor id on this page."); })();'
    )
    return Snippet(
        "Bookmarklet",
        "Save it as the URL of a bookmark. It opens the visitor whose id is selected, or else is on the page.",
        f"javascript:{code}",
    )


def _with_id(line: str) -> str:
    """Return JavaScript that runs the line with DataFast's visitor id as `id`, if there is one yet."""
    read = f"document.cookie.match(/(?:^|; ){ATTRIBUTE}=({_UUID})/i)?.[1]"
    return f"(() => {{ const id = {read}; if (!id) return; {line} }})();"
