"""`manage.py doctor`, in deployments of its own: it ends well, badly or in a sentence, and never in a traceback."""

import pytest

from tests.management.conftest import ENVIRONMENT


def test_a_deployment_that_has_not_begun_yet_has_an_upstream_to_reach_and_nothing_broken(manage):
    ended = manage("doctor", "--offline")
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.endswith("\nNothing is wrong.\n")
    assert "warn   There is no database at" in ended.stdout
    assert "       `make serve` makes it." in ended.stdout


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "postgresql://me:a-secret-password@127.0.0.1:9/none"},
        {"CACHE_URL": "redis://:a-secret-password@127.0.0.1:9/0", "DEBUG": "true"},
        {"DATAFAST_API_URL": "http://127.0.0.1:9/api/v1"},
    ],
)
def test_what_is_wrong_is_said_in_words_and_in_the_exit_code(manage, environment):
    ended = manage("doctor", *([] if "DATAFAST_API_URL" in environment else ["--offline"]), **environment)
    assert ended.returncode == 1
    assert "wrong  " in ended.stdout
    assert "to mend." in ended.stdout
    assert ended.stderr == ""
    for secret in (ENVIRONMENT["SECRET_KEY"], ENVIRONMENT["CREDENTIAL_KEY"], "a-secret-password"):
        assert secret not in ended.stdout


def test_settings_that_can_not_be_read_end_in_a_sentence(manage):
    ended = manage("doctor", CREDENTIAL_KEY="short")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Journeydesk can't start. CREDENTIAL_KEY must be one or more keys")
    assert "Traceback" not in ended.stderr
