"""Lists, and where lines may end."""

import pytest

from visitors import formatting
from visitors.formatting.text import isolate_address, truncate, truncate_middle


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("/", "/"),
        ("/dashboards/weekly", "/dashboards<wbr>/weekly"),
        ("https://images.example/a/b.png", "https://<wbr>images.example<wbr>/a<wbr>/b.png"),
        ("marina@velo-norte.example", 'marina@<span class="together">velo-norte.example</span>'),
        ("<b@i-c", '&lt;b@<span class="together">i-c</span>'),
        ("ask jonas@kiefernwerk.example", "ask jonas@<wbr>kiefernwerk.example"),
        ("/a//", "/a//"),
        ("<b>/</b>", "&lt;b&gt;<wbr>/&lt;<wbr>/b&gt;"),
    ],
)
def test_an_address_breaks_between_its_parts(text, html):
    assert formatting.add_line_breaks(text) == html


def test_a_number_stays_with_its_noun():
    assert formatting.bind_numbers("1 visit 5 hours ago, paid $49 (2 days ago)") == (
        "1\xa0visit 5\xa0hours ago, paid $49 (2\xa0days ago)"
    )


@pytest.mark.parametrize(
    ("parts", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_parts_are_joined_as_in_a_sentence(parts, text):
    assert formatting.join_list(parts) == text


def test_a_single_remaining_part_is_kept_not_counted():
    assert formatting.limit_list(["a", "b"], 2) == (["a", "b"], 0)
    assert formatting.limit_list(["a", "b", "c"], 2) == (["a", "b", "c"], 0)
    assert formatting.limit_list(["a", "b", "c", "d"], 2) == (["a", "b"], 2)
    assert formatting.limit_list([], 2) == ([], 0)


@pytest.mark.parametrize(
    ("event", "time", "text"),
    [
        ("paid $149", "yesterday", "paid $149 yesterday"),
        ("paid $149", "3 days ago", "paid $149 (3 days ago)"),
        ("came from x.com", "3 days ago", "came from x.com 3 days ago"),
        ("came from x.com", "", "came from x.com"),
    ],
)
def test_adjacent_numbers_are_set_apart(event, time, text):
    assert formatting.append_time(event, time) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("/a/b", "/a<wbr>/b"),
        ("/ar/منتج/42", "/ar<wbr>/<bdi>منتج</bdi><wbr>/42"),
        ("/מוצר/מחיר", "/<bdi>מוצר</bdi><wbr>/<bdi>מחיר</bdi>"),
        ("/?q=מוצר&page=2", "/?q=<bdi>מוצר</bdi>&amp;page=2"),
        ("/?מוצר=3&b=ג", "/?<bdi>מוצר</bdi>=3&amp;b=<bdi>ג</bdi>"),
        ("shop.example/#/מוצר/7", "shop.example/#/<bdi>מוצר</bdi><wbr>/7"),
        ("دكان.إختبار/1", "<bdi>دكان</bdi>.<bdi>إختبار</bdi><wbr>/1"),
        ("/<b>/מוצר", "/&lt;b&gt;<wbr>/<bdi>מוצר</bdi>"),
        ("/מוצר-חדש/", "/<bdi>מוצר-חדש</bdi><wbr>/"),
    ],
)
def test_the_parts_of_an_address_keep_their_order(text, html):
    assert formatting.address_html(text) == html


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("/a/b", "/a/b"),
        ("/ar/منتج/42", "\u2066/ar/\u2068منتج\u2069/42\u2069"),
        ("/?q=מוצר&n=2", "\u2066/?q=\u2068מוצר\u2069&n=2\u2069"),
    ],
)
def test_an_address_in_a_sentence_keeps_its_order(text, isolated):
    assert isolate_address(text) == isolated


@pytest.mark.parametrize("limit", range(2, 14))
def test_truncating_closes_isolates(limit):
    cut = truncate("a \u2068\u05d0\u05d1\u05d2\u05d3\u2069 (\u2068\u05d0\u05d1\u2069)", limit)
    assert cut.count("\u2068") == cut.count("\u2069")
    assert len(cut) <= limit


def test_truncating_in_the_middle_keeps_begin_and_end():
    assert truncate_middle("abcdefghij", 10) == "abcdefghij"
    assert truncate_middle("abcdefghijk", 10) == "abcd…ghijk"
    cut = truncate_middle("/series/" + "of-texts-" * 50 + "part-2", 300)
    assert (len(cut), cut[:8], cut[-6:]) == (300, "/series/", "part-2")
