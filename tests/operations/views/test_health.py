"""The health checks of the process and of its database."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from visitors.operations.views import health

# Not in a transaction: the check writes in another thread.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_threads(monkeypatch):
    """Threads of this test only, so that a hanging one does not block another test."""
    with ThreadPoolExecutor(2) as threads:
        monkeypatch.setattr(health, "_threads", threads)
        yield


def test_a_working_process_is_ready(client, django_assert_num_queries):
    with django_assert_num_queries(0):  # the check's own query runs in another thread
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.content == b"database: ok\n"
    assert answer.headers["Content-Type"] == "text/plain"


def test_without_its_database_a_process_is_not_ready(client, monkeypatch, caplog):
    def fail():
        raise ConnectionError("postgresql://user:password@host is gone")

    monkeypatch.setattr(health, "_can_write_database", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content == b"database: failing\n"
    assert "ConnectionError" in caplog.text
    assert "password" not in caplog.text


def test_a_hanging_database_does_not_block_the_answer(client, monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(health, "TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(health, "_can_write_database", ended.wait)
    try:
        assert client.get("/readyz").content == b"database: failing\n"
    finally:
        ended.set()


def test_health_checks_need_no_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_health_checks_refuse_post(client):
    assert client.post("/readyz").status_code == 405
    assert client.post("/healthz").status_code == 405
