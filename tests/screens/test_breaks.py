"""Where long words may be broken."""

import pytest

from visitors.screens.breaks import breakable


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
    assert breakable(text) == html
