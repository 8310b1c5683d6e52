"""What the OpenAPI document promises is what the API does."""

import pytest
from django.test import Client
from django.test.client import ClientHandler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.access_tokens import new_token
from visitors.sandbox import documented

pytestmark = pytest.mark.slow

# Ids that the sandbox knows: made-up ones are hardly ever ids.
IDS = [documented.RETURNING_LEAD.visitor_id, documented.CUSTOMER.visitor_id, documented.HOSTILE.visitor_id]
DOCUMENT = Client().get("/api/v1/openapi.json").json()
OPERATIONS = list(DOCUMENT["paths"])

# Each example is a request: 8 of them in `make test`, 333 in `make test-matrix`.
few_examples = settings(
    max_examples=settings.default.max_examples // 3, derandomize=True, suppress_health_check=list(HealthCheck)
)


def call_in_process(environ, start_response):
    """A WSGI application that keeps the test's database connection, as Django's test client does."""
    response = ClientHandler()(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


def test_the_document_is_openapi_3_1_and_names_every_operation():
    assert DOCUMENT["openapi"] == "3.1.0"
    assert set(DOCUMENT["paths"]) == {
        "/api/v1/visitors/{visitor_id}",
        "/api/v1/visitors/{visitor_id}/journey",
        "/api/v1/visitors/{visitor_id}/summary",
        "/api/v1/visitors",
        "/api/v1/websites",
        "/api/v1/admin/websites",
        "/api/v1/search",
    }
    assert DOCUMENT["components"]["securitySchemes"]["TokenAuth"] == {"type": "http", "scheme": "bearer"}
    for path, methods in DOCUMENT["paths"].items():
        assert set(methods) == {"get"}, path
        assert methods["get"]["security"] == [{"TokenAuth": []}], path


@pytest.mark.parametrize("path", OPERATIONS)
def test_every_answer_is_as_the_document_says(path, member, sandbox, settings):
    import schemathesis  # noqa: PLC0415 (slow)
    from schemathesis.checks import not_a_server_error  # noqa: PLC0415
    from schemathesis.specs.openapi import checks  # noqa: PLC0415

    settings.API_REQUESTS_PER_MINUTE = settings.DATAFAST_REQUESTS_PER_MINUTE = 100_000
    headers = new_token(member) | {"Accept-Encoding": "identity"}  # schemathesis unpacks nothing
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = call_in_process
    operation = schema[path]["GET"]
    every_check = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]

    @few_examples
    @given(operation.as_strategy(), st.sampled_from([None, *IDS]), st.sampled_from([None, "lumenkit"]))
    def check(case, visitor_id, website):
        if visitor_id and case.path_parameters:
            case.path_parameters = {"visitor_id": visitor_id}
        if case.query is not None and "websiteId" in case.query and website:
            case.query["websiteId"] = website
        response = case.call(headers=headers)
        case.validate_response(response, checks=every_check)
        statuses.add(response.status_code)

    statuses = set()
    check()
    assert 200 in statuses
