"""Every failure of DataFast ends in time, with the right error, and with the stored copy if there is one."""

import ssl
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import trustme

from tests import faulty_upstream as faults
from tests.faulty_upstream import FaultyUpstream, answer, error
from visitors import profiles
from visitors.datafast.errors import (
    BotVisitor,
    Forbidden,
    InvalidVisitorId,
    InvalidWebsite,
    KeyRejected,
    MalformedAnswer,
    RateLimited,
    Reason,
    RequestRefused,
    TrackingSuspended,
    Unauthorized,
    Unavailable,
    UpstreamError,
    VisitorNotFound,
)
from visitors.encryption import encrypt
from visitors.models import MetricsPoint, Snapshot
from visitors.profiles import errors
from visitors.profiles.client import datafast_client
from visitors.profiles.errors import CircuitOpen, OwnFault, Reserved, TokenLost
from visitors.sandbox import documented, tokens

VISITOR = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
FINE = {"status": "success", "data": {"visitorId": str(VISITOR), "identity": {"city": "Seosan City"}}}
ABOUT_ANOTHER = {"status": "success", "data": {"visitorId": str(uuid4())}}
AT_ONCE = timedelta(0)
# Of calls that end at it, and of calls that end before it, however busy the machine is.
DEADLINE, LONG_DEADLINE = 1.0, 30.0
# How late a busy machine may be.
MARGIN = 2.0
HTML = b"<!doctype html><title>502 Bad Gateway</title>"

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

FAILURES = {
    "hangs": (faults.hang, Unavailable),
    "hangs up": (faults.hang_up, Unavailable),
    "resets": (faults.reset, Unavailable),
    "drips headers": (faults.drip_headers(), Unavailable),
    "drips a body": (faults.drip_body(), Unavailable),
    "is cut off": (faults.cut_off(b'{"status": "success", "data": {'), Unavailable),
    "is endless": (faults.endless(), MalformedAnswer),
    "is a bomb": (faults.gzip_bomb(30), MalformedAnswer),
    "is not HTTP": (faults.raw(b"SSH-2.0-OpenSSH_9.6\r\n"), UpstreamError),
    "is not JSON": (answer(200, b"Everything is fine here."), MalformedAnswer),
    "is cut-off JSON": (answer(200, b'{"status": "success", "da'), MalformedAnswer),
    "is empty": (answer(200, b""), MalformedAnswer),
    "is HTML": (answer(200, HTML, content_type="text/html"), MalformedAnswer),
    "is another envelope": (answer(200, ["neither a status", "nor data"]), MalformedAnswer),
    "is about nobody": (answer(200, {"status": "success", "data": {}}), MalformedAnswer),
    "is about another visitor": (answer(200, ABOUT_ANOTHER), MalformedAnswer),
    "redirects": (faults.redirect("https://example.com/"), Unavailable),
    "401": (error(401), Unauthorized),
    "403": (error(403), Forbidden),
    "403 of a suspended website": (error(403, "Tracking is suspended for this website"), TrackingSuspended),
    "410": (error(410, "Gone"), RequestRefused),
    "451": (answer(451, {"status": "error", "error": "Not available in your country"}), RequestRefused),
    "400 for the website": (error(400, "websiteId is required"), InvalidWebsite),
    "404 of a proxy": (answer(404, HTML, content_type="text/html"), MalformedAnswer),
    "404 of a gateway": (answer(404, {"message": "no Route matched with those values"}), MalformedAnswer),
    "400 of a gateway": (answer(400, {"message": "Bad Request"}), MalformedAnswer),
    "403 of a gateway": (answer(403, {"message": "Forbidden"}), MalformedAnswer),
    "400 for the id": (error(400, "Invalid visitor ID"), InvalidVisitorId),
    "429": (error(429), RateLimited),
    "500": (error(500), Unavailable),
    "502": (answer(502, HTML, content_type="text/html"), Unavailable),
    "503": (error(503), Unavailable),
    "504": (answer(504, HTML, content_type="text/html"), Unavailable),
}  # fmt: skip
ENDED_BY_THE_DEADLINE = {"hangs", "drips headers", "drips a body"}


def in_time(get, deadline=DEADLINE):
    """Return what `get` returns or raises, which must come within the deadline."""
    started = time.monotonic()
    try:
        got = get()
    except UpstreamError as failure:
        got = failure
    assert time.monotonic() - started < deadline + MARGIN
    return got


def is_a_plain_sentence(failure):
    sentence = str(failure)
    return (
        sentence.endswith(".")
        and "\n" not in sentence
        and tokens.LUMENKIT_KEY not in sentence
        and str(VISITOR) not in sentence
    )


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_ends_in_time_and_keeps_the_stored_copy(faulty, lumenkit, settings, name, clock):
    """Without a copy, the error is raised and nothing is stored. With one, the copy comes with the error."""
    behavior, expected = FAILURES[name]
    deadline = DEADLINE if name in ENDED_BY_THE_DEADLINE else LONG_DEADLINE
    settings.UPSTREAM_DEADLINE_SECONDS = deadline
    faulty.behaviors = [behavior]
    failure = in_time(lambda: profiles.get_profile(lumenkit, VISITOR), deadline)
    assert isinstance(failure, expected)
    assert is_a_plain_sentence(failure)
    assert not Snapshot.objects.exists()

    clock.shift(120)  # a 429's minute is over
    settings.UPSTREAM_DEADLINE_SECONDS = LONG_DEADLINE
    faulty.behaviors = [answer(200, FINE)]
    kept = profiles.get_profile(lumenkit, VISITOR)
    assert kept.contents.identity.city == "Seosan City"

    settings.UPSTREAM_DEADLINE_SECONDS = deadline
    faulty.behaviors = [behavior]
    again = in_time(lambda: profiles.refresh_profile(lumenkit, VISITOR, max_age=AT_ONCE), deadline)
    assert (again.version, again.fetched_at) == (kept.version, kept.fetched_at)
    assert type(again.problem) is type(failure)
    assert again.contents == kept.contents
    assert profiles.get_profile(lumenkit, VISITOR) == kept


@pytest.mark.parametrize(
    ("behavior", "expected"),
    [
        (error(404), VisitorNotFound),
        (error(400, "This visitor was flagged as a bot"), BotVisitor),
    ],
)
def test_an_answer_without_a_journey_deletes_the_stored_one(faulty, lumenkit, behavior, expected):
    faulty.behaviors = [answer(200, FINE)]
    profiles.get_profile(lumenkit, VISITOR)
    faulty.behaviors = [behavior]
    with pytest.raises(expected):
        profiles.refresh_profile(lumenkit, VISITOR, max_age=AT_ONCE)
    assert not Snapshot.objects.exists()
    assert not MetricsPoint.objects.exists()


def test_a_refused_connection_is_unavailable(lumenkit, settings):
    settings.DATAFAST_API_URL = faults.refused_url()
    failure = in_time(lambda: profiles.get_profile(lumenkit, VISITOR))
    assert (type(failure), failure.reason) == (Unavailable, Reason.CONNECTION)


def test_an_unknown_name_is_a_dns_error(lumenkit, settings):
    settings.DATAFAST_API_URL = "https://name.invalid/api/v1"
    settings.UPSTREAM_DEADLINE_SECONDS = 2
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        profiles.get_profile(lumenkit, VISITOR)
    assert caught.value.reason is Reason.DNS
    assert time.monotonic() - started < 2 + MARGIN


def test_an_untrusted_certificate_is_a_tls_error(lumenkit, settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with FaultyUpstream(answer(200, FINE), tls=context) as impostor:
        settings.DATAFAST_API_URL = impostor.url
        failure = in_time(lambda: profiles.get_profile(lumenkit, VISITOR))
        datafast_client().close()
    assert (type(failure), failure.reason) == (Unavailable, Reason.TLS)
    assert impostor.requests == []


FAILING = [entry for entry in documented.DOCUMENTED if entry.failure and entry.name != "slow"]


@pytest.mark.parametrize("entry", FAILING, ids=lambda entry: entry.name)
def test_failing_visitors_of_the_sandbox_end_in_time(sandbox, lumenkit, settings, entry):
    settings.UPSTREAM_DEADLINE_SECONDS = 1
    failure = in_time(lambda: profiles.get_profile(lumenkit, UUID(entry.visitor_id)))
    assert isinstance(failure, UpstreamError)
    assert not isinstance(failure, OwnFault)
    assert is_a_plain_sentence(failure)
    assert not Snapshot.objects.exists()


# Answers without activity

ACTIVITY = {"visitCount": 1, "visitedPages": [{"url": "example.com/", "timestamp": "2026-05-01T12:00:00.000Z"}]}


def about_visitor(**fields):
    return answer(200, {"status": "success", "data": FINE["data"] | fields})


@pytest.mark.parametrize(
    "without",
    [
        {},
        {"activity": None},
        {"activity": {"visitCount": 0, "pageViewCount": 0, "visitedPages": [], "completedGoals": []}},
        {"profile": {"userId": "u1", "identifiedAt": "2026-05-01T12:00:00.000Z"}, "prediction": {"score": 40}},
    ],
    ids=["none", "null", "zeros", "identified"],
)
def test_an_answer_without_activity_does_not_replace_a_journey(faulty, lumenkit, without):
    faulty.behaviors = [about_visitor(activity=ACTIVITY), about_visitor(**without)]
    good = profiles.get_profile(lumenkit, VISITOR)
    kept = profiles.refresh_profile(lumenkit, VISITOR, max_age=AT_ONCE)
    assert (kept.version, type(kept.problem)) == (good.version, MalformedAnswer)
    assert "it has no activity" in str(kept.problem)


def test_an_answer_without_activity_is_shown_where_nothing_better_is_stored(faulty, lumenkit):
    faulty.behaviors = [about_visitor(), about_visitor(identity={"city": "Daejeon"}), about_visitor(activity=ACTIVITY)]
    for has_activity in (False, False, True):
        profile = profiles.refresh_profile(lumenkit, VISITOR, max_age=AT_ONCE)
        assert profile.problem is None
        assert profile.contents.journey.has_activity is has_activity


# The website's key


@pytest.mark.parametrize("stored", ["", "nonsense", encrypt("no token at all")], ids=["none", "foreign", "no token"])
def test_an_unreadable_token_is_an_error_and_marked(sandbox, lumenkit, stored):
    lumenkit.credential_encrypted = stored
    lumenkit.save()
    with pytest.raises(TokenLost):
        profiles.get_profile(lumenkit, VISITOR)
    lumenkit.refresh_from_db()
    assert lumenkit.key_rejected_since
    assert len(sandbox.calls) == 0


@pytest.mark.parametrize("status", [401, 403])
def test_a_rejected_key_is_marked_with_its_first_time(sandbox, lumenkit, clock, status):
    sandbox.answer_with(str(VISITOR), status=status)
    marks = []
    for _ in range(2):
        with pytest.raises(KeyRejected):
            profiles.get_profile(lumenkit, VISITOR)
        lumenkit.refresh_from_db()
        marks.append(lumenkit.key_rejected_since)
        clock.shift(60)
    assert marks[0] == marks[1]
    assert marks[0] is not None


# Errors on their way to waiting readers


@pytest.mark.parametrize(
    "failure",
    [
        *[Unavailable(reason, 502, upstream_message="Bad gateway") for reason in Reason],
        RateLimited(datetime(2026, 5, 4, 12, 0, 30, tzinfo=UTC), 60, 0),
        RateLimited(),
        Reserved(datetime(2026, 5, 4, 12, 0, 30, tzinfo=UTC), 60, 0),
        CircuitOpen(datetime(2026, 5, 4, 12, 0, 15, 123456, tzinfo=UTC)),
        MalformedAnswer("the body is HTML"),
        RequestRefused(451, upstream_message="…"),
        TrackingSuspended(upstream_message="…"),
        *[
            kind(upstream_message="…")
            for kind in (BotVisitor, VisitorNotFound, InvalidVisitorId, Unauthorized, Forbidden, InvalidWebsite)
        ],
        TokenLost(),
        OwnFault(),
    ],
    ids=repr,
)
def test_an_encoded_error_is_decoded_unchanged(failure):
    got = errors.decode(errors.encode(failure))
    assert type(got) is type(failure)
    assert (vars(got), got.args, str(got)) == (vars(failure), failure.args, str(failure))


def test_every_error_of_ours_can_be_stored():
    def kinds(kind):
        return {kind} | {found for child in kind.__subclasses__() for found in kinds(child)}

    assert set(errors.KINDS.values()) == kinds(UpstreamError)


@pytest.mark.parametrize(
    "stored",
    [b"", b"garbage", b"\xc0", *map(errors.msgspec.msgpack.encode, [
        ["Unheard", [], None], ["Unavailable", [], None], ["Unavailable", ["unheard"], None], ["RateLimited", 7, None],
        ["CircuitOpen", [], None], [[], [], None], ["MalformedAnswer", ["a", "b", "c"], None], {"a": 1}, 7,
    ])],
)  # fmt: skip
def test_an_unknown_stored_error_becomes_unavailable(stored):
    got = errors.decode(stored)
    assert (type(got), got.reason) == (Unavailable, Reason.SERVER)


# Readers who wait for a short time only


def test_a_hurried_reader_gives_up_without_harm_to_others(faulty, lumenkit, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 60
    faulty.behaviors = [faults.hang]
    with pytest.raises(profiles.TooSlow):
        profiles.refresh_profile(lumenkit, VISITOR, patience=0.2)
    lumenkit.refresh_from_db()
    assert (lumenkit.consecutive_failures, lumenkit.circuit_open_until) == (0, None)
    faulty.behaviors = [answer(200, FINE)]
    assert profiles.get_profile(lumenkit, VISITOR)


def test_a_hurried_reader_gets_the_stored_profile_and_its_problem(faulty, lumenkit):
    faulty.behaviors = [answer(200, FINE)]
    stored = profiles.get_profile(lumenkit, VISITOR)
    faulty.behaviors = [faults.hang]
    found = profiles.refresh_profile(lumenkit, VISITOR, max_age=AT_ONCE, patience=0.2)
    assert found.version == stored.version
    assert isinstance(found.problem, profiles.TooSlow)
