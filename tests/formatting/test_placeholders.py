"""Placeholders that programs send where they have no value."""

import pytest

from visitors.formatting.placeholders import is_placeholder, remove_placeholders


@pytest.mark.parametrize(
    "text",
    ["undefined", "null", "NULL", "None", "NaN", "n/a", "(not set)", "(none)", "[object Object]", "{{placement}}",
     "{{ site_source_name }}", "${name}", "%%name%%", "%name%", "<%= name %>", "*|FNAME|*", "{campaign.id}",
     "undefined undefined", " null ", "{{first}} {{last}}", "<unknown>", "[null]", "(unknown)"],
)  # fmt: skip
def test_a_placeholder_is_recognized(text):
    assert is_placeholder(text)
    assert remove_placeholders(text) == ""


@pytest.mark.parametrize("text", ["", "google", "(direct)", "Nancy", "None of it", "100%", "Ann Null", "{}", "a{b}"])
def test_other_text_is_none(text):
    assert not is_placeholder(text)
    assert remove_placeholders(text) == text


def test_placeholders_are_removed_from_a_name():
    assert remove_placeholders("Jane undefined") == "Jane"
    assert remove_placeholders("null Doe {{suffix}}") == "Doe"


@pytest.mark.parametrize("text", ["{{}}" * 5000, "null " * 5000 + "x", "%%" * 5000])
def test_an_endless_text_is_none(text):
    assert not is_placeholder(text)
