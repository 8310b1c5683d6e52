from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from visitors.sandbox import Sandbox
from visitors.sandbox.tokens import ACCOUNT_TOKEN

NOON = datetime(2026, 5, 5, 12, 0, 30, tzinfo=UTC)


class Clock:
    """A clock that moves only when a test moves it."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock, patience=0.6) as running:
        yield running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


Get = Callable[..., requests.Response]


@pytest.fixture
def get(sandbox: Sandbox, http: requests.Session) -> Get:
    """Gets a path under the API with a token (None = without), on a website, with further parameters."""

    def fetch(
        path: str, token: str | None = ACCOUNT_TOKEN, website: object = None, **params: object
    ) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if website is not None:
            params["websiteId"] = getattr(website, "website_id", website)
        return http.get(sandbox.base_url + path, headers=headers, params=params, timeout=5, allow_redirects=False)

    return fetch


def error_of(response: requests.Response) -> tuple[int, str]:
    """Status and message of an error answer, after checking that it is the documented envelope."""
    body = response.json()
    assert body["status"] == "error"
    assert body["error"]["code"] == response.status_code
    assert response.headers["Content-Type"].startswith("application/json")
    return response.status_code, body["error"]["message"]
