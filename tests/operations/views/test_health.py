"""Whether the process is there, and whether it can work."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches

from visitors.operations.views import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_threads(monkeypatch):
    """Threads of this test alone, so that none that hangs is another test's."""
    with ThreadPoolExecutor(2) as threads:
        monkeypatch.setattr(health, "_threads", threads)
        yield


def test_a_process_that_can_work_says_so_to_everybody(client, django_assert_num_queries):
    with django_assert_num_queries(0):  # those of the question itself are asked beside the request
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.content == b"database: ok\ncache: ok\n"
    assert answer.headers["Content-Type"] == "text/plain"


def test_without_its_cache_it_works_on(client, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.CACHES = {
        "default": {"BACKEND": "dashboard.caches.EmbeddedCache", "LOCATION": str(tmp_path / "file" / "cache.sqlite3")}
    }
    caches.close_all()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.content == b"database: ok\ncache: failing\n"


def test_without_its_database_it_does_not(client, monkeypatch, caplog):
    def gone():
        raise ConnectionError("postgresql://user:password@host is gone")

    monkeypatch.setattr(health, "_database", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content == b"database: failing\ncache: ok\n"
    assert "ConnectionError" in caplog.text
    assert "password" not in caplog.text


def test_a_database_that_hangs_is_not_waited_for(client, monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(health, "_database", over.wait)
    try:
        assert client.get("/readyz").content.startswith(b"database: failing\n")
    finally:
        over.set()


def test_whoever_watches_over_it_needs_no_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_neither_answers_to_a_post(client):
    assert client.post("/readyz").status_code == 405
    assert client.post("/healthz").status_code == 405
