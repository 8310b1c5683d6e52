"""The log is JSON or plain lines, and contains no token and no visitor id."""

import io
import json
import logging
from datetime import datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.test import RequestFactory

from dashboard import logs
from visitors.sandbox.tokens import TOKENS

VISITOR = "1ead0000-0000-4000-8000-000000000001"
OTHER = "1ead0000-0000-4000-8000-000000000002"


def _logger(formatter):
    """Return a logger at level DEBUG, and a function that returns what it has written."""
    written = io.StringIO()
    handler = logs.RedactingStreamHandler(written)
    handler.setFormatter(formatter)
    logger = logging.Logger("some.library", logging.DEBUG)  # noqa: LOG001 (outside of the configured ones)
    logger.addHandler(handler)
    return logger, written.getvalue


@pytest.fixture(params=[logs.RedactingJsonFormatter, logs.RedactingFormatter])
def log(request):
    """A logger in each format; `text` returns what it has written."""
    logger, text = _logger(request.param())
    return SimpleNamespace(logger=logger, text=text)


@pytest.fixture
def json_log():
    """A logger of JSON lines; `line` returns the line that it has written, as a dict."""
    logger, text = _logger(logs.RedactingJsonFormatter())
    return SimpleNamespace(logger=logger, line=lambda: json.loads(text()))


@pytest.fixture
def answering():
    """Sets the request that is being answered."""
    tokens = []

    def answer(request_id, user=None):
        request = RequestFactory().get("/")
        request._cached_user, request.request_id = user, request_id
        tokens.append(logs.current_request.set(request))

    yield answer
    for token in reversed(tokens):
        logs.current_request.reset(token)


OWN_TOKENS = ("jd_Zm9yLXRoZS1sb2ctb25seQ-and_more", "jdp_Zm9yLXRoZS1sb2ctb25seQ-and_more")


@pytest.mark.parametrize("token", [*(token.value for token in TOKENS), *OWN_TOKENS])
@pytest.mark.parametrize("text", ["{}", "token={}&x=1", "'{}'", "\n{}\n", '{{"Authorization": "Bearer {}"}}', "%20{}"])
def test_tokens_are_masked(log, token, text):
    log.logger.warning(text.format(token))
    log.logger.warning("called with %s", text.format(token))
    log.logger.warning("called", extra={"sent": {"headers": [text.format(token)]}})
    assert "called" in log.text()
    assert token.partition("_")[2] not in log.text()


@pytest.mark.parametrize(
    "path",
    [
        "/reset/MQ/d0s3cr-3t0k3n/",
        "/invitations/eyJpZCI6Mn0:1vN:s3cr3t0k3n/",
        "/integrations/slack/WzFd:1vN:s3cr3t0k3n/",
    ],
)
def test_links_that_sign_a_user_in_are_masked(log, path):
    log.logger.error("Internal Server Error: %s", path)
    log.logger.error("at 'https://desk.example%s'", path)
    assert "s3cr" not in log.text()
    assert log.text().count("/...") == 2


def test_a_token_that_is_masked_already_stays(log):
    log.logger.warning("Added with dft_ab1...xyz9, and a file called df_notes.")
    assert "dft_ab1...xyz9, and a file called df_notes." in log.text()


@pytest.mark.parametrize(
    "form",
    [VISITOR, VISITOR.upper(), VISITOR.replace("-", ""), VISITOR.replace("-", "%2D"), VISITOR.replace("-", "%2d")],
)
def test_every_form_of_a_visitor_id_becomes_the_same_hash(log, form):
    log.logger.error("GET /lumenkit/visitors/%s/ failed", form)
    assert logs.visitor_hash(VISITOR) in log.text()
    assert "1ead0000" not in log.text().lower()
    assert logs.visitor_hash(OTHER) not in log.text()


def test_id_objects_and_extra_fields_are_redacted(json_log):
    json_log.logger.info("looked at %r", UUID(VISITOR), extra={"visitor": UUID(VISITOR), "seen": [VISITOR], "count": 3})
    line = json_log.line()
    assert VISITOR not in str(line)
    assert logs.visitor_hash(VISITOR) in line["message"]
    assert line["visitor"] == logs.visitor_hash(VISITOR)
    assert logs.visitor_hash(VISITOR) in line["seen"]
    assert line["count"] == 3


def test_other_hexadecimal_numbers_stay(log):
    log.logger.info("website 665f0b3c4d2e1a00c0ffee01, digest %s", "ab" * 32)
    assert f"website 665f0b3c4d2e1a00c0ffee01, digest {'ab' * 32}" in log.text()


def test_the_hash_depends_on_the_secret_key(settings):
    before = logs.visitor_hash(VISITOR)
    settings.SECRET_KEY = "another secret of another deployment, long enough"
    assert logs.visitor_hash(VISITOR) != before


def test_tracebacks_are_redacted(log):
    try:
        int(f"no visitor {VISITOR} with {TOKENS[0].value}")
    except ValueError:
        log.logger.exception("It failed.", stack_info=True)
    text = log.text()
    assert "Traceback" in text
    assert f"no visitor {logs.visitor_hash(VISITOR)} with df_..." in text
    assert VISITOR not in text
    assert TOKENS[0].value not in text


def test_a_json_line_has_time_level_message_user_and_request(json_log, answering):
    answering("0123456789abcdef", SimpleNamespace(pk=7))
    json_log.logger.warning("Something %s.", "happened")
    line = json_log.line()
    assert datetime.fromisoformat(line.pop("time")).utcoffset().total_seconds() == 0
    assert line == {
        "level": "WARNING",
        "logger": "some.library",
        "message": "Something happened.",
        "user": 7,
        "request_id": "0123456789abcdef",
    }


def test_a_line_has_no_user_if_the_request_has_not_loaded_one(json_log, answering):
    answering("0123456789abcdef")
    json_log.logger.warning("Something happened.")
    assert "user" not in json_log.line()


def test_a_request_id_that_looks_like_a_visitor_id_stays(json_log, answering):
    answering(VISITOR)
    json_log.logger.warning("Something happened.")
    assert json_log.line()["request_id"] == VISITOR


def test_a_json_line_is_one_line(json_log):
    json_log.logger.warning('first\nsecond "quoted"')
    assert json_log.line()["message"] == 'first\nsecond "quoted"'


def test_half_a_surrogate_pair_is_escaped(log):
    log.logger.warning("searched for %s", "\ud800")
    assert log.text().encode(errors="backslashreplace").count(b"ud800") == 1


def test_a_broken_log_call_is_reported_without_its_arguments(log, capsys):
    log.logger.warning("%d of %s", "dft_abcdefgh12345678", VISITOR)
    assert "A line of some.library (line " in log.text()
    assert "TypeError" in log.text()
    printed = log.text() + capsys.readouterr().err
    assert "abcdefgh" not in printed
    assert VISITOR not in printed


@pytest.mark.parametrize(("status", "is_logged"), [(500, True), (503, False)])
def test_only_errors_of_our_own_are_logged(status, is_logged):
    record = logging.makeLogRecord({"name": "django.request", "status_code": status})
    assert bool(logging.getLogger("django.request").filter(record)) is is_logged


@pytest.mark.parametrize(
    ("request_of", "message"),
    [
        (lambda client: client.get("/", headers={"Host": "192.168.1.5:8204"}), "You may need to add '192.168.1.5' to"),
        (lambda client: client.get("/", headers={"Host": "[::1"}), "Invalid HTTP_HOST header: '[::1'."),
        (lambda client: client.get("/", headers={"Host": "a" * 60_000}), "Invalid HTTP_HOST header: 'aaa"),
        (lambda client: client.post("/sign-in/", {"next": "x" * 3_000_000}), "body is too large"),
        (lambda client: client.post("/sign-in/", {f"a{number}": "" for number in range(1001)}), "exceeded"),
    ],
)
def test_a_rejected_request_is_one_line_without_a_traceback(client, db, request_of, message):
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one, logs.RedactingStreamHandler)]
    written = io.StringIO()
    before = handler.setStream(written)
    try:
        assert request_of(client).status_code == 400
    finally:
        handler.setStream(before)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    (line,) = [line for line in lines if line["logger"] != "dashboard.requests"]
    assert message in line["message"]
    assert len(line["message"]) <= 500
    assert line.get("exception") is None


def test_all_loggers_share_one_handler():
    configured = logs.configuration("json")
    assert configured["root"]["handlers"] == ["console"]
    assert all(not logger.get("handlers") for logger in configured["loggers"].values())
    assert all(logger.get("propagate", True) for logger in configured["loggers"].values())
