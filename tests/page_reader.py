"""Reads a page as a person or a browser would: its text, its links, its forms' fields."""

from html.parser import HTMLParser

_UNSEEN = {"script", "style", "template", "title", "dialog", "symbol"}
_VOID = {
    "area",
    "base",
    "br",
    "col",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "path",
    "rect",
    "line",
    "circle",
    "wbr",
}


class Page(HTMLParser):
    """A parsed page. `text` is everything to read, in one line; `tags` are (name, attributes), in their order."""

    def __init__(self, html: str | bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._texts: list[str] = []
        self._unseen = 0
        self.feed(html.decode() if isinstance(html, bytes) else html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self._texts).split())

    @property
    def links(self) -> list[str]:
        """The targets of everything that leads somewhere: not of the icon, which is in the page itself."""
        leading = [attributes for _, attributes in self.tags if attributes.get("rel") != "icon"]
        return [attributes[name] or "" for attributes in leading for name in ("href", "src") if name in attributes]

    def named(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of each tag of this name."""
        return [attributes for tag, attributes in self.tags if tag == name]

    def with_id(self, wanted: str) -> dict[str, str | None]:
        """The attributes of the one tag with this id."""
        (found,) = [attributes for _, attributes in self.tags if attributes.get("id") == wanted]
        return found

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in _UNSEEN and tag not in _VOID:
            self._unseen += 1
        elif tag not in {"b", "bdi", "span", "strong", "abbr", "a", "time", "small", "wbr"}:
            self._texts.append(" ")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in _UNSEEN:
            self._unseen -= 1

    def handle_data(self, data):
        if not self._unseen:
            self._texts.append(data)
