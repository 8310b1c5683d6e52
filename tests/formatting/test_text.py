"""Lists, and where lines may end."""

import pytest

from visitors import formatting


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
