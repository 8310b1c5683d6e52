"""Parsing the addresses of page views."""

import pytest

from visitors.journey.pages import parse_page


@pytest.mark.parametrize(
    ("address", "host", "path", "query"),
    [
        ("example.com/pricing?plan=pro&x", "example.com", "/pricing", (("plan", "pro"), ("x", ""))),
        ("Example.COM", "example.com", "/", ()),
        ("https://example.com:8080/a", "example.com:8080", "/a", ()),
        ("/only/a/path", "", "/only/a/path", ()),
        ("example.com?ref=x", "example.com", "/", (("ref", "x"),)),
        ("example.com/%ED%95%9C%EA%B8%80?q=%F0%9F%98%80+a", "example.com", "/한글", (("q", "😀 a"),)),
        ("example.com/100%", "example.com", "/100%", ()),
        ("example.com/%ff", "example.com", "/%FF", ()),
        ("javascript:alert(1)", "javascript:alert(1)", "/", ()),
    ],
)
def test_an_address_has_a_host_a_path_and_a_query(address, host, path, query):
    read = parse_page(address)
    assert (read.host, read.path, read.query) == (host, path, query)
    assert (read.platform, read.screen) == (None, None)


def test_a_screen_of_an_app_has_platform_and_screen():
    read = parse_page("example.com/__app/ios/Order%20details")
    assert (read.platform, read.screen, read.label) == ("ios", "Order details", "Order details (iOS app)")


@pytest.mark.parametrize("address", ["example.com/__app/ios", "example.com/__app/ios/", "example.com/__app//Home"])
def test_an_app_address_without_screen_is_a_page(address):
    assert parse_page(address).screen is None


@pytest.mark.parametrize("address", [None, "", "  "])
def test_no_address_is_no_page(address):
    assert parse_page(address) is None


@pytest.mark.parametrize("hidden", ["\u202e", "%E2%80%AE", "\x00", "\ud800", "\u2066"])
def test_invisible_control_characters_are_replaced(hidden):
    assert parse_page(f"example.com/a{hidden}gpj.exe").path == "/a\ufffdgpj.exe"


@pytest.mark.parametrize(
    "address", ["/caf%E9", "/caf%E8", "/%E4%B8", "/a%00b", "/a%0Ab", "/a%2Fb", "/a%3Fb", "/100%25"]
)
def test_escapes_that_are_not_text_or_are_separators_stay(address):
    assert parse_page(f"example.com{address}").path == address


def test_text_around_an_undecodable_escape_is_decoded():
    assert parse_page("example.com/%E4%B8%AD%FF%E6%96%87?q=%E9%C3%A9#/caf%E9").label == "/中%FF文#/caf%E9"
    assert parse_page("example.com/?q=%E9&r=%C3%A9").query == (("q", "%E9"), ("r", "é"))


def test_secrets_are_masked_in_address_query_and_fragment():
    read = parse_page("https://example.com/reset?token=ABC-1&email=jane%40x.io#access_token=0123456789abcdefgh")
    assert read.url == "https://example.com/reset?token=...&email=jane%40x.io#access_token=012...efgh"
    assert read.query == (("token", "..."), ("email", "jane@x.io"))
    assert read.fragment == "access_token=012...efgh"


def test_joiners_of_persian_and_emoji_stay():
    assert parse_page("example.com/می‌خواهم/👩‍🚀").path == "/می‌خواهم/👩‍🚀"


def test_a_path_in_the_fragment_is_part_of_the_label():
    assert parse_page("example.com/#/pricing").label == "/#/pricing"
    assert parse_page("example.com/docs#install").label == "/docs"


@pytest.mark.parametrize(
    ("platform", "app"), [("ios", "iOS app"), ("iOS", "iOS app"), ("android", "Android app"), ("watch", "watch app")]
)
def test_an_app_is_spelled_as_its_makers_do(platform, app):
    assert parse_page(f"example.com/__app/{platform}/Home").app == app


def test_a_page_of_a_website_belongs_to_no_app():
    assert parse_page("example.com/").app == ""
