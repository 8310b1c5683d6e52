"""Facts: terms with their values, as the lists beside the timeline show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from visitors.formatting import DisplayTime


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and its value: text, or a time. `copy_name` ("the email address") adds a button that copies the text.

    `title` is the original of a readable name. `is_address`: the text is the address of a page. `is_quiet`: the value
    is a placeholder such as "undefined", shown as it came.
    """

    term: str
    text: str = ""
    time: DisplayTime | None = None
    title: str = ""
    copy_name: str = ""
    is_address: bool = False
    is_quiet: bool = False


def list_facts(texts: Iterable[tuple[str, str]]) -> tuple[Fact, ...]:
    """Return facts for the texts that are not empty."""
    return tuple(Fact(term, text) for term, text in texts if text)
