"""Password reset, by mail and with a link of an administrator."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client

from tests.concurrency import wait_for_mails
from tests.page_reader import Page
from visitors.accounts.views.password_reset import make_reset_link

NEW = "quite another password"


@pytest.fixture
def member(member):
    member.email = "mina@example.com"
    member.save()
    return member


@pytest.fixture
def link(member):
    """Return the path of a reset link as an administrator makes it."""
    address = make_reset_link(member)
    assert address.startswith("http://testserver/reset/")
    return address.removeprefix("http://testserver")


@pytest.fixture
def _mail(settings):
    settings.SENDS_MAIL = True


def words(answer):
    return Page(answer.content).text


def ask(address, client=None):
    answer = (client or Client()).post("/reset/", {"email": address}, follow=True)
    return words(answer)


def sent(count):
    """Return the mails, which must be this many."""
    wait_for_mails()
    assert len(mail.outbox) == count
    return mail.outbox


def set_password(client, link, new=NEW):
    form = client.get(link, follow=True)
    here = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client.post(here, {"new_password1": new, "new_password2": new}, follow=True)


def may_sign_in(password):
    return Client().post("/sign-in/", {"username": "mina", "password": password}).status_code == 302


def test_without_mail_the_reset_page_names_whom_to_ask(client, member):
    page = client.get("/reset/")
    assert "Ask an administrator" in words(page)
    assert 'method="post"' not in page.content.decode()
    assert client.post("/reset/", {"email": "mina@example.com"}).status_code == 404
    assert mail.outbox == []


@pytest.mark.usefixtures("_mail")
def test_a_mailed_link_sets_a_new_password(client, member):
    ask("MINA@example.com", client)
    (message,) = sent(1)
    assert message.to == ["mina@example.com"]
    assert "account mina" in message.body
    path = re.search(r"http://testserver(/reset/\S+)", message.body)[1]
    assert "Your new password is set." in words(set_password(client, path))
    assert may_sign_in(NEW)
    assert not may_sign_in("a long password")


@pytest.mark.usefixtures("_mail")
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "127.0.0.1:6666"},
        {"Host": "localhost"},
        {"Host": "TestServer.:6666"},
        {"X-Forwarded-Host": "evil.example:6666", "X-Forwarded-Port": "6666", "X-Forwarded-Proto": "http"},
        {"X-Forwarded-Server": "evil.example", "X-Forwarded-Prefix": "//evil.example", "X-Script-Name": "/evil"},
        {"Forwarded": "for=1.2.3.4;host=evil.example;proto=http", "X-Original-URL": "http://evil.example/reset/"},
        {"Origin": "http://localhost:6666", "Referer": "http://localhost:6666/reset/"},
    ],
)
@pytest.mark.parametrize("public_url", ["https://desk.example.com", ""])
def test_a_mailed_link_ignores_the_host_of_the_request(member, settings, headers, public_url):
    settings.PUBLIC_URL = public_url
    Client(headers=headers).post("/reset/", {"email": "mina@example.com"})
    (message,) = sent(1)
    (address,) = re.findall(r"\S*://\S*", message.body)
    assert address.startswith(f"{public_url or 'http://testserver'}/reset/")
    # The token in the address is random, and may have such digits or letters.
    assert not re.search(r"6666|evil|localhost|127\.0", message.body.replace(address, ""))


@pytest.mark.usefixtures("_mail")
def test_known_and_unknown_emails_get_the_same_response(member):
    get_user_model().objects.create_user("gone", email="gone@example.com", password="x", is_active=False)
    get_user_model().objects.create_user("elsewhere", email="elsewhere@example.com")  # has no password
    answers = {ask(f"{name}@example.com") for name in ("mina", "unknown", "gone", "elsewhere")}
    assert len(answers) == 1
    (message,) = sent(1)
    assert message.to == ["mina@example.com"]


@pytest.mark.usefixtures("_mail")
def test_repeated_requests_send_one_mail(member, clock):
    for _ in range(5):
        ask("mina@example.com")
    sent(1)
    clock.shift(timedelta(minutes=6))
    ask("mina@example.com")
    sent(2)


@pytest.mark.usefixtures("_mail")
def test_a_mail_failure_is_logged_without_the_link(member, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert "Check your email" in ask("mina@example.com")
    wait_for_mails()
    assert "could not be sent: ConnectionRefusedError" in caplog.text
    assert "/reset/" not in caplog.text
    assert "mina@example.com" not in caplog.text


def test_a_reset_link_works_once(client, member, link):
    set_password(client, link)
    assert "This link has expired" in words(Client().get(link))


def test_a_reset_link_expires_after_three_days(client, member, link, clock):
    clock.shift(timedelta(days=3, minutes=1))
    assert "This link has expired" in words(client.get(link))


def test_a_reset_link_expires_with_the_next_sign_in(client, member, link):
    assert may_sign_in("a long password")
    assert "This link has expired" in words(client.get(link))


def test_the_reset_token_is_removed_from_the_address(client, link):
    answer = client.get(link)
    assert answer.status_code == 302
    token = link.strip("/").rpartition("/")[2]
    page = client.get(answer.url)
    assert token not in answer.url
    assert token not in page.content.decode()
    for one in (answer, page):
        assert "no-store" in one.headers["Cache-Control"]
        assert one.headers["Referrer-Policy"] == "same-origin"


def test_a_reset_applies_the_password_rules(client, member, link):
    assert "too common" in words(set_password(client, link, "password123"))
    assert may_sign_in("a long password")


def test_a_reset_unlocks_the_account(client, member, link):
    for _ in range(10):
        may_sign_in("wrong")
    assert not may_sign_in("a long password")
    set_password(client, link)
    assert may_sign_in(NEW)


@pytest.mark.parametrize("path", ["/reset/MQ/invented/", "/reset/%00/x/", "/reset/MQ/set-password/", "/reset/zz/zz/"])
def test_an_invalid_reset_link_is_refused(client, member, path):
    assert "This link has expired" in words(client.get(path))
    posted = client.post(path, {"new_password1": NEW, "new_password2": NEW})
    assert "This link has expired" in words(posted)
    assert may_sign_in("a long password")


def test_a_link_from_the_future_has_expired(client, member, clock):
    clock.shift(timedelta(days=300))
    path = make_reset_link(member).removeprefix("http://testserver")
    clock.shift(-timedelta(days=300))
    set_password(client, path)
    assert not may_sign_in(NEW)
