"""Finding visitor ids in pasted text."""

import json
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitors.lookup.id_parser import MAX_CANDIDATES, MAX_HOSTS, Trust, parse

ID = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"
OTHER = "7c1f0c52-6f0e-4c1b-9a53-0d7f5f1d2e44"
THIRD = "0f8fad5b-d9cb-469f-a165-70867728950e"
SESSION = f"s{OTHER}"
COOKIE = "the datafast_visitor_id cookie"
VISITOR_ID = "the field visitor_id"
VERSION_7 = "018f4d9e-7c7a-7cc4-8b5e-2f0a1b2c3d4e"
BARE = ID.replace("-", "")


def candidates(text):
    return [(candidate.visitor_id, candidate.source) for candidate in parse(text).candidates]


def ids(text):
    return [candidate.visitor_id for candidate in parse(text).candidates]


@pytest.mark.parametrize(
    "text",
    [
        ID,
        ID.upper(),
        f"  {ID}\n",
        f'"{ID}"',
        f"'{ID}'",
        f"“{ID}”",
        f"({ID})",
        f"[{ID}]",
        f"{{{ID}}}",
        f"<{ID}>",
        f"\r\n\t{ID}\r\n",
        f"`{ID}`,",
        f"\x00{ID}\x00",
        f"urn:uuid:{ID}",
        f"<script>{ID}</script>",
        f"방문자{ID}입니다",
        f"100%{ID}",
        f"page-{ID}-1",
        ID.replace("-", "\N{NON-BREAKING HYPHEN}"),
        ID.replace("-", "\N{EN DASH}"),
        ID.replace("-", "\N{EM DASH}"),
        ID.replace("-", "\N{MINUS SIGN}"),
        ID.replace("-", "-\N{ZERO WIDTH SPACE}"),
        f"\N{ZERO WIDTH NO-BREAK SPACE}{ID[:20]}\N{SOFT HYPHEN}{ID[20:]}\N{WORD JOINER}",
        ID.replace("-", "%2D"),
        quote(quote(ID.replace("-", "\N{NON-BREAKING HYPHEN}"))),
        f"Hi, please look at {ID}. Thanks!",
        f"Here you go: {ID}",
        f"{ID[:24]}\n{ID[24:]}",
        f"{ID[:23]}\r\n{ID[23:]} and more",
        f"> it was {ID[:28]}\n> {ID[28:]}\n",
        f"{ID[:33]}=\r\n{ID[33:]}",
        f"be {ID[:30]} {ID[30:]}",
        ID.replace("-", " - "),
    ],
)
def test_an_id_is_found_whatever_surrounds_it(text):
    assert candidates(text) == [(ID, "the text")]
    assert parse(text).problem == ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (f"datafast_visitor_id={ID}", COOKIE),
        (f'datafast_visitor_id="{ID}"', COOKIE),
        (f"datafast_visitor_id={quote(ID.replace('-', '%2D'))}", COOKIE),
        (f"datafast_visitor_id%3D{ID}%3B%20datafast_session_id%3D{SESSION}", COOKIE),
        (f"Cookie: datafast_visitor_id={ID}; datafast_session_id={SESSION}; lang=en", COOKIE),
        (f"cookie: a=1; datafast_session_id={SESSION};datafast_visitor_id={ID}", COOKIE),
        (f"datafast_session_id\t{SESSION}\t/\ndatafast_visitor_id\t{ID}\t/", "the field datafast_visitor_id"),
        (
            f"https://example.com/?_df_vid={ID}&_df_sid={SESSION}&_df_vfs=1777967400000&_df_vsn=3",
            "the link’s _df_vid parameter",
        ),
        (f"https://example.com/a?b=1&amp;_df_vid={ID}", "the link’s _df_vid parameter"),
        (
            f"https://a.example/?next={quote(f'https://b.example/?_df_vid={ID}', safe='')}",
            "the link’s _df_vid parameter",
        ),
        (f"%5Fdf%5Fvid={ID}", "the link’s _df_vid parameter"),
        (f"https://example.com/?datafast_visitor_id={ID}", "the link’s datafast_visitor_id parameter"),
        (f"https://datafa.st/api/v1/visitors/{ID}", "the path of a link"),
        (f"https://desk.example/shop/visitors/{ID.upper()}/?kind=goal", "the path of a link"),
        (f'{{"datafast_visitor_id": "{ID}"}}', "the field datafast_visitor_id"),
        (f"metadata[datafast_visitor_id]={ID}", "the field datafast_visitor_id"),
        (f"X-DataFast-Visitor-Id: {ID}", "the field X-DataFast-Visitor-Id"),
        (f'{{"status": "success", "data": {{"visitorId": "{ID}", "x": null}}}}', "the field visitorId"),
        (f'"{{\\"visitorId\\":\\"{ID}\\"}}"', "the field visitorId"),
        (quote(f'{{"visitorId":"{ID}"}}'), "the field visitorId"),
        (f"{{'visitor_id': '{ID}'}}", "the field visitor_id"),
        (f"visitor_id => {ID}", "the field visitor_id"),
        (f"visitorId={ID}", "the field visitorId"),
        (f"https://example.com/?visitorId={ID}", "the link’s visitorId parameter"),
        (f"event.visitorId: {ID}", "the field event.visitorId"),
        (f"Visitor ID: {ID}", "the field Visitor ID"),
        (f"the DataFast visitor id = {ID}", "the field visitor id"),
    ],
)
def test_the_source_of_an_id_is_named(text, source):
    assert candidates(text) == [(ID, source)]


@pytest.mark.parametrize(
    "text",
    [
        f"ajs_anonymous_id={OTHER}; datafast_visitor_id={ID}; _ga=GA1.2.3",
        f"ajs_anonymous_id=%22{OTHER}%22; datafast_visitor_id={ID}",
        f'{{"visitorId": "{ID}", "profile": {{"userId": "{OTHER}"}}}}',
        f"user_id: {OTHER}\nvisitor_id: {ID}",
        f"ajs_anonymous_id\t{OTHER}\t/\ndatafast_visitor_id\t{ID}\t/",
        f"https://example.com/?order={OTHER}&_df_vid={ID}",
        f'{{"name": "{OTHER}", "datafast_visitor_id": "{ID}"}}',
    ],
)
def test_a_visitor_name_outranks_other_names(text):
    assert ids(text) == [ID]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (
            (
                f'[{{"domain":".shop.example","name":"ajs_anonymous_id","value":"{OTHER}"}},\n'
                f' {{"domain":".shop.example","name":"datafast_visitor_id","value":"{ID}"}}]'
            ),
            COOKIE,
        ),
        (
            f'[{{"domain": ".shop.example", "name": "datafast_visitor_id", "value": "{ID}"}}]',
            COOKIE,
        ),
        (
            (
                f'{{"name":"datafast_visitor_id","value":"x"}},{{"value":"{OTHER}","name":"ajs_anonymous_id"}},'
                f'{{"value":"{ID}","name":"datafast_visitor_id"}}'
            ),
            COOKIE,
        ),
        (
            (
                f'{{\n    "domain": ".shop.example",\n    "expirationDate": 1790000000.5,\n    "hostOnly": false,\n'
                f'    "name": "datafast_visitor_id",\n    "path": "/",\n    "sameSite": "lax",\n    "secure": true,\n'
                f'    "storeId": "0",\n    "value": "{ID}",\n    "id": 1\n}}, {{"name": "ajs", "value": "{OTHER}"}}'
            ),
            COOKIE,
        ),
        (
            (
                f'New-Object System.Net.Cookie("ajs_anonymous_id", "%22{OTHER}%22", "/", ".shop.example")\n'
                f'New-Object System.Net.Cookie("datafast_visitor_id", "{ID}", "/", ".shop.example")\n'
                f'New-Object System.Net.Cookie("datafast_session_id", "{SESSION}", "/", ".shop.example")'
            ),
            COOKIE,
        ),
        (
            f"Cookie(name='ajs_id', value='{OTHER}'), Cookie(name='datafast_visitor_id', value='{ID}')",
            COOKIE,
        ),
        (f"[('ajs_anonymous_id', '{OTHER}'), ('datafast_visitor_id', '{ID}')]", COOKIE),
        (f"user_id,{OTHER}\nvisitor_id,{ID},.shop.example", "the field visitor_id"),
        (f"| ajs_anonymous_id | {OTHER} |\n| visitor_id | {ID} |", "the field visitor_id"),
        (f"- name: user_id\n  value: {OTHER}\n- name: visitor_id\n  value: {ID}", "the field visitor_id"),
        (f'{{"key": "user_id", "value": "{OTHER}"}}, {{"key": "visitorId", "value": "{ID}"}}', "the field visitorId"),
        (f'<input name="user_id" value="{OTHER}"><input name="visitorId" value="{ID}">', "the field visitorId"),
        (f'<input value="{OTHER}" name="user_id"><input value="{ID}" name="visitorId">', "the field visitorId"),
        (f"<name>user_id</name><value>{OTHER}</value><name>visitorId</name><value>{ID}</value>", "the field visitorId"),
        (f"<user_id>{OTHER}</user_id><visitorId>{ID}</visitorId>", "the field visitorId"),
        (f".a.example  TRUE  /  1790000000  user_id    {OTHER}\n.a.example  TRUE  /  0  visitor_id  {ID}", VISITOR_ID),
        (f"user_id\n{OTHER}\n.shop.example\n\nvisitor_id\n{ID}\n.shop.example", VISITOR_ID),
        (f"user_id;{OTHER};.shop.example\ndatafast_visitor_id;{ID};.shop.example", COOKIE),
        (f"│ 0 │ 'user_id' │ '{OTHER}' │\n│ 1 │ 'visitor_id' │ '{ID}' │", VISITOR_ID),
        (f"- value: {OTHER}\n  name: user_id\n- value: {ID}\n  name: visitor_id", VISITOR_ID),
        (
            f"Value      : {OTHER}\r\nName       : user_id\r\n\r\nValue      : {ID}\r\nName       : visitor_id",
            VISITOR_ID,
        ),
        (
            f"[[cookies]]\nvalue = '{OTHER}'\nname = 'user_id'\n[[cookies]]\nvalue = '{ID}'\nname = 'visitor_id'",
            VISITOR_ID,
        ),
        (f'{{"user_id": {{"value": "{OTHER}"}}, "visitor_id": {{"path": "/", "value": "{ID}"}}}}', VISITOR_ID),
        (
            f'{{"Name raw": "user_id", "Content raw": "{OTHER}"}}, {{"Name raw": "visitor_id", "Content raw": "{ID}"}}',
            VISITOR_ID,
        ),
        (f'{{"k": "user_id", "v": "{OTHER}"}}, {{"k": "visitor_id", "v": "{ID}"}}', VISITOR_ID),
        (
            f'{{"name": "Account", "value": "{OTHER}"}}, {{"name": "Visitor ID", "value": "{ID}"}}',
            "the field Visitor ID",
        ),
        (
            json.dumps(
                json.dumps(json.dumps([{"name": "user_id", "value": OTHER}, {"name": "visitor_id", "value": ID}]))
            ),
            VISITOR_ID,
        ),
    ],
)
def test_a_name_beside_a_value_names_the_value(text, source):
    assert candidates(text) == [(ID, source)]
    assert parse(text).unambiguous


def test_a_value_without_a_name_is_a_free_id():
    assert candidates(f'{{"value": "{ID}"}}') == [(ID, "the text")]
    assert candidates(f'{{"profile": {{"value": "{ID}"}}}}') == [(ID, "the text")]
    assert ids(f'["{OTHER}", "{ID}"]') == [OTHER, ID]
    assert ids(f"My order_id\n{OTHER}\nand {ID}") == [OTHER, ID]


def test_a_general_name_in_a_link_does_not_name_a_visitor():
    assert candidates(f"https://a.example/?v={ID}") == [(ID, "the link’s v parameter")]
    assert not parse(f"https://a.example/?v={ID}").unambiguous


@pytest.mark.parametrize(
    "text",
    [
        f"https://desk.example/shop/visitors/{ID}/",
        f"/shop/visitors/{ID}/?kind=goal",
        f"desk.example:8000/Shop/visitors/{ID.upper()}/summary.txt",
        quote(f"https://desk.example/shop/visitors/{ID}/", safe=""),
        f"[Priya](https://desk.example/desk/shop/visitors/{ID}/)",
    ],
)
def test_the_website_in_a_link_to_a_journey_is_returned(text):
    assert [one.slug for one in parse(text).candidates] == ["shop"]


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (f'{{"domain": ".a.example"}}, {{"domain": ".b.example", "value": "{ID}"}}', ("b.example",)),
        (f"_ga\tGA1\t.a.example\ndatafast_visitor_id\t{ID}\t.b.example\t/", ("b.example",)),
        (f".a.example\tTRUE\t/\t_ga\tx\n.b.example\tTRUE\t/\tdatafast_visitor_id\t{ID}", ("b.example",)),
        (f"a.example\nb.example: {ID}\na.example", ("b.example",)),
        (f"https://a.example/x or https://b.example/?_df_vid={ID}", ("b.example", "a.example")),
        (f"Mail from jane@a.example about {ID}, version 1.2.3", ()),
    ],
)
def test_the_hosts_beside_an_id_are_returned(text, hosts):
    assert [one.hosts for one in parse(text).candidates] == [hosts]


def test_a_datafast_token_is_recognized():
    for token in ("df_0123456789abcdef0123456789abcdef", "dft_0123456789abcdefABCDEF"):
        result = parse(f"token={token}")
        assert result.has_token
        assert result.problem == "This is a DataFast API key, which is a secret. Paste a visitor id instead."
        assert parse(f"{token} {ID}").has_token
    assert not parse(f"?df_vid={ID}&_df_sid={SESSION}").has_token


def test_an_access_token_is_recognized():
    for token in (f"jd_{'0-_aZ' * 8}xyz", f"jdp_{'0-_aZ' * 8}xyz"):
        result = parse(f"Authorization: Bearer {token}")
        assert result.has_token
        assert result.problem == "This is an access token, which is a secret. Paste a visitor id instead."
    # User ids of people.
    for text in ("jd_williams_of_the_accounting_department", f"x_jd_{'0-_aZ' * 8}xyz"):
        assert not parse(text).has_token


def test_an_id_under_another_name_is_a_last_resort():
    assert candidates(f"ajs_anonymous_id={OTHER}") == [(OTHER, "the field ajs_anonymous_id")]
    assert ids(f"userId={OTHER} and {ID}") == [ID, OTHER]


def test_only_a_single_id_without_another_name_is_unambiguous():
    assert parse(f"visitorId={ID} ajs_anonymous_id={OTHER}").unambiguous.visitor_id == ID
    assert parse(ID).unambiguous.visitor_id == ID
    assert parse(f"{ID} {OTHER}").unambiguous is None
    assert parse(f"datafast_visitor_id={ID[:20]}; ajs_anonymous_id={OTHER}").unambiguous is None
    assert parse("").unambiguous is None


def test_a_name_does_not_reach_across_lines():
    assert candidates(f"the visitor\nid={ID}") == [(ID, "the field id")]


def test_free_ids_stay_candidates_beside_a_named_one():
    assert ids(f"Not {OTHER}, I mean {THIRD}") == [OTHER, THIRD]
    assert ids(f"Here you go: {OTHER}\nhttps://example.com/?_df_vid={ID}") == [ID, OTHER]
    assert ids(f"The snake_case {OTHER} and visitor_id={ID}") == [ID, OTHER]
    assert ids(f"https://datafa.st/api/v1/visitors/{OTHER} datafast_visitor_id={ID}") == [ID, OTHER]


def test_candidates_are_distinct_and_most_certain_first():
    text = f"{THIRD} {ID.upper()} visitorId={OTHER} datafast_visitor_id={ID} {ID} {THIRD}"
    found = parse(text).candidates
    assert [(one.visitor_id, one.trust) for one in found] == [
        (ID, Trust.DATAFAST),
        (OTHER, Trust.NAMED),
        (THIRD, Trust.FREE),
    ]


@pytest.mark.parametrize(
    "text",
    [
        SESSION,
        SESSION.upper(),
        f"datafast_session_id={SESSION}",
        f"_df_sid={OTHER}",
        f'{{"sessionId": "{OTHER}"}}',
        f"datafast_session_id=%73{OTHER}",
    ],
)
def test_a_session_id_is_never_a_visitor_id(text):
    result = parse(text)
    assert result.candidates == ()
    assert result.problem == ("This is a session id (it starts with s). Paste the datafast_visitor_id instead.")


def test_a_session_s_uuid_counts_where_it_is_also_free():
    assert ids(f"{SESSION} {OTHER}") == [OTHER]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste a visitor id, or any text that contains one."),
        (
            " \r\n\t\x00\N{ZERO WIDTH SPACE}",
            "Paste a visitor id, or any text that contains one.",
        ),
        (VERSION_7, "This UUID is version 7; visitor ids are version 4."),
        (f"datafast_visitor_id={VERSION_7}", "This UUID is version 7; visitor ids are version 4."),
        (
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "This UUID is version 1; visitor ids are version 4.",
        ),
        (
            "a3ab2331-989f-ccfa-91c6-2461c9e3c6bd",
            "This looks like a UUID but has no valid version. Visitor ids are version 4.",
        ),
        (
            "a3ab2331-989f-4cfa-c1c6-2461c9e3c6bd",
            "This UUID is not a valid version 4: its 20th character must be 8, 9, a or b, and is c.",
        ),
        (
            "00000000-0000-0000-0000-000000000000",
            "This UUID is all zeros, so it is not a visitor id.",
        ),
        (ID[:31], "This visitor id is cut off: 31 of its 36 characters are here."),
        (f"id {ID[5:]}!", "This visitor id is cut off: 31 of its 36 characters are here."),
        (f"{ID}0", "This id is too long: 37 characters, where a visitor id has 36."),
        (
            "jane.doe+x@example.com",
            "This is an email address. DataFast finds visitors by id only.",
        ),
        (
            "Where is my order from 20260504-1203, card 4111-111111111111? Call +49 555-1234-1234.",
            f"No visitor id in this text. A visitor id is a UUID such as {ID}, 36 characters.",
        ),
    ],
)
def test_a_text_without_an_id_is_explained_in_a_sentence(text, sentence):
    result = parse(text)
    assert result.candidates == ()
    assert result.problem == sentence


@pytest.mark.parametrize(
    "text",
    [
        f"0{ID}",
        ID.replace("-", "_"),
        f"٠{ID[1:]}",
        ID.replace("a", "g"),
        "websiteId=665f0b3c4d2e1a0012345678",
    ],
)
def test_near_misses_are_not_ids(text):
    assert parse(text).candidates == ()
    assert parse(text).problem


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (f"https://Example.com/pricing?_df_vid={ID}", ("example.com",)),
        (f"http://user:secret@shop.example.com:8443/{ID}", ("shop.example.com",)),
        (f"{ID} was on example.com/pricing?x=1 and https://b.example.", ("example.com", "b.example")),
        (f"https://a.example/?next=https%253A%252F%252Fb.example%252F&id={ID}", ("a.example", "b.example")),
        (f'{{"currentUrl": "codefa.st/dashboard", "visitorId": "{ID}"}}', ("codefa.st",)),
        ("https://münchen.example/ HTTPS://MÜNCHEN.EXAMPLE/x", ("münchen.example",)),
        (f".shop.example {ID} and https://b.example/", ("b.example", "shop.example")),
        ("jane@example.com and/or 5/6", ()),
        ("javascript:alert(1) https:// http://?", ()),
    ],
)
def test_the_hosts_of_links_are_returned(text, hosts):
    assert parse(text).hosts == hosts


def test_candidates_and_hosts_are_limited():
    many = [f"{number:08x}-989f-4cfa-91c6-2461c9e3c6bd" for number in range(MAX_CANDIDATES + 1)]
    assert ids(" ".join(many)) == many[:MAX_CANDIDATES]
    assert parse(" ".join(many)).is_truncated
    assert not parse(" ".join(many[1:])).is_truncated
    assert len(parse(" ".join(f"https://{number}.example/" for number in range(MAX_HOSTS + 9))).hosts) == MAX_HOSTS


def test_the_most_certain_id_survives_many_others():
    many = " ".join(f"{number:08x}-989f-4cfa-91c6-2461c9e3c6bd" for number in range(200))
    assert ids(f"{many} datafast_visitor_id={ID}")[0] == ID


HOSTILE = [
    "a-",
    "a",
    "-",
    "%25",
    "%",
    "%2525",
    "%25%32%35",
    "%41 ",
    "%E2%80%91",
    f"{ID[:-1]}-",
    f"{ID[:-1]} ",
    ID,
    f"{ID} ",
    f"s{ID} ",
    f"{VERSION_7} ",
    f'"\\ =:"\\ {ID}',
    f"{'_' * 64}={ID} ",
    "a3ab2331-",
    "a3ab2331-989f-4 ",
    "\x00",
    "\N{ZERO WIDTH SPACE}",
    "\N{NON-BREAKING HYPHEN}",
    "@",
    "a@",
    "a@b",
    "a.",
    "aa.a ",
    "a.a/",
    "1 ",
    "123\n",
    "1=\n",
    "12345678 - 1234 - ",
    f"{BARE} ",
    "http://",
    "http://a@",
    "http://a",
    "=",
    '"',
    "' = ",
    "<script>",
    " \n",
]


def calls_to_parse(text):
    """Count the function calls that parsing takes; the expressions themselves are compared in `tests/bench`."""
    count = 0

    def count_calls(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(count_calls)
    try:
        result = parse(text)
    finally:
        sys.setprofile(None)
    assert bool(result.problem) != bool(result.candidates)
    return count


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_linear_work(piece):
    short, long = (calls_to_parse((piece * (size // len(piece) + 1))[:size]) for size in (10_000, 40_000))
    assert long <= 4 * short + 200


def test_a_million_characters_of_ids_are_classified_in_part_only():
    calls = [calls_to_parse(f"datafast_visitor_id={ID} " * count) for count in (4_000, 16_000)]
    assert calls[1] <= 1.05 * calls[0]


def test_a_named_id_behind_thousands_of_others_is_found():
    many = " ".join(f"{number:08x}-989f-4cfa-91c6-2461c9e3c6bd" for number in range(5_000))
    assert ids(f"{many} datafast_visitor_id={ID}") == [ID, *many.split()[: MAX_CANDIDATES - 1]]


@pytest.mark.parametrize("piece", HOSTILE)
def test_an_id_behind_hostile_text_is_found(piece):
    assert ID in ids(piece * 100 + f"\nvisitor_id: {ID}")


not_hex = st.text(st.characters(exclude_characters="0123456789abcdefABCDEFsS", exclude_categories=["Cs"]))
any_id = st.uuids(version=4).map(str)


@given(not_hex, any_id, not_hex)
def test_an_id_in_any_text_without_hex_digits_is_found(before, visitor_id, after):
    assert ids(before + visitor_id + after) == [visitor_id]


@given(not_hex, any_id, st.integers(0, 2))
def test_an_id_in_percent_encoded_text_is_found(before, visitor_id, times):
    text = f"{before} {visitor_id} "
    for _ in range(times):
        text = quote(text, safe="")
    assert ids(text) == [visitor_id]


@given(st.text(st.characters()))
def test_every_text_has_candidates_or_a_problem(text):
    result = parse(text)
    assert bool(result.problem) != bool(result.candidates)
    assert all(host == host.lower() for host in result.hosts)


@given(
    st.lists(
        st.sampled_from(
            [
                ID,
                OTHER,
                SESSION,
                VERSION_7,
                "s",
                "=",
                ":",
                '"',
                "%",
                "25",
                "%3D",
                " ",
                "/",
                "\t",
                "a",
                "-",
                "id",
                "_df_vid",
            ]
        )
    )
)
def test_only_canonical_version_4_ids_come_out(pieces):
    result = parse("".join(pieces))
    assert {one.visitor_id for one in result.candidates} <= {ID, OTHER}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (BARE, "the text"),
        (BARE.upper(), "the text"),
        (f"The visitor is {BARE}.", "the text"),
        (f'"{BARE}"', "the text"),
        (f"https://datafa.st/api/v1/visitors/{BARE}?x=1", "the path of a link"),
        (f"datafast_visitor_id={BARE}; lang=en", COOKIE),
        (f'{{"visitorId": "{BARE}"}}', "the field visitorId"),
        (f"Visitor ID: {BARE}", "the field Visitor ID"),
    ],
)
def test_an_id_without_hyphens_is_found(text, source):
    assert candidates(text) == [(ID, source)]
    assert parse(text).unambiguous.visitor_id == ID


@pytest.mark.parametrize(
    "text",
    [
        "d41d8cd98f00b204e9800998ecf8427e",  # an MD5 digest
        f"md5: {BARE}",
        f"etag={BARE}",
        f'"requestId": "{BARE}"',
        f"https://www.gravatar.com/avatar/{BARE}",
        f"/static/app.{BARE}.js",
        f"{BARE}.js",
        f"{BARE}{BARE[:8]}",  # a SHA-1 digest
        f"{BARE}{BARE}",
        f"x{BARE}",
        f"{BARE}@example.com",
        f"s{BARE}",
    ],
)
def test_digests_and_keys_are_not_ids_without_hyphens(text):
    assert parse(text).candidates == ()


def test_an_id_with_hyphens_outranks_one_without():
    assert ids(f"{OTHER.replace('-', '')} and {ID}") == [ID]
    assert ids(f"{BARE} or {OTHER.replace('-', '')}") == [ID, OTHER]


@pytest.mark.parametrize("rest", ["a day ago", "24 hours ago", "and so on", OTHER, "\na new line", ""])
def test_an_id_that_was_cut_off_does_not_absorb_next_words(rest):
    for cut in range(1, 12):
        assert ID[:24] not in " ".join(ids(f"{ID[:-cut]} {rest}"))


def test_ids_on_several_lines_are_not_joined():
    assert ids(f"{ID}\n{OTHER}\n{THIRD}") == [ID, OTHER, THIRD]
    assert ids(f"{ID[:-8]} {OTHER}") == [OTHER]


@given(st.uuids(version=4).map(str), st.integers(1, 35), st.sampled_from(["\n", "\r\n> ", "=\n"]))
def test_an_id_split_by_a_line_break_is_never_misread(visitor_id, place, line_end):
    assert set(ids(f"{visitor_id[:place]}{line_end}{visitor_id[place:]}")) <= {visitor_id}


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (f"{ID} {VERSION_7}", f"{VERSION_7} was ignored. This UUID is version 7; visitor ids are version 4."),
        (f"{ID} {VERSION_7} {VERSION_7[:-1]}f", "2 other UUIDs were ignored: visitor ids are version 4."),
        (f"{ID} visitor_id={VERSION_7} {VERSION_7}", f"{VERSION_7} was ignored."),
        (f"{ID} order_id={VERSION_7}", ""),
        (f"{ID} {SESSION}", ""),
        (VERSION_7, ""),
    ],
)
def test_rejected_ids_are_mentioned_in_the_remark(text, remark):
    assert parse(text).remark.startswith(remark)
    assert bool(parse(text).remark) == bool(remark)
