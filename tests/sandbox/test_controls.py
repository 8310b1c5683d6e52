"""The sandbox's own addresses, for tests and benches in other processes."""

import time

import pytest

from tests.sandbox.conftest import error_of
from visitors.sandbox.documented import CUSTOMER, RETURNING_LEAD
from visitors.sandbox.tokens import LUMENKIT_KEY

pytestmark = pytest.mark.slow

PATH = f"/visitors/{CUSTOMER.visitor_id}"


@pytest.fixture
def change(sandbox, http):
    def post(**settings):
        return http.post(f"{sandbox.origin}/sandbox/settings", json=settings)

    return post


def test_calls_can_be_read_and_forgotten_from_another_process(sandbox, http, get):
    get(PATH, LUMENKIT_KEY)
    get("/visitors", LUMENKIT_KEY)
    counts = http.get(f"{sandbox.origin}/sandbox/calls").json()
    assert counts == {"status": "success", "total": 2, "visitors": {CUSTOMER.visitor_id: 1}}
    assert http.delete(f"{sandbox.origin}/sandbox/calls").status_code == 200
    assert http.get(f"{sandbox.origin}/sandbox/calls").json()["total"] == 0


def test_the_controls_are_not_counted_as_calls(sandbox, http, change):
    change(latency_seconds=0)
    http.get(f"{sandbox.origin}/sandbox/calls")
    assert len(sandbox.calls) == 0


def test_latency_can_be_set(get, change):
    assert change(latency_seconds=0.2).status_code == 200
    began = time.monotonic()
    get(PATH, LUMENKIT_KEY)
    assert time.monotonic() - began >= 0.2


def test_the_limit_can_be_set(get, change):
    change(limit={"requests_per_minute": 1, "reset_in": "seconds"})
    assert [get(PATH, LUMENKIT_KEY).status_code for _ in range(2)] == [200, 429]
    change(limit={"requests_per_minute": None})
    assert get(PATH, LUMENKIT_KEY).status_code == 200


def test_failures_can_be_set_and_lifted(get, change):
    change(failures={CUSTOMER.visitor_id: 503, RETURNING_LEAD.visitor_id: "empty"})
    assert get(PATH, LUMENKIT_KEY).status_code == 503
    assert get(f"/visitors/{RETURNING_LEAD.visitor_id}", LUMENKIT_KEY).text == ""
    change(failures={CUSTOMER.visitor_id: None})
    assert get(PATH, LUMENKIT_KEY).status_code == 200


def test_tokens_can_be_revoked_and_restored(get, change):
    change(revoke=[LUMENKIT_KEY])
    assert get(PATH, LUMENKIT_KEY).status_code == 401
    change(restore=[LUMENKIT_KEY])
    assert get(PATH, LUMENKIT_KEY).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"latency_seconds": -1},
        {"latency_seconds": 61},
        {"latency_seconds": "much"},
        {"limit": {"requests_per_minute": -1}},
        {"limit": {"request_per_minute": 1}},
        {"limit": {"reset_in": "weeks"}},
        {"failures": {CUSTOMER.visitor_id: 200}},
        {"failures": {CUSTOMER.visitor_id: "unheard of"}},
        {"revoke": ["df_unknown"]},
        {"restore": "all"},
        {"latencyseconds": 1},
    ],
    ids=str,
)
def test_settings_with_a_mistake_change_nothing_and_say_so(get, change, wrong):
    status, message = error_of(change(**({"revoke": [LUMENKIT_KEY]} | wrong)))
    assert status == 400
    assert message.startswith("Nothing was changed.")
    assert get(PATH, LUMENKIT_KEY).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_settings_that_are_no_object_are_refused(sandbox, http, body):
    assert error_of(http.post(f"{sandbox.origin}/sandbox/settings", data=body))[0] == 400


@pytest.mark.parametrize(("method", "path"), [("POST", "calls"), ("GET", "settings"), ("PUT", "settings")])
def test_other_methods_get_405(sandbox, http, method, path):
    assert error_of(http.request(method, f"{sandbox.origin}/sandbox/{path}"))[0] == 405


def test_an_unknown_control_gets_404(sandbox, http):
    assert error_of(http.get(f"{sandbox.origin}/sandbox/nothing"))[0] == 404
