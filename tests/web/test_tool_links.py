"""Links to other tools."""

from uuid import UUID

import pytest
from django.core.exceptions import ValidationError

from visitors.journey import Person
from visitors.web.tool_links import ToolLink, fill_template, validate_template

VISITOR = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
PERSON = Person(
    email="jo+x@example.com",
    user_id="a/b?c#d",
    metadata=(("Plan", "Größe & mehr"), ("empty", ""), ("none", "undefined")),
)


def url(template, person=PERSON):
    link = fill_template("Tool", template, visitor_id=VISITOR, person=person)
    return link and link.url


@pytest.mark.parametrize(
    "template",
    [
        "https://dashboard.stripe.com/search?query={email}",
        "https://admin.example.com:8443/users/{user_id}/{metadata.company.name}#{visitor_id}",
        "https://crm.example.com?q={metadata.Company-name}",
    ],
)
def test_addresses_with_https_and_a_fixed_host_are_accepted(template):
    validate_template(template)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("http://example.com/{email}", "https://"),
        ("javascript:alert({email})", "https://"),
        ("//example.com/{email}", "https://"),
        ("HTTPS://example.com/{email}", "https://"),
        ("https://{email}/", "host must be fixed"),
        ("https://{metadata.a/b}.example.com/", "host must be fixed"),
        ("https://x{email}.example.com/", "host must be fixed"),
        ("https://example.com:{user_id}/", "host must be fixed"),
        ("https://me:secret@example.com/{email}", "user name"),
        ("https://example.com\\@evil.example/{email}", "user name"),
        ("https://example.com\\.evil.example/{email}", "backslashes"),
        ("https://example.com/a b/{email}", "spaces"),
        ("https://example.com/\t{email}", "spaces"),
        ("https://exаmple.com/{email}", "ASCII"),  # a Cyrillic letter
        ("https://example.com/{name}", "{name} is not a placeholder"),
        ("https://example.com/{metadata.}", "{metadata.} is not a placeholder"),
        ("https://example.com/{email", "brace"),
        ("https://example.com/{{email}}", "brace"),
        ("https://example.com/", "Add a placeholder"),
        ("https:///{email}", "valid address"),
        ("https://example..com/{email}", "valid address"),
    ],
)
def test_other_addresses_are_refused_with_a_reason(template, problem):
    with pytest.raises(ValidationError, match=problem.replace("{", r"\{").replace(".", r"\.")):
        validate_template(template)


def test_a_link_names_its_host_and_encodes_values():
    template = "https://Admin.example.com:8443/u/{user_id}?e={email}&p={metadata.Plan}"
    assert fill_template("Admin", template, visitor_id=VISITOR, person=PERSON) == ToolLink(
        "Admin",
        "admin.example.com:8443",
        "https://Admin.example.com:8443/u/a%2Fb%3Fc%23d?e=jo%2Bx%40example.com&p=Gr%C3%B6%C3%9Fe%20%26%20mehr",
    )


@pytest.mark.parametrize("name", ["metadata.missing", "metadata.empty", "metadata.none"])
def test_a_link_without_its_value_is_left_out(name):
    assert url(f"https://example.com/{{{name}}}") is None


def test_an_anonymous_visitor_has_only_links_by_visitor_id():
    assert url("https://example.com/{email}", None) is None
    assert url("https://example.com/{visitor_id}", None) == f"https://example.com/{VISITOR}"


def test_a_value_cannot_lead_to_another_folder():
    dots = Person(user_id="..", metadata=(("dot", "."),))
    assert url("https://example.com/users/{user_id}/edit", dots) is None
    assert url("https://example.com/users/{metadata.dot}{metadata.dot}/edit", dots) is None
    assert url("https://example.com/?id={user_id}", dots) == "https://example.com/?id=.."
