"""The rate limit and how responses state it, over real HTTP."""

import pytest

from tests.sandbox.conftest import error_of
from visitors.sandbox import Sandbox
from visitors.sandbox.clock import MINUTE, milliseconds
from visitors.sandbox.documented import CUSTOMER, named
from visitors.sandbox.limits import Limit
from visitors.sandbox.tokens import ACCOUNT_TOKEN, LUMENKIT_KEY
from visitors.sandbox.websites import LUMENKIT

PATH = f"/visitors/{CUSTOMER.visitor_id}"
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def limit_headers(response):
    return [int(response.headers[name]) for name in HEADERS]


def test_the_61st_request_of_a_minute_gets_429_with_headers_and_body_in_milliseconds(get, clock):
    reset = milliseconds(clock()) + MINUTE
    for _ in range(60):
        response = get(PATH, LUMENKIT_KEY)
        assert response.status_code == 200
        assert not [name for name in response.headers if name.lower().startswith("x-ratelimit")]
    clock.forward(seconds=20)
    response = get(PATH, LUMENKIT_KEY)
    assert error_of(response) == (429, "Rate limit exceeded")
    assert limit_headers(response) == [60, 0, reset]
    assert "Retry-After" not in response.headers
    body = response.json()
    assert [body[name] for name in ("limit", "remaining", "reset")] == [60, 0, reset]


def test_the_limit_is_over_at_its_reset_and_not_before(sandbox, get, clock):
    sandbox.set_limit(Limit(requests_per_minute=2))
    assert [get(PATH, LUMENKIT_KEY).status_code for _ in range(3)] == [200, 200, 429]
    clock.forward(seconds=59.9)
    assert get(PATH, LUMENKIT_KEY).status_code == 429
    clock.forward(seconds=0.1)
    assert get(PATH, LUMENKIT_KEY).status_code == 200


def test_each_token_has_a_limit_of_its_own_for_all_endpoints_together(sandbox, get):
    sandbox.set_limit(Limit(requests_per_minute=3))
    paths = [PATH, "/visitors", "/admin/websites", "/visitors/nonsense"]
    assert [get(path, ACCOUNT_TOKEN, LUMENKIT).status_code for path in paths] == [200, 200, 200, 429]
    assert get(PATH, LUMENKIT_KEY).status_code == 200


def test_the_reset_can_be_told_in_seconds(sandbox, get, clock):
    sandbox.set_limit(Limit(requests_per_minute=0, reset_in="seconds"))
    response = get(PATH, LUMENKIT_KEY)
    reset = (milliseconds(clock()) + MINUTE) // 1000
    assert limit_headers(response)[2] == response.json()["reset"] == reset


def test_headers_and_body_can_be_silent_and_retry_after_can_be_said(sandbox, get):
    sandbox.set_limit(Limit(requests_per_minute=0, headers=False, in_body=False, retry_after=True))
    response = get(PATH, LUMENKIT_KEY)
    assert response.json() == {"status": "error", "error": {"code": 429, "message": "Rate limit exceeded"}}
    assert not set(HEADERS) & set(response.headers)
    assert response.headers["Retry-After"] == "60"


def test_successful_answers_can_carry_the_headers_too(sandbox, get, clock):
    sandbox.set_limit(Limit(requests_per_minute=5, headers_on_success=True))
    reset = milliseconds(clock()) + MINUTE
    assert [limit_headers(get(PATH, LUMENKIT_KEY)) for _ in range(2)] == [[5, 4, reset], [5, 3, reset]]


def test_there_can_be_no_limit(clock, http):
    with Sandbox(clock=clock, requests_per_minute=None) as sandbox:
        headers = {"Authorization": f"Bearer {LUMENKIT_KEY}"}
        statuses = {http.get(sandbox.base_url + PATH, headers=headers).status_code for _ in range(70)}
    assert statuses == {200}


@pytest.mark.parametrize("token", [None, LUMENKIT_KEY])
def test_documented_failures_and_refused_tokens_spend_nothing(sandbox, get, token):
    sandbox.set_limit(Limit(requests_per_minute=1))
    get(f"/visitors/{named('server error').visitor_id}", token)
    get(PATH, None)
    assert get(PATH, LUMENKIT_KEY).status_code == 200
