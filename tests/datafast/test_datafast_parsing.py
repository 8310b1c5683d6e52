"""Parsing: both editions, single bad fields, hostile JSON, every kind of error response."""

import copy
import json
import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import inspect

from visitors.datafast import parsing
from visitors.datafast.errors import (
    BotVisitor,
    Forbidden,
    InvalidVisitorId,
    InvalidWebsite,
    MalformedAnswer,
    RateLimited,
    Reason,
    RequestRefused,
    TrackingSuspended,
    Unauthorized,
    Unavailable,
    VisitorNotFound,
)
from visitors.datafast.lenient import MAX_NOTES, Builder, Note, is_reasonable, load
from visitors.datafast.parsing import (
    RateLimit,
    parse_error,
    parse_rate_limit,
    parse_visitor,
    parse_visitors,
    parse_websites,
)
from visitors.datafast.payload import Visitor, WebsiteListing

PAYLOADS = Path(__file__).parents[1] / "journey" / "payloads"
EDITION_2025 = json.loads((PAYLOADS / "visitor-2025.json").read_bytes())
EDITION_2026 = json.loads((PAYLOADS / "visitor-2026.json").read_bytes())
# Every field that either edition has.
EVERYTHING = copy.deepcopy(EDITION_2026)
EVERYTHING["data"]["activity"]["completedCustomGoals"] = EDITION_2025["data"]["activity"]["completedCustomGoals"]
EVERYTHING["data"]["activity"]["completedGoals"][0]["metadata"] = {"amount": "149.00", "seats": 3, "trial": False}
EVERYTHING["data"]["prediction"] = EDITION_2025["data"]["prediction"]
NOW = datetime(2026, 5, 5, 7, 49, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def envelope(**data: Any) -> bytes:
    return json.dumps({"status": "success", "data": data}).encode()


def goal(**fields: Any) -> bytes:
    return envelope(activity={"completedGoals": [fields]})


# Both editions


def test_the_2026_edition_is_read_whole():
    visitor, notes = msgspec.structs.astuple(parse_visitor(json.dumps(EDITION_2026).encode()))
    assert notes == ()
    assert visitor.identity.country == "South Korea"
    assert visitor.identity.ad_click_ids == {"gclid": "EAIaIQobChMI0-test", "fbclid": None}
    assert len(visitor.activity.visited_pages) == 8
    payment = visitor.activity.completed_goals[2]
    assert (payment.amount, payment.currency, payment.origin) == (Decimal(149), "USD", "payment_provider")
    assert visitor.profile.metadata["company"] == "Example & Co <Ltd>"
    assert visitor.prediction is None


def test_the_2025_edition_is_read_whole():
    visitor, notes = msgspec.structs.astuple(parse_visitor(json.dumps(EDITION_2025).encode()))
    assert notes == ()
    assert visitor.identity.region == "KR-44"
    assert visitor.activity.completed_goals is None
    assert visitor.activity.completed_custom_goals[0].is_server is False
    assert visitor.prediction.conversion_rate == 0.0138


@pytest.mark.parametrize("data", [{}, {"visitorId": None, "identity": None, "activity": None}, {"brandNew": [1, {}]}])
def test_null_absent_and_unknown_fields_are_normal(data):
    assert parse_visitor(envelope(**data)) == parsing.ParsedVisitor(Visitor())


# One bad field


def test_a_wrong_type_costs_only_that_field():
    answer = copy.deepcopy(EVERYTHING)
    answer["data"]["identity"]["browser"]["version"] = 133
    parsed = parse_visitor(json.dumps(answer).encode())
    assert parsed.notes == (Note("identity.browser.version", "expected text, got a number"),)
    assert parsed.visitor.identity.browser.name == "Chrome"
    assert parsed.visitor.identity.browser.version is None
    assert len(parsed.visitor.activity.completed_goals) == 4


@pytest.mark.parametrize(
    ("data", "path", "problem"),
    [
        ({"identity": []}, "identity", "expected an object, got a list"),
        ({"identity": {"viewport": {"width": "1"}}}, "identity.viewport.width", "expected a number, got text"),
        ({"identity": {"params": {"ref": 1}}}, "identity.params.ref", "expected text, got a number"),
        ({"activity": {"visitCount": True}}, "activity.visitCount", "expected a whole number, got true or false"),
        ({"activity": {"visitCount": 2.5}}, "activity.visitCount", "expected a whole number, got a number"),
        ({"activity": {"visitCount": 2**63}}, "activity.visitCount", "a number out of range"),
        ({"activity": {"visitedPages": {}}}, "activity.visitedPages", "expected a list, got an object"),
        ({"activity": {"visitedPages": [None]}}, "activity.visitedPages[0]", "expected an object, got null"),
        ({"profile": {"userId": True}}, "profile.userId", "expected text or a number, got true or false"),
        ({"activity": {"completedGoals": [{"metadata": {"a": {"b": 1}}}]}}, "activity.completedGoals[0].metadata.a",
         "expected text or a number or true or false, got an object"),
        ({"prediction": {"score": "72"}}, "prediction.score", "expected a number, got text"),
    ],
)  # fmt: skip
def test_a_note_has_the_path_and_the_problem(data, path, problem):
    assert parse_visitor(envelope(**data)).notes == (Note(path, problem),)


def test_a_list_loses_only_its_bad_entries():
    parsed = parse_visitor(envelope(activity={"visitedPages": [{"url": "a"}, "b", None, {"url": "c"}]}))
    assert [page.url for page in parsed.visitor.activity.visited_pages] == ["a", "c"]
    assert [note.path for note in parsed.notes] == ["activity.visitedPages[1]", "activity.visitedPages[2]"]


def test_notes_are_limited_and_the_last_one_counts_the_rest():
    parsed = parse_visitor(envelope(activity={"visitedPages": [1] * 1000}))
    assert len(parsed.notes) == MAX_NOTES + 1
    assert parsed.notes[-1] == Note("", f"and {1000 - MAX_NOTES} more")


def test_a_note_about_an_endless_key_is_short():
    parsed = parse_visitor(envelope(identity={"params": {"k" * 100_000: []}}))
    assert len(parsed.notes[0].path) == 200


@pytest.mark.parametrize("sent", [4711, 0, 123456789012345678901234567890, "u1"])
def test_a_user_id_is_text_or_a_number_of_any_length(sent):
    parsed = parse_visitor(envelope(profile={"userId": sent}))
    assert (parsed.visitor.profile.user_id, parsed.notes) == (sent, ())


@pytest.mark.parametrize("other", [{}, {"visitorId": 1}])  # the slow path
def test_metadata_is_any_json(other):
    metadata = {"name": {"first": "Jane"}, "tags": ["a", 1, 0.5, True, None], "empty": {}}
    assert parse_visitor(envelope(profile={"metadata": metadata}, **other)).visitor.profile.metadata == metadata


def test_deeply_nested_metadata_is_cut_with_a_note():
    body = b'{"status": "success", "data": {"visitorId": 1, "profile": {"metadata": {"a": %s1%s}}}}'
    parsed = parse_visitor(body % (b"[" * 900, b"]" * 900))
    assert parsed.notes[-1].problem == "nested too deeply"


# Numbers and amounts


@pytest.mark.parametrize("token", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000, "1e99999999999999999999"])
@pytest.mark.parametrize("where", ['"prediction": {"score": %s}', '"identity": {"viewport": {"width": %s}}',
                                   '"activity": {"visitCount": %s}', '"profile": {"metadata": {"a": %s}}',
                                   '"activity": {"completedGoals": [{"amount": %s}]}'])  # fmt: skip
def test_an_unusable_number_becomes_none_with_a_note(token, where):
    body = f'{{"status": "success", "data": {{"visitorId": "x", {where % token}}}}}'.encode()
    parsed = parse_visitor(body)
    assert parsed.visitor.visitor_id == "x"
    assert len(parsed.notes) == 1
    assert all(v is None or math.isfinite(v) for v in numbers_in(parsed.visitor))


@pytest.mark.parametrize(
    ("sent", "read"),
    [("149", "149"), ('"149.00"', "149.00"), ("-19.90", "-19.90"), ("0.1", "0.1"), ("1e3", "1E+3"),
     ('"12345678901234567.89"', "12345678901234567.89")],
)  # fmt: skip
def test_money_keeps_its_digits_on_both_paths(sent, read):
    body = f'{{"status": "success", "data": {{"activity": {{"completedGoals": [{{"amount": {sent}}}]}}}}}}'.encode()
    slow = body.replace(b'"data": {', b'"data": {"visitorId": 1, ')
    for parsed, notes in ((parse_visitor(body), 0), (parse_visitor(slow), 1)):
        assert str(parsed.visitor.activity.completed_goals[0].amount) == read
        assert len(parsed.notes) == notes


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "1e400", "1e-400", "0e999999", "1" * 41])
def test_an_absurd_amount_becomes_none_with_a_note(amount):
    parsed = parse_visitor(goal(name="payment", amount=amount))
    assert parsed.visitor.activity.completed_goals[0].amount is None
    assert parsed.notes == (Note("activity.completedGoals[0].amount", "a number out of range"),)


@pytest.mark.parametrize("amount", [True, [], {}, "", "12 dollars"])
def test_an_invalid_amount_becomes_none_with_a_note(amount):
    parsed = parse_visitor(goal(name="payment", amount=amount))
    assert parsed.visitor.activity.completed_goals[0].name == "payment"
    assert parsed.notes[0].problem.startswith("expected an amount, got ")


# Text


@pytest.mark.parametrize("escape", [rb"\ud800", rb"\udc00", rb"\ud800\ud800", rb"\u0000"])
def test_characters_that_are_not_text_are_replaced(escape):
    parsed = parse_visitor(rb'{"status": "success", "data": {"identity": {"city": "A' + escape + rb'B"}}}')
    assert set(parsed.visitor.identity.city) == {"A", "\N{REPLACEMENT CHARACTER}", "B"}
    assert [note.path for note in parsed.notes] == ["identity.city"]


def test_a_surrogate_pair_is_a_character():
    parsed = parse_visitor(rb'{"status": "success", "data": {"identity": {"city": "\ud83d\ude00", "os": 1}}}')
    assert parsed.visitor.identity.city == "😀"


def test_characters_in_keys_are_replaced_too():
    parsed = parse_visitor(rb'{"status": "success", "data": {"profile": {"metadata": {"\ud800": "a", "b\u0000": []}}}}')
    assert parsed.visitor.profile.metadata == {"\N{REPLACEMENT CHARACTER}": "a", "b\N{REPLACEMENT CHARACTER}": []}
    assert "".join(note.path for note in parsed.notes).isprintable()


def test_bytes_that_are_not_utf8_are_replaced():
    parsed = parse_visitor(b'{"status": "success", "data": {"visitorId": "x", "identity": {"city": "K\xf6ln"}}}')
    assert parsed.visitor.identity.city == "K\N{REPLACEMENT CHARACTER}ln"
    assert parsed.visitor.visitor_id == "x"
    assert parsed.notes[0].path == ""


def test_a_byte_order_mark_is_skipped():
    assert parse_visitor(b"\xef\xbb\xbf" + envelope(visitorId="x")).visitor.visitor_id == "x"


def test_the_last_of_two_equal_keys_counts_on_both_paths():
    body = b'{"status": "success", "data": {"visitorId": "a", "visitorId": "b"}}'
    assert parse_visitor(body).visitor.visitor_id == "b"
    assert (
        parse_visitor(body.replace(b'"visitorId": "a"', b'"visitorId": "a", "identity": 1')).visitor.visitor_id == "b"
    )


# Not an answer


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "not JSON"),
        (b"<!doctype html><title>Oops</title>", "HTML"),
        (b"\n  <html>", "HTML"),
        (b'{"status": "success", "data": {', "not JSON"),
        (b"[]", "envelope"),
        (b"null", "envelope"),
        (b'{"status": "success"}', "envelope"),
        (b'{"status": "success", "data": null}', "envelope"),
        (b'{"status": "success", "data": []}', "envelope"),
        (b'{"status": "error", "data": {}}', "envelope"),
        (b'{"visitorId": "x"}', "envelope"),
        (b'{"status": "success", "data": {}} {}', "not JSON"),
        ('{"status": "success", "data": {}}'.encode("utf-16"), "not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"status": "success", "data": {"x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}}", "nested too deeply"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_another_envelope_is_a_malformed_answer(body, detail):
    with pytest.raises(MalformedAnswer) as caught:
        parse_visitor(body)
    assert detail in caught.value.detail


# Any JSON at any place


def places(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in below for place in places(value, (*path, key)))]


PLACEHOLDER = "put the hostile thing here"


def put(path: tuple[str | int, ...], raw: str) -> bytes:
    """The answer with every field, and that raw JSON text in place of what stood at the path."""
    answer = [copy.deepcopy(EVERYTHING)]
    node: Any = answer
    for key in (0, *path)[:-1]:
        node = node[key]
    node[(0, *path)[-1]] = PLACEHOLDER
    return json.dumps(answer[0]).replace(json.dumps(PLACEHOLDER), raw).encode("utf-8", "surrogatepass")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
hostile = st.sampled_from(
    ["1e999", "-1e999", "9" * 5000, "1e-400", '"NaN"', '"sNaN"', '"1e999999999"', "-0", "0e999999", "2.0",
     '"\\ud800"', '"\\u0000"', '"\ud800"', '{"\\udfff": "\\ud83d"}', '""',
     "[" * 3000 + "]" * 3000, '{"amount": NaN}', "{}", "[[]]", "[null]"]
)  # fmt: skip


def numbers_in(node: object) -> list[Any]:
    return [leaf for leaf in leaves(node) if isinstance(leaf, int | float | Decimal)]


def leaves(node: object) -> list[object]:
    if isinstance(node, msgspec.Struct):
        return [leaf for value in msgspec.structs.astuple(node) for leaf in leaves(value)]
    if isinstance(node, tuple | list):
        return [leaf for value in node for leaf in leaves(value)]
    if isinstance(node, dict):
        return [leaf for pair in node.items() for part in pair for leaf in leaves(part)]
    return [node]


@given(path=st.sampled_from(places(EVERYTHING)), raw=st.builds(json.dumps, json_values) | hostile)
@example(path=("data", "activity", "completedGoals", 2, "amount"), raw='"NaN"')
@example(path=("status",), raw='"success"')
def test_any_json_at_any_place_parses_or_is_a_malformed_answer(path, raw):
    try:
        parsed = parse_visitor(put(path, raw))
    except MalformedAnswer:
        return
    for leaf in leaves(parsed):
        assert leaf is None or isinstance(leaf, str | bool | int | float | Decimal)
        assert "\0" not in str(leaf).encode().decode()
    for number in numbers_in(parsed):
        assert math.isfinite(number)
        assert len(f"{number:f}") < 400
    # Each value has the type that its field promises: msgspec's own strict reading of the result takes it unchanged.
    assert msgspec.convert(msgspec.to_builtins(parsed.visitor, builtin_types=(Decimal,)), Visitor) == parsed.visitor


def valid(wanted: inspect.Type) -> st.SearchStrategy[Any]:
    """JSON values of exactly that type."""
    match wanted:
        case inspect.UnionType(types=types):
            return st.one_of([valid(choice) for choice in types])
        case inspect.StructType(fields=fields):
            known = {field.encode_name: valid(field.type) for field in fields}
            return st.fixed_dictionaries({}, optional=known | {"unknownField": json_values.filter(is_plain)})
        case inspect.VarTupleType(item_type=item_type):
            return st.lists(valid(item_type), max_size=3)
        case inspect.DictType(value_type=value_type):
            return st.dictionaries(texts, valid(value_type), max_size=3)
    return scalars[type(wanted)]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
scalars: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.StrType: texts,
    inspect.IntType: st.integers(-(2**63), 2**63 - 1),
    inspect.FloatType: st.floats(allow_nan=False, allow_infinity=False),
    inspect.DecimalType: st.decimals(-(10**9), 10**9, places=2).map(str) | st.integers(0, 10**6) | st.just(149.5),
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
    inspect.AnyType: st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
        max_leaves=4,
    ),
}


def is_plain(value: Any) -> bool:
    try:
        return bool(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())
    except ValueError:  # NaN, or half of a surrogate pair, which are not valid JSON
        return False


@given(data=valid(inspect.type_info(Visitor)))
def test_fast_and_slow_path_agree_on_valid_answers(data):
    body = json.dumps({"status": "success", "data": data}).encode()
    fast = parsing._decode_strictly(parsing._VISITOR_ANSWER, body)
    answer, notes = load(body)
    builder = Builder(notes)
    slow = builder.build(Visitor, answer["data"])
    if b"\\u0000" not in body:  # in a field that we don't read
        assert fast is not None
        assert fast.data == slow
    assert builder.notes == ()


@given(st.decimals() | st.text().filter(str.isdecimal).map(Decimal))
def test_a_reasonable_amount_can_be_written_out(amount):
    if is_reasonable(amount):
        assert len(f"{amount:f}") < 100


# List websites


def test_websites_are_read_with_their_ids():
    row = {"_id": "665f0b3c4d2e1a0012345678", "domain": "example.com", "name": "Example", "trackingId": "dfid_abc123",
           "timezone": "America/New_York", "currency": "USD", "role": "owner"}  # fmt: skip
    assert parse_websites(json.dumps({"status": "success", "data": [row]}).encode()) == (
        WebsiteListing(
            id="665f0b3c4d2e1a0012345678",
            domain="example.com",
            name="Example",
            tracking_id="dfid_abc123",
            timezone="America/New_York",
            currency="USD",
            role="owner",
        ),
    )


def test_a_list_of_visitors_loses_only_its_misfits():
    listed, pagination = parse_visitors(
        b'{"status": "success", "data": [{"visitorId": "a", "currentUrl": 7, "identity": {"city": "Oslo"}}, 3],'
        b' "pagination": {"hasMore": true, "total": "many"}}'
    )
    assert [(one.visitor_id, one.current_url, one.identity.city) for one in listed] == [("a", None, "Oslo")]
    assert (pagination.has_more, pagination.total) == (True, None)


@pytest.mark.parametrize("pagination", [b"", b', "pagination": null', b', "pagination": [1]'])
def test_a_list_of_visitors_without_pages_is_one_page(pagination):
    listed, pages = parse_visitors(b'{"status": "success", "data": [{"visitorId": "a"}]' + pagination + b"}")
    assert (len(listed), pages.has_more) == (1, None)


@pytest.mark.parametrize("body", [b"[]", b'{"status": "success", "data": {}}', b"<p>"])
def test_a_list_of_visitors_is_an_envelope(body):
    with pytest.raises(MalformedAnswer):
        parse_visitors(body)


def test_a_bad_row_costs_only_that_row():
    websites = parse_websites(b'{"status": "success", "data": [{"_id": "a", "name": 5}, 7, {"_id": "b"}]}')
    assert [(website.id, website.name) for website in websites] == [("a", None), ("b", None)]


def test_websites_must_be_a_list():
    with pytest.raises(MalformedAnswer):
        parse_websites(b'{"status": "success", "data": {}}')


# Error answers


def fail(status: int, body: object = None, **headers: object) -> Any:
    if not isinstance(body, bytes):
        body = json.dumps(body or {"status": "error", "error": {"code": status, "message": "No."}}).encode()
    return parse_error(status, {name.replace("_", "-"): str(value) for name, value in headers.items()}, body, NOW)


def message_body(message: str, status: int = 400) -> dict[str, Any]:
    return {"status": "error", "error": {"code": status, "message": message}}


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Invalid visitorId: must be a UUID v4", InvalidVisitorId),
        ("visitorId is required", InvalidVisitorId),
        ("This visitor was flagged as a bot", BotVisitor),
        ("Visitor flagged as Bot.", BotVisitor),
        ("websiteId is required", InvalidWebsite),
        ("Invalid website ID", InvalidWebsite),
        ("", InvalidVisitorId),
    ],
)
def test_the_sentence_of_a_400_decides_its_error(message, error):
    assert type(fail(400, message_body(message))) is error


@pytest.mark.parametrize("status_and_error", [(401, Unauthorized), (403, Forbidden), (404, VisitorNotFound)])
def test_a_status_with_the_envelope_is_its_error(status_and_error):
    status, error = status_and_error
    assert type(fail(status)) is error
    assert fail(status).upstream_message == "No."


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>Not Found</html>", b'"text"', b"[]", b"\xff"),
        # As gateways and frameworks write it.
        *(b'{"message": "no Route matched with those values"}', b'{"detail": "Not Found"}', b'{"error": "Not Found"}'),
        *(b'{"status": 404, "error": "Not Found"}', b'{"status": "error", "error": {"code": 418, "message": "No."}}'),
    ],
)
def test_a_proxys_page_is_never_no_journey(status, body):
    assert isinstance(fail(status, body), MalformedAnswer)


def test_401_means_the_same_from_every_server():
    assert isinstance(fail(401, b"<html>"), Unauthorized)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(500, Reason.SERVER), (502, Reason.SERVER), (599, Reason.SERVER), (301, Reason.REDIRECT), (304, Reason.REDIRECT),
     (408, Reason.TIMEOUT)],
)  # fmt: skip
def test_other_statuses_are_unavailable_with_their_reason(status, reason):
    error = fail(status, b"<html>")
    assert isinstance(error, Unavailable)
    assert (error.reason, error.status) == (reason, status)


@pytest.mark.parametrize("status", [402, 408, 409, 410, 422, 451])
def test_other_refusals_keep_datafasts_own_sentence(status):
    error = fail(status, b'{"status": "error", "error": "This visitor\'s data was removed."}')
    assert type(error) is RequestRefused
    assert (error.status, error.upstream_message) == (status, "This visitor's data was removed.")
    assert "reason" in str(error)
    assert "without" not in str(error)
    assert "without a reason" in str(fail(418, b"<html>"))


@pytest.mark.parametrize(
    "message",
    [
        "Tracking is suspended for this website",
        "Website suspended: update your billing details.",
        "Your subscription has expired.",
        "Payment overdue",
        "Your free trial has ended",
    ],
)
def test_a_suspended_website_is_no_fault_of_its_key(message):
    error = fail(403, message_body(message, 403))
    assert type(error) is TrackingSuspended
    assert error.upstream_message == message


@pytest.mark.parametrize(
    "message",
    ["Missing permission: analytics:read", "No permission payments:read", "This token may not read this website"],
)
def test_a_missing_permission_is_the_keys_fault(message):
    assert type(fail(403, message_body(message, 403))) is Forbidden


@pytest.mark.parametrize("error", ["No.", {"code": "404"}, {"code": 404}, {"code": "NOT_FOUND", "message": "No."}])
def test_an_error_may_be_a_sentence_or_have_a_code_in_words(error):
    assert type(fail(404, json.dumps({"status": "error", "error": error}).encode())) is VisitorNotFound


@pytest.mark.parametrize("error", ["", " ", None, {"code": "500"}, {"code": None}, [], {"message": "No."}])
def test_an_error_without_a_sentence_or_the_code_is_malformed(error):
    assert type(fail(404, json.dumps({"status": "error", "error": error}).encode())) is MalformedAnswer


def test_an_empty_success_is_a_malformed_answer():
    assert isinstance(fail(204, b""), MalformedAnswer)


def test_the_message_is_one_short_line_without_tokens():
    error = fail(401, {"error": f"Token dft_0123456789abcdefghij\n is\x07 revoked \u202e{'x' * 999}"})
    assert error.upstream_message.startswith("Token dft_012...ghij is revoked xxx")
    assert len(error.upstream_message) == 200


# Rate limits


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def test_a_reset_is_read_in_seconds_or_milliseconds():
    for reset in (seconds(NOW + MINUTE), seconds(NOW + MINUTE) * 1000):
        error = fail(429, X_RateLimit_Limit=60, X_RateLimit_Remaining=0, X_RateLimit_Reset=reset)
        assert isinstance(error, RateLimited)
        assert (error.reset_at, error.limit, error.remaining) == (NOW + MINUTE, 60, 0)


def test_a_rate_limit_is_read_from_the_body():
    error = fail(
        429, {"error": {"message": "Rate limit exceeded"}, "limit": 60, "remaining": 0, "reset": 1777967400000}
    )
    assert (error.reset_at, error.limit, error.remaining) == (NOW + MINUTE, 60, 0)


@pytest.mark.parametrize("value", ["60", format_datetime(NOW + MINUTE, usegmt=True)])
def test_a_missing_reset_is_read_from_retry_after(value):
    assert fail(429, b"", Retry_After=value).reset_at == NOW + MINUTE


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-1", "nan", "inf", "1e9", "9" * 400, seconds(NOW - MINUTE), seconds(NOW) * 10**6,
     seconds(NOW + timedelta(days=400)), "Thu, 99 Foo 2026", "٣٠"],
)  # fmt: skip
@pytest.mark.parametrize("header", ["X_RateLimit_Reset", "Retry_After"])
def test_an_absurd_reset_is_ignored(header, value):
    assert fail(429, b"", **{header: value}).reset_at is None


@pytest.mark.parametrize("reset", [True, None, [], {}, "x", -5, 1e300, 10**400])
def test_an_absurd_reset_in_the_body_is_ignored(reset):
    error = fail(429, {"reset": reset, "limit": reset, "remaining": reset})
    assert (error.reset_at, error.limit, error.remaining) == (None, None, None)


def test_a_429_without_facts_is_a_rate_limit():
    assert (fail(429, b"").reset_at, fail(429, b"").limit) == (None, None)


def test_a_response_without_headers_has_no_rate_limit():
    assert parse_rate_limit({"Content-Type": "application/json"}, NOW) is None
    assert parse_rate_limit({"x-ratelimit-remaining": "59"}, NOW) == RateLimit(None, 59, None)
