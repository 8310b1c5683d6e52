"""Every documented failure as a client meets it, and failures ordered by a test."""

import json
import time

import pytest
import requests

from tests.sandbox.conftest import error_of
from visitors.sandbox.clock import milliseconds
from visitors.sandbox.documented import CUSTOMER, DOCUMENTED, RETURNING_LEAD, named
from visitors.sandbox.failures import Failure, Mode
from visitors.sandbox.tokens import LUMENKIT_KEY, REVOKED_TOKEN

pytestmark = pytest.mark.slow

CUSTOMER_PATH = f"/visitors/{CUSTOMER.visitor_id}"


def path(name):
    return f"/visitors/{named(name).visitor_id}"


@pytest.mark.parametrize("token", [None, LUMENKIT_KEY, REVOKED_TOKEN])
@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("unauthorized", 401),
        ("forbidden", 403),
        ("not found", 404),
        ("rate limited", 429),
        ("server error", 500),
        ("unavailable", 503),
    ],
)
def test_a_failing_id_answers_its_status_in_the_envelope_whatever_the_token(get, name, status, token):
    assert error_of(get(path(name), token))[0] == status


def test_the_rate_limited_id_says_when_it_ends(get, clock):
    response = get(path("rate limited"))
    assert int(response.headers["X-RateLimit-Reset"]) == response.json()["reset"] == milliseconds(clock()) + 34_000


@pytest.mark.parametrize(("name", "status"), [("bad gateway", 502), ("gateway timeout", 504)])
def test_gateway_errors_are_a_proxys_html(get, name, status):
    response = get(path(name))
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.text.startswith("<html>")


def test_the_hanging_id_says_nothing_and_ends_in_bounded_time(get):
    began = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        get(path("hang"))
    assert 0.5 < time.monotonic() - began < 3


def test_the_slow_id_answers_after_two_seconds(get):
    began = time.monotonic()
    response = get(path("slow"), LUMENKIT_KEY)
    assert response.json()["data"]["visitorId"] == named("slow").visitor_id
    assert time.monotonic() - began >= 2


def test_the_slow_drip_comes_whole_in_many_pieces(get):
    began = time.monotonic()
    assert get(path("slow drip"), LUMENKIT_KEY).json()["status"] == "success"
    assert time.monotonic() - began > 0.4


def test_the_cut_off_body_is_shorter_than_it_said(get):
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        get(path("cut-off body"), LUMENKIT_KEY)


def test_the_cut_off_json_arrives_whole_but_does_not_parse(get):
    response = get(path("cut-off JSON"), LUMENKIT_KEY)
    assert response.text.startswith('{"status":"success"')
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.text)


@pytest.mark.parametrize(("name", "body"), [("not JSON", "Everything is fine here, thank you."), ("empty body", "")])
def test_bodies_that_are_no_json_say_that_they_are(get, name, body):
    response = get(path(name))
    assert (response.status_code, response.text) == (200, body)
    assert response.headers["Content-Type"].startswith("application/json")


def test_the_web_page_says_that_it_is_one(get):
    response = get(path("web page"))
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_the_wrong_shape_is_json_but_no_envelope(get):
    assert isinstance(get(path("wrong shape")).json(), list)


def test_a_suspended_website_answers_403_with_its_reason(get):
    assert error_of(get(path("suspended"))) == (403, "Tracking is suspended for this website")


def test_the_reset_id_resets_the_connection(get):
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        get(path("connection reset"))


def test_the_redirect_leads_to_another_host_name_and_following_it_is_seen(sandbox, http, get):
    response = get(path("redirect"))
    assert response.status_code == 302
    target = response.headers["Location"]
    assert target.startswith("http://localhost:")
    http.get(target)
    assert sandbox.calls.count(RETURNING_LEAD.visitor_id) == 1


def test_the_oversized_answer_is_larger_than_eight_megabytes(get):
    assert len(get(path("oversized")).content) > 8 * 1024 * 1024


def test_every_mode_and_every_documented_failure_is_covered_by_an_id():
    assert {entry.failure.mode for entry in DOCUMENTED if entry.failure and entry.failure.mode} == set(Mode)


@pytest.mark.parametrize("name", ["slow", "slow drip", "cut-off JSON"])
def test_ids_that_answer_in_the_end_still_need_a_token(get, name):
    assert get(path(name), None).status_code == 401


def test_a_failure_can_be_set_for_one_visitor_and_lifted(sandbox, get):
    sandbox.answer_with(CUSTOMER.visitor_id.upper(), status=503)
    assert error_of(get(CUSTOMER_PATH, LUMENKIT_KEY))[0] == 503
    assert get(f"/visitors/{RETURNING_LEAD.visitor_id}", LUMENKIT_KEY).status_code == 200
    sandbox.answer_with(CUSTOMER.visitor_id)
    assert get(CUSTOMER_PATH, LUMENKIT_KEY).status_code == 200


def test_the_next_calls_can_be_made_to_fail(sandbox, get):
    sandbox.fail_next(status=500, times=2)
    assert [get(CUSTOMER_PATH, LUMENKIT_KEY).status_code for _ in range(3)] == [500, 500, 200]
    sandbox.fail_next(mode="empty", visitor_id=CUSTOMER.visitor_id)
    assert get("/visitors", LUMENKIT_KEY).json()["status"] == "success"
    assert get(CUSTOMER_PATH, LUMENKIT_KEY).text == ""
    assert get(CUSTOMER_PATH, LUMENKIT_KEY).json()["status"] == "success"


def test_a_failing_id_can_be_made_to_fail_otherwise(sandbox, get):
    sandbox.answer_with(named("hang").visitor_id, status=404)
    assert get(path("hang")).status_code == 404


@pytest.mark.parametrize("wrong", [{}, {"status": 500, "mode": "hang"}, {"status": 200}, {"mode": "unheard of"}])
def test_a_failure_that_is_none_is_refused(sandbox, wrong):
    with pytest.raises(ValueError):  # noqa: PT011 (each has a sentence of its own)
        sandbox.fail_next(**wrong)


def test_a_failure_is_a_status_or_a_mode():
    with pytest.raises(ValueError, match="either a status or a mode"):
        Failure(status=500, mode=Mode.HANG)
