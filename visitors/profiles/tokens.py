"""Try a token before it is stored with a website. Charged to the token's budget.

Errors other than TokenRejected say nothing about the token: DataFast could not be called just now.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.errors import Forbidden, InvalidWebsite, KeyRejected, NoJourney, UpstreamError
from visitors.datafast.payload import WebsiteListing, WebsiteMetadata
from visitors.profiles.budget import Budget, Purpose
from visitors.profiles.client import datafast_client

_UNKNOWN = "DataFast does not accept this token: copy it from DataFast once more, whole, or make a new one there."
_MAY_NOT_LIST = "DataFast does not let this token list websites: give it the permission websites:read there."
_MAY_NOT_READ = (
    "DataFast does not let this token read the website’s visitors:"
    " give it the permission analytics:read there, and this website."
)
_NO_SUCH_WEBSITE = "DataFast does not accept this website id: copy it from DataFast once more, all 24 digits."


class TokenRejected(Exception):
    """DataFast does not accept a token that a user entered. `str()` is a sentence for that user.

    `is_website_id`: the website's id is wrong, not the token. `is_permission`: DataFast knows the token, but it lacks a
    permission.
    """

    def __init__(self, sentence: str, *, is_website_id: bool = False, is_permission: bool = False) -> None:
        super().__init__(sentence)
        self.is_website_id = is_website_id
        self.is_permission = is_permission


def list_websites(account: AccountToken) -> tuple[WebsiteListing, ...]:
    """Return the websites that an account token opens. One call. Raises TokenRejected and UpstreamError."""
    budget = Budget(account, Purpose.LOOKUP)
    with _rejected_in_words(_MAY_NOT_LIST):
        answer = budget.spend(lambda: datafast_client().list_websites(account, charge=budget.charge))
    return answer.websites


def check_token(credential: Credential, visitor_id: UUID | None = None) -> bool:
    """Check that a token opens its website's visitors. One call. Raises TokenRejected and UpstreamError.

    DataFast has no endpoint for this, so we get a visitor, by default one who does not exist: an answer that there is
    no such visitor proves access. Return whether the visitor exists: a key that does not know a visitor whom the
    previous key knew may belong to another website.
    """
    budget = Budget(credential, Purpose.LOOKUP)
    wanted = str(visitor_id or uuid4())
    try:
        with _rejected_in_words(_MAY_NOT_READ):
            budget.spend(lambda: datafast_client().get_visitor(credential, wanted, charge=budget.charge))
    except NoJourney:
        return False
    return True


def get_metadata(credential: Credential) -> WebsiteMetadata | None:
    """Return what DataFast says of the token's website, None where it does not say. One call."""
    budget = Budget(credential, Purpose.LOOKUP)
    try:
        return budget.spend(lambda: datafast_client().get_metadata(credential, charge=budget.charge)).metadata
    except UpstreamError:
        return None


@contextmanager
def _rejected_in_words(if_forbidden: str) -> Iterator[None]:
    """Raise TokenRejected, with a sentence for the user who entered the token, in place of KeyRejected."""
    try:
        yield
    except InvalidWebsite as error:
        raise TokenRejected(_NO_SUCH_WEBSITE, is_website_id=True) from error
    except Forbidden as error:
        raise TokenRejected(if_forbidden, is_permission=True) from error
    except KeyRejected as error:
        raise TokenRejected(_UNKNOWN) from error
