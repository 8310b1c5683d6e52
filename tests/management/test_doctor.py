"""`manage.py doctor` in its own deployments: its exit code, its words, and no secret and no traceback."""

import pytest

from tests.management.conftest import ENVIRONMENT


def test_a_deployment_before_its_first_start_has_nothing_wrong(manage):
    ended = manage("doctor", "--offline")
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.endswith("\nNothing is wrong.\n")
    assert "SECRET_KEY is set" in ended.stdout
    assert "note   There is no database at" in ended.stdout
    assert "       `make serve` creates it." in ended.stdout


def test_a_running_deployment_is_described(manage, later_start):
    ended = manage("doctor", "--offline")
    assert "0 websites, 0 users, 0 administrators." in ended.stdout
    assert "wrong  There is no administrator. (journeydesk.E010)" in ended.stdout
    assert ended.stdout.endswith("\n1 thing to fix.\n")


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "postgresql://me:a-secret-password@127.0.0.1:9/none"},
        {"CACHE_URL": "redis://:a-secret-password@127.0.0.1:9/0", "DEBUG": "true"},
        {"DATAFAST_API_URL": "http://127.0.0.1:9/api/v1"},
    ],
)
def test_what_is_wrong_is_in_the_words_and_in_the_exit_code(manage, environment):
    ended = manage("doctor", *([] if "DATAFAST_API_URL" in environment else ["--offline"]), **environment)
    assert ended.returncode == 1
    assert "wrong  " in ended.stdout
    assert "to fix." in ended.stdout
    assert ended.stderr == ""
    for secret in (ENVIRONMENT["SECRET_KEY"], ENVIRONMENT["CREDENTIAL_KEY"], "a-secret-password"):
        assert secret not in ended.stdout


def test_settings_that_cannot_be_read_end_in_a_sentence(manage):
    ended = manage("doctor", CREDENTIAL_KEY="short")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Journeydesk can't start. CREDENTIAL_KEY must be one or more keys")
    assert "Traceback" not in ended.stderr
