"""Where lines may end."""

import pytest

from visitors.formatting import add_line_breaks, bind_numbers


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
def test_an_address_breaks_between_its_parts_and_stays_text(text, html):
    assert add_line_breaks(text) == html


def test_a_number_keeps_the_word_that_it_counts():
    assert bind_numbers("1 visit 5 hours ago, paid $49 (2 days ago)") == (
        "1\xa0visit 5\xa0hours ago, paid $49 (2\xa0days ago)"
    )
