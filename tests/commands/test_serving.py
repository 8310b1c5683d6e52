"""`manage.py serve` and `manage.py demo`, from start to Ctrl-C."""

import re
import socket

import requests

from visitors.sandbox import documented


def sign_in(origin, name, password):
    """Sign in as a browser would; return the session."""
    browser = requests.Session()
    page = browser.get(f"{origin}/sign-in/", timeout=10)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    form = {"username": name, "password": password, "csrfmiddlewaretoken": token}
    answer = browser.post(f"{origin}/sign-in/", form, headers={"Referer": origin}, timeout=10)
    assert answer.ok
    assert answer.url == f"{origin}/"
    return browser


def test_the_demo_shows_a_journey_of_every_visitor_it_names_and_starts_again(running, free_port):
    origin = f"http://127.0.0.1:{free_port}"
    for _ in range(2):
        with running(free_port, "demo", state="demo"), sign_in(origin, "demo", "demo") as browser:
            for visitor in documented.HEADLINES:
                page = browser.get(f"{origin}/lumenkit/visitors/{visitor.visitor_id}/", timeout=20)
                assert page.status_code == 200
                assert visitor.visitor_id in page.text
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", free_port)) != 0  # nothing was left behind


def test_the_demo_refuses_to_write_into_another_state_folder(manage, free_port):
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


def test_serving_begins_on_an_empty_database_with_static_files_that_may_be_kept_for_good(running, free_port):
    origin = f"http://127.0.0.1:{free_port}"
    with running(free_port, "serve"), requests.Session() as browser:
        page = browser.get(f"{origin}/sign-in/", timeout=10)
        assert page.ok
        style = re.search(r'href="(/static/journeydesk\.[0-9a-f]+\.css)"', page.text)[1]
        sheet = browser.get(origin + style, headers={"Accept-Encoding": "br"}, timeout=10)
        assert sheet.headers["Content-Encoding"] == "br"
        assert "immutable" in sheet.headers["Cache-Control"]


def test_serving_is_refused_where_the_deployment_check_warns(manage, free_port):
    ended = manage("serve", "--port", free_port, ALLOWED_HOSTS="journeydesk.example.com", HTTPS="false")
    assert ended.returncode == 1
    assert "security.W012" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_deployment_check_is_clean_behind_https(manage):
    ended = manage("check", "--deploy", "--fail-level", "WARNING", ALLOWED_HOSTS="journeydesk.example.com")
    assert ended.returncode == 0, ended.stderr
