"""`manage.py serve` and `manage.py demo`, from start to Ctrl-C."""

import json
import os
import re
import signal
import socket

import pytest
import requests

from dashboard.addresses import network_address
from visitors.sandbox import documented


def sign_in(origin, name, password):
    """Sign in as a browser would; return the session."""
    browser = requests.Session()
    page = browser.get(f"{origin}/sign-in/", timeout=60)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    form = {"username": name, "password": password, "csrfmiddlewaretoken": token}
    answer = browser.post(f"{origin}/sign-in/", form, headers={"Referer": origin}, timeout=60)
    assert answer.ok
    assert answer.url == f"{origin}/"
    return browser


def test_the_demo_shows_its_visitors_and_can_be_restarted(running, free_port):
    origin = f"http://127.0.0.1:{free_port}"
    # The second time it listens on every address of the machine.
    for host, status in (("127.0.0.1", 400), ("0.0.0.0", 200)):
        words = ("demo", "--host", host)
        with running(free_port, *words, state="demo"), sign_in(origin, "demo", "demo") as browser:
            assert requests.get(f"{origin}/sign-in/", headers={"Host": "192.0.2.7"}, timeout=60).status_code == status
            with sign_in(origin, "victor", "demo") as colleague:
                assert colleague.get(f"{origin}/people/", timeout=60).status_code == 403
            for visitor in documented.HEADLINES:
                page = browser.get(f"{origin}/lumenkit/visitors/{visitor.visitor_id}/", timeout=60)
                assert page.status_code == 200
                assert visitor.visitor_id in page.text
            summary = browser.get(f"{page.url}summary.txt", timeout=60).text
            linked = re.search(r"Journey: (http://[\d.]+:\d+)/", summary)[1]
            assert requests.get(f"{linked}/healthz", timeout=60).ok
            assert (linked == origin) is (host == "127.0.0.1" or network_address() == "127.0.0.1")
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", free_port)) != 0  # nothing was left behind


def test_the_demo_refuses_another_state_folder(manage, free_port):
    ended = manage("demo", "--port", free_port)
    assert ended.returncode == 1
    assert "start it with `make demo`" in ended.stderr


def test_a_taken_port_ends_in_one_sentence(manage, free_port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        ended = manage("serve", "--port", free_port)
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1].startswith(f"CommandError: 127.0.0.1:{free_port} is taken")
    assert "Traceback" not in ended.stderr


INVITATION = re.compile(r"^  (http://127\.0\.0\.1:\d+)(/invitations/\S+)$", re.MULTILINE)


def printed(process):
    """Return what the server prints until it serves."""
    text = ""
    while "Journeydesk serves" not in text:
        text += os.read(process.stdout.fileno(), 65_536).decode()
    return text


def test_each_start_prints_the_same_link_until_it_is_used(running, later_start, free_port):
    with running(free_port, "serve") as process:
        first = INVITATION.search(printed(process))[2]
    with running(free_port, "serve") as process, requests.Session() as browser:
        origin, second = INVITATION.search(printed(process)).groups()
        assert origin == f"http://127.0.0.1:{free_port}"
        assert second == first
        page = browser.get(origin + second, timeout=60)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        form = {"first_name": "Ana", "email": "ana@example.com", "username": "ana", "csrfmiddlewaretoken": token}
        form |= dict.fromkeys(("password1", "password2"), "ships and 12 lighthouses")
        joined = browser.post(origin + second, form, headers={"Referer": origin}, timeout=60)
        assert joined.url == f"{origin}/websites/"
        assert browser.get(f"{origin}/people/", timeout=60).ok
    with running(free_port, "serve") as process:
        assert "/invitations/" not in printed(process)


def test_each_request_is_a_line_of_json_in_the_log(running, later_start, free_port):
    with running(free_port, "serve") as process:
        answer = requests.get(
            f"http://127.0.0.1:{free_port}/sign-in/", headers={"X-Request-ID": "a-proxys-id"}, timeout=60
        )
        assert answer.headers["X-Request-ID"] == "a-proxys-id"
        process.send_signal(signal.SIGINT)
        printed = process.communicate(timeout=60)[0].splitlines()
    lines = [json.loads(line) for line in printed if line.startswith("{")]
    (line,) = [line for line in lines if line.get("request_id") == "a-proxys-id"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "sign_in", 200)


def exposed(folder):
    """Return the paths that other users can read by themselves, or through their folders."""
    found = []
    for path in folder.iterdir():
        if path.stat().st_mode & 0o077:
            found.append(path.name)
            found += exposed(path) if path.is_dir() else []
    return found


def open_the_database(port):
    """Make a worker connect to the database, and so create its write-ahead log, with a session that does not exist."""
    assert requests.get(f"http://127.0.0.1:{port}/", cookies={"journeydesk_session": "x" * 32}, timeout=60).ok


def test_the_first_start_prepares_all_files_for_their_owner_only(running, free_port, tmp_path):
    state, origin = tmp_path / "state", f"http://127.0.0.1:{free_port}"
    with running(free_port, "serve", METRICS_TOKEN="a-token-of-the-tests-for-metrics"), requests.Session() as browser:
        page = browser.get(f"{origin}/sign-in/", timeout=60)
        assert page.ok
        style = re.search(r'href="(/static/journeydesk\.[0-9a-f]+\.css)"', page.text)[1]
        sheet = browser.get(origin + style, headers={"Accept-Encoding": "br"}, timeout=60)
        assert sheet.headers["Content-Encoding"] == "br"
        assert "immutable" in sheet.headers["Cache-Control"]
        assert sheet.headers["X-Request-ID"]
        open_the_database(free_port)
        names = {path.name for path in state.iterdir()}
        assert {"journeydesk.sqlite3", "journeydesk.sqlite3-wal", "static", "metrics"} <= names
        assert [state.stat().st_mode & 0o077, exposed(state)] == [0, []]


def test_the_start_protects_a_database_that_others_could_read(running, later_start, free_port, tmp_path):
    database = (tmp_path / "journeydesk.sqlite3").rename(tmp_path / "elsewhere.sqlite3")
    database.chmod(0o644)
    with running(free_port, "serve", DATABASE_URL=f"sqlite:///{database}"):
        open_the_database(free_port)
        modes = [path.stat().st_mode & 0o777 for path in tmp_path.glob("elsewhere.sqlite3*")]
        assert modes == [0o600] * 3


def test_a_command_creates_the_database_for_its_owner_only(manage, tmp_path):
    url = f"sqlite:///{tmp_path / 'new' / 'file.sqlite3'}"
    assert manage("migrate", "sessions", "--verbosity", "0", DATABASE_URL=url).returncode == 0
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / "file.sqlite3").stat().st_mode & 0o777 == 0o600


def test_too_long_request_headers_are_refused(running, later_start, free_port):
    with running(free_port, "serve"), socket.create_connection(("127.0.0.1", free_port), timeout=60) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 100_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_serving_is_refused_when_a_deployment_check_warns(manage, free_port):
    ended = manage("serve", "--port", free_port, ALLOWED_HOSTS="journeydesk.example.com", HTTPS="false")
    assert ended.returncode == 1
    assert "security.W010" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_deployment_checks_pass_behind_https(manage):
    ended = manage(
        "check", "--deploy", "--fail-level", "WARNING", ALLOWED_HOSTS="desk.example.com", TRUSTED_PROXIES="1"
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    ("chosen", "header"),
    [
        ("", "max-age=31536000"),
        pytest.param("host", "max-age=31536000", marks=pytest.mark.matrix),
        pytest.param("subdomains", "max-age=31536000; includeSubDomains", marks=pytest.mark.matrix),
        ("preload", "max-age=31536000; includeSubDomains; preload"),
    ],
)
def test_https_sends_the_chosen_hsts_and_secure_cookies(manage, chosen, header):
    script = (
        "from django.test import Client\n"
        "answer = Client().get('/healthz', headers={'Host': 'desk.example.com', 'X-Forwarded-Proto': 'https'})\n"
        "print(answer.status_code, answer.headers['Strict-Transport-Security'])\n"
        "from django.conf import settings\n"
        "print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)\n"
    )
    ended = manage("shell", "-v", "0", "-c", script, ALLOWED_HOSTS="desk.example.com", HSTS=chosen)
    assert ended.stdout.splitlines() == [f"200 {header}", "True True"]


def test_a_setting_that_is_no_longer_used_does_not_stop_the_start(running, later_start, free_port):
    with running(free_port, "serve", CACHE_URL="redis://127.0.0.1:9/0") as process:
        assert "CACHE_URL is set, and no longer used" in printed(process)
