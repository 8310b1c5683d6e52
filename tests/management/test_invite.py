"""`manage.py invite`: an invitation link without a browser."""

import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from visitors.models import Invitation, Membership

ANA = {
    "first_name": "Ana Lima",
    "email": "ana@example.com",
    "username": "ana",
    "password1": "ships and 12 lighthouses",
    "password2": "ships and 12 lighthouses",
}


@pytest.fixture
def invite(db):
    """Call the command, and return its output."""

    def call(*words):
        printed = io.StringIO()
        call_command("invite", *words, stdout=printed)
        return printed.getvalue()

    return call


def path_in(printed):
    return re.search(r"^  http://127.0.0.1:8000(/invitations/\S+)$", printed, flags=re.MULTILINE)[1]


def test_an_administrator_is_invited(invite, client, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    path = path_in(invite("ana@example.com", "--administrator", "--host", "127.0.0.1", "--port", "8000"))
    assert client.post(path, ANA, headers={"host": "127.0.0.1"}).url == "/websites/"
    assert get_user_model().objects.get(username="ana").is_superuser


def test_a_member_of_a_website_is_invited(invite, client, lumenkit, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    printed = invite(
        "ana@example.com", "--website", "lumenkit", "--role", "admin", "--port", "8000", "--host", "0.0.0.0"
    )
    assert "makes ana@example.com a manager of Lumenkit" in printed
    client.post(path_in(printed), ANA, headers={"host": "127.0.0.1"})
    assert Membership.objects.get(user__username="ana").role == "admin"


def test_an_existing_account_is_pointed_out(invite, member):
    assert "manage.py changepassword mina" in invite("mina", "--administrator")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ana"], "one of the arguments --administrator --website is required"),
        (["ana", "--administrator", "--website", "lumenkit"], "not allowed with argument"),
        (["ana", "--administrator", "--role", "admin"], "An administrator has no role"),
        (["ana@example.com", "--website", "nowhere"], "There is no website nowhere. There are: lumenkit."),
        (["ana", "--website", "lumenkit", "--role", "owner"], "invalid choice: 'owner'"),
        (["ana@", "--administrator"], "Enter a valid email address."),
        (["ana", "--administrator"], "There is no user ana."),
        ([" ", "--administrator"], "Enter a user name or an email address."),
        (["x" * 255, "--administrator"], "at most 254 characters"),
    ],
)
def test_impossible_arguments_are_refused_with_a_sentence(invite, lumenkit, words, sentence):
    with pytest.raises(CommandError, match=re.escape(sentence)):
        invite(*words)
    assert not Invitation.objects.exists()
