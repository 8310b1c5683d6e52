"""What an adapter is asked, and what it answers: records without the format of any program."""

from dataclasses import dataclass
from uuid import UUID

from visitors.models import RequestResult

VISITOR_ATTRIBUTE = "datafast_visitor_id"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came. `headers` have their names in lower case."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a Slack workspace."""

    team_id: str
    slack_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """Whom a program asks about: a visitor's id, else email addresses or a user id. In Slack, what was typed.

    `program` is the name of the program, `asked_by` who uses it, as the program says it; "" if it does not.
    """

    program: str
    asked_by: str = ""
    visitor_id: UUID | None = None
    emails: tuple[str, ...] = ()
    user_id: str = ""
    text: str = ""
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A link to this Journeydesk."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One of several people: name, what else is known, and the link to the journey."""

    name: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program shows. Every text may contain text from the data: cleaned, not escaped for any format.

    `facts` are (name, value), `events` (time, what happened). `detail` is what the list of requests says: a sentence
    without personal data. `status` is the HTTP status.
    """

    title: str
    age: str = ""
    summary: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    events: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    people: tuple[PersonLine, ...] = ()
    links: tuple[Link, ...] = ()
    result: RequestResult = RequestResult.ANSWERED
    detail: str = ""
    status: int = 200


class Refused(Exception):
    """A request that is not answered. `detail` is a sentence for the managers of the website, and `message` the one for
    the caller, without a hint about what was wrong with a signature."""

    def __init__(self, detail: str, *, status: int = 401, message: str = "This request could not be verified.") -> None:
        super().__init__(detail)
        self.detail, self.status, self.message = detail, status, message


class Malformed(Refused):
    """A verified request in a form that its program does not use."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, status=400, message="Journeydesk can’t read this request.")
