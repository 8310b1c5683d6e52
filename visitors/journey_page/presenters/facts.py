"""A term with what is known of it, and a button that copies a text."""

from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from visitors.formatting import DisplayTime, add_line_breaks


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what is known of it: text, or a time. `copy_name` ("the email address") offers the text to copy."""

    term: str
    text: str = ""
    time: DisplayTime | None = None
    copy_name: str = ""

    @property
    def html(self) -> SafeString:
        """The row in its list, as HTML."""
        known = self.time
        if known is None:
            html = f"<bdi>{add_line_breaks(self.text)}</bdi>"
        else:
            html = f'<time datetime="{known.iso}" title="{escape(known.title)}">{escape(known.text)}</time>'
        # A narrow no-break space: behind an ordinary one browsers may put the button alone into the next line.
        copy = f"&#8239;{copy_button(self.text, self.copy_name)}" if self.copy_name else ""
        return mark_safe(f"<div><dt><bdi>{escape(self.term)}</bdi></dt><dd>{html}{copy}</dd></div>")  # noqa: S308 escaped


def copy_button(text: str, name: str, *, key: str = "") -> SafeString:
    """A button that copies this text; `name` says what it is: "the email address". `key` is its id in the page."""
    own = f' id="{key}"' if key else ""
    icons = "".join(f'<svg class="icon" aria-hidden="true"><use href="#i-{icon}"/></svg>' for icon in ("copy", "done"))
    attributes = f'class="copy" type="button"{own} data-copy="{escape(text)}" aria-label="Copy {escape(name)}"'
    return mark_safe(f"<button {attributes}>{icons}</button>")  # noqa: S308 (escaped)
