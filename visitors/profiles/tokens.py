"""What a token opens, asked while somebody connects a website: nothing is stored yet, and the token's budget holds.

Errors other than `TokenRejected` say nothing about the token: DataFast could not be asked just now.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID, uuid4

from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.errors import Forbidden, InvalidWebsite, KeyRejected, NoJourney
from visitors.datafast.payload import WebsiteListing
from visitors.profiles import budget
from visitors.profiles.budget import Purpose
from visitors.profiles.client import datafast_client

_UNKNOWN = "DataFast does not accept this token: copy it from DataFast once more, whole, or make a new one there."
_MAY_NOT_LIST = "DataFast does not let this token list websites: give it the permission websites:read there."
_MAY_NOT_READ = (
    "DataFast does not let this token read the website’s visitors:"
    " give it the permission analytics:read there, and this website."
)
_NO_SUCH_WEBSITE = "DataFast does not accept this website id: copy it from DataFast once more, all 24 digits."


class TokenRejected(Exception):
    """DataFast does not accept what somebody has entered. `str()` is a sentence for that person.

    `is_website_id` says that the website's id is at fault, not the token; `is_permission` that DataFast knows the token
    and it lacks a permission.
    """

    def __init__(self, sentence: str, *, is_website_id: bool = False, is_permission: bool = False) -> None:
        super().__init__(sentence)
        self.is_website_id = is_website_id
        self.is_permission = is_permission


def websites_of(account: AccountToken) -> tuple[WebsiteListing, ...]:
    """Return the websites that an account's token opens. One call. Raises TokenRejected and UpstreamError."""
    grant = budget.take(account, Purpose.LOOKUP)
    with _refusal_told(_MAY_NOT_LIST):
        answer = budget.spend(
            grant, lambda: datafast_client().list_websites(account, may_retry=partial(budget.take_another, grant))
        )
    return answer.websites


def check(credential: Credential, visitor_id: UUID | None = None) -> bool:
    """Make sure that a token opens its website's visitors. One call. Raises TokenRejected and UpstreamError.

    DataFast has no question for that, so it is asked for a visitor, by default for one who does not exist: whoever
    learns that there is no such visitor was let in. Return whether there is one: a key that does not know who was
    looked up with the one before may be another website's.
    """
    grant = budget.take(credential, Purpose.LOOKUP)
    may_retry = partial(budget.take_another, grant)
    asked = str(visitor_id or uuid4())
    try:
        with _refusal_told(_MAY_NOT_READ):
            budget.spend(grant, lambda: datafast_client().get_visitor(credential, asked, may_retry=may_retry))
    except NoJourney:
        return False
    return True


@contextmanager
def _refusal_told(if_forbidden: str) -> Iterator[None]:
    """Say why access was refused to the person who has entered the token, instead of to a reader of a journey."""
    try:
        yield
    except InvalidWebsite as refusal:
        raise TokenRejected(_NO_SUCH_WEBSITE, is_website_id=True) from refusal
    except Forbidden as refusal:
        raise TokenRejected(if_forbidden, is_permission=True) from refusal
    except KeyRejected as refusal:
        raise TokenRejected(_UNKNOWN) from refusal
