"""Sign-in with OpenID Connect, at a real issuer on loopback."""

import base64
import hashlib
import json
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user_model
from django.test import Client

from tests.page_reader import Page
from visitors.accounts.openid import provider, views
from visitors.models import OpenIDIdentity

# A library of the mock issuer emits deprecation warnings.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")]

BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "visitors.accounts.openid.backend.OpenIDBackend",
]


def verified(email, **claims):
    return {"email": email, "email_verified": True, **claims}


def query(address):
    """Return the query parameters of a URL."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


PEOPLE = {
    "subject-mina": verified("Mina@example.com", name="Mina Park"),
    "subject-unverified": {"email": "mina@example.com", "email_verified": False},
    "subject-silent": {"email": "mina@example.com"},
    "subject-other": verified("mina@example.com"),
    "subject-joe": verified("joe@example.com", name="Joe"),
    "subject-without": {},
}


@pytest.fixture
def issuer(settings):
    from tests.openid_issuer import OpenIDIssuer  # noqa: PLC0415 (slow)

    with OpenIDIssuer(PEOPLE) as running:
        settings.OIDC_ISSUER = running.url
        settings.OIDC_RP_CLIENT_ID = "journeydesk"
        settings.OIDC_RP_CLIENT_SECRET = "the-secret-of-the-client"
        settings.AUTHENTICATION_BACKENDS = BACKENDS
        provider.get_provider_settings.cache.clear()
        yield running
    provider.get_provider_settings.cache.clear()


@pytest.fixture
def mina(member):
    """The member, with an email and without a password."""
    member.email = "mina@example.com"
    member.set_unusable_password()
    member.save()
    return member


@pytest.fixture
def password_of_mina(mina):
    mina.set_password("a long password")
    mina.save()
    return "a long password"


def sign_in_by_password(client, password, name="mina"):
    return client.post("/sign-in/", {"username": name, "password": password})


def start(client, then=""):
    """Press the button and return the URL at the issuer."""
    answer = client.get(f"/sign-in/openid/{then}")
    assert answer.status_code == 302
    return answer.url


def come_back(client, location):
    assert location.startswith("http://testserver/sign-in/openid/return/?")
    return client.get(location.removeprefix("http://testserver"))


def sign_in(client, issuer, subject, then=""):
    return come_back(client, issuer.agree(start(client, then), subject))


def person(client):
    """Return the user name of the signed-in user, or None."""
    shown = client.get("/account/")
    return shown.wsgi_request.user.get_username() if shown.status_code == 200 else None


def refusal(client, answer):
    """Return the text of the sign-in page after a refusal."""
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/sign-in/")
    assert person(client) is None
    return Page(client.get(answer.url).content).text


# ---- Redirects -------------------------------------------------------------------------------------------------------


def test_without_an_issuer_there_is_no_openid(client, db):
    assert "/sign-in/openid/" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/openid/").status_code == 404
    assert client.get("/sign-in/openid/return/?code=x&state=y").status_code == 404


def test_the_issuer_returns_to_the_configured_address(issuer, mina, settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://desk.example.com:8443", ["desk.example.com", "internal"]
    client = Client(headers={"host": "internal"})
    asked = start(client)
    assert query(asked)["redirect_uri"] == "https://desk.example.com:8443/sign-in/openid/return/"
    location = issuer.agree(asked, "subject-mina")
    assert location.startswith("https://desk.example.com:8443/sign-in/openid/return/?")
    assert client.get(location.removeprefix("https://desk.example.com:8443")).url == "/"
    assert person(client) == "mina"


def test_the_button_names_the_issuer(client, issuer, settings, db):
    settings.OIDC_NAME = "Example & Sons"
    page = client.get("/sign-in/?next=/account/").content.decode()
    assert 'href="/sign-in/openid/?next=/account/"' in page
    assert "Sign in with Example &amp; Sons" in page


def test_a_verified_email_links_the_identity(client, issuer, mina):
    assert sign_in(client, issuer, "subject-mina", "?next=/account/").url == "/account/"
    assert person(client) == "mina"
    identity = OpenIDIdentity.objects.get()
    assert (identity.user, identity.issuer, identity.subject) == (mina, issuer.url, "subject-mina")
    mina.email = "married@example.com"
    mina.save()
    again = Client()
    sign_in(again, issuer, "subject-mina")
    assert person(again) == "mina"
    assert OpenIDIdentity.objects.count() == 1


def test_state_nonce_and_pkce_are_sent(client, issuer, mina):
    address = start(client)
    sent = query(address)
    assert (sent["response_type"], sent["client_id"], sent["code_challenge_method"]) == ("code", "journeydesk", "S256")
    assert min(len(sent["state"]), len(sent["nonce"])) >= 32
    assert "the-secret" not in address
    come_back(client, issuer.agree(address, "subject-mina"))
    (form,) = issuer.forms_at("/oauth2/token")
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert sent["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert "the-secret" not in str(form)  # this issuer takes it in a header


@pytest.mark.parametrize("then", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_next_page_is_never_on_another_host(client, issuer, mina, then):
    assert sign_in(client, issuer, "subject-mina", f"?next={then}").url == "/"


def test_signing_out_ends_an_openid_session(client, issuer, mina):
    sign_in(client, issuer, "subject-mina")
    assert client.post("/sign-out/").url == "/sign-in/"
    assert person(client) is None


def test_a_session_does_not_need_the_issuer(client, issuer, mina):
    sign_in(client, issuer, "subject-mina")
    issuer.stop()
    provider.get_provider_settings.cache.clear()
    assert person(client) == "mina"


def test_passwords_work_while_the_issuer_is_down(client, issuer, password_of_mina):
    issuer.stop()
    form = {"username": "mina", "password": password_of_mina}
    assert client.post("/sign-in/?code=x&state=y", form).status_code == 302
    assert person(client) == "mina"


# ---- Matching accounts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["subject-unverified", "subject-silent", "subject-without"])
def test_an_unverified_email_is_refused(client, issuer, mina, subject):
    assert "isn’t verified" in refusal(client, sign_in(client, issuer, subject))
    assert not OpenIDIdentity.objects.exists()


def test_an_unverified_email_is_refused_for_administrators(client, issuer, db):
    get_user_model().objects.create_superuser("root", "mina@example.com", "a long password")
    assert "isn’t verified" in refusal(client, sign_in(client, issuer, "subject-unverified"))


def test_an_unknown_email_needs_an_invitation(client, issuer, mina):
    assert "No account here has your email." in refusal(client, sign_in(client, issuer, "subject-joe"))
    assert get_user_model().objects.count() == 1


def test_an_account_is_created_where_that_is_configured(client, issuer, settings, db):
    settings.OIDC_CREATE_USERS = True
    sign_in(client, issuer, "subject-joe")
    user = get_user_model().objects.get()
    assert (user.username, user.email, user.get_full_name()) == ("joe@example.com", "joe@example.com", "Joe")
    assert (user.has_usable_password(), user.is_staff, user.is_superuser) == (False, False, False)
    assert person(client) == "joe@example.com"


def test_an_inactive_account_is_refused(client, issuer, mina, settings):
    settings.OIDC_CREATE_USERS = True
    sign_in(client, issuer, "subject-mina")
    mina.is_active = False
    mina.save()
    assert person(client) is None  # in the existing session
    assert "is deactivated" in refusal(client, sign_in(client, issuer, "subject-mina"))
    OpenIDIdentity.objects.all().delete()
    assert "is deactivated" in refusal(client, sign_in(client, issuer, "subject-mina"))
    assert get_user_model().objects.count() == 1


def test_a_linked_account_is_not_linked_to_another_identity(client, issuer, mina):
    sign_in(client, issuer, "subject-mina")
    other = Client()
    assert "linked to another identity" in refusal(other, sign_in(other, issuer, "subject-other"))


def test_a_subject_of_another_issuer_is_another_identity(client, issuer, mina):
    OpenIDIdentity.objects.create(
        user=get_user_model().objects.create_user("eve"), issuer="https://other.example", subject="subject-mina"
    )
    sign_in(client, issuer, "subject-mina")
    assert person(client) == "mina"


# ---- Accounts with a password ---------------------------------------------------------------------------------------


def test_a_password_in_the_same_browser_links_the_identity(client, issuer, mina, password_of_mina):
    answer = sign_in(client, issuer, "subject-mina", "?next=/account/")
    assert "has a password. Sign in with the password once" in refusal(client, answer)
    assert answer.url == "/sign-in/?next=%2Faccount%2F"
    assert "Wrong user name, email or password" in Page(sign_in_by_password(client, "a wrong password").content).text
    assert sign_in_by_password(client, password_of_mina).status_code == 302
    assert "You can now also sign in with" in Page(client.get("/account/").content).text
    assert OpenIDIdentity.objects.get().user == mina
    elsewhere = Client()
    sign_in(elsewhere, issuer, "subject-mina")
    assert person(elsewhere) == "mina"


def test_a_copied_email_does_not_link_an_identity(client, issuer, viewer, settings):
    settings.OIDC_CREATE_USERS = True
    viewer.email = "joe@example.com"
    viewer.set_password("a long password")
    viewer.save()
    assert "has a password" in refusal(client, sign_in(client, issuer, "subject-joe"))
    sign_in_by_password(Client(), "a long password", viewer.username)  # in another browser
    assert not OpenIDIdentity.objects.exists()


def test_an_identity_is_linked_to_its_own_account_only(client, issuer, password_of_mina, viewer):
    viewer.set_password(password_of_mina)
    viewer.save()
    sign_in(client, issuer, "subject-mina")
    for name in (viewer.username, "mina"):  # the first sign-in discards the identity
        sign_in_by_password(client, password_of_mina, name)
        assert person(client) == name
        client.post("/sign-out/")
    assert not OpenIDIdentity.objects.exists()


def test_an_identity_is_linked_within_fifteen_minutes(client, issuer, password_of_mina, clock):
    sign_in(client, issuer, "subject-mina")
    clock.shift(timedelta(minutes=16))
    sign_in_by_password(client, password_of_mina)
    assert person(client) == "mina"
    assert not OpenIDIdentity.objects.exists()


def test_an_identity_linked_meanwhile_is_not_moved(client, issuer, password_of_mina, viewer):
    sign_in(client, issuer, "subject-mina")
    OpenIDIdentity.objects.create(user=viewer, issuer=issuer.url, subject="subject-mina")
    assert sign_in_by_password(client, password_of_mina).status_code == 302
    assert "From now on" not in Page(client.get("/account/").content).text
    assert OpenIDIdentity.objects.get().user == viewer


# ---- Errors ---------------------------------------------------------------------------------------------------------


def test_denied_consent_is_explained(client, issuer, mina):
    location = issuer.deny(start(client, "?next=/account/"))
    location = location if "state=" in location else f"{location}&state={next(iter(client.session['oidc_states']))}"
    answer = come_back(client, location)
    assert answer.url == "/sign-in/?next=%2Faccount%2F"
    assert views.UNFINISHED in refusal(client, answer)


def test_a_forged_error_does_not_sign_out(browser_of_member, issuer):
    browser_of_member.get("/sign-in/openid/return/?error=access_denied")
    assert person(browser_of_member) == "mina"


def test_a_response_for_another_browser_is_refused(client, issuer, mina):
    location = issuer.agree(start(client), "subject-mina")
    victim = Client()
    start(victim)
    assert views.STALE in refusal(victim, come_back(victim, location))


def test_a_response_works_once(client, issuer, mina):
    location = issuer.agree(start(client), "subject-mina")
    come_back(client, location)
    client.post("/sign-out/")
    assert views.STALE in refusal(client, come_back(client, location))


def test_an_invalid_code_is_refused(client, issuer, mina):
    location = f"http://testserver/sign-in/openid/return/?code=invented&state={query(start(client))['state']}"
    assert views.NOT_VALID in refusal(client, come_back(client, location))


def test_an_issuer_that_is_down_is_explained(client, issuer, mina):
    issuer.stop()
    answer = client.get("/sign-in/openid/?next=/account/")
    assert answer.url == "/sign-in/?next=%2Faccount%2F"
    assert views.NO_ANSWER in refusal(client, answer)
    elsewhere = client.get("/sign-in/openid/?next=https://elsewhere.example/")
    assert elsewhere.url == "/sign-in/"


def test_an_issuer_that_goes_down_midway_is_explained(client, issuer, mina):
    location = issuer.agree(start(client), "subject-mina")
    issuer.stop()
    assert views.NO_ANSWER in refusal(client, come_back(client, location))


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://another.example"},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
)
def test_invalid_issuer_metadata_is_refused(client, issuer, mina, wrong):
    issuer.answers["/.well-known/openid-configuration"] = lambda answer: answer | wrong
    assert views.NO_ANSWER in refusal(client, client.get("/sign-in/openid/"))
    assert [path for path, _ in issuer.asked] == ["/.well-known/openid-configuration"]


def resigned(change, key, algorithm="RS256"):
    """Return a change of token responses: other claims (None removes one), signed with another key."""

    def answer(said):
        claims = jwt.decode(said["id_token"], options={"verify_signature": False}) | change
        claims = {name: value for name, value in claims.items() if value is not None}
        return said | {"id_token": jwt.encode(claims, key, algorithm)}

    return answer


@pytest.fixture(scope="session")
def key():
    """A key other than the issuer's."""
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def issue(issuer, key):
    """`issue(claim=…)` changes claims of the issuer's tokens, with a valid signature."""
    known = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    issuer.answers["/jwks"] = lambda _: {"keys": [known]}

    def change(**claims):
        issuer.answers["/oauth2/token"] = resigned(claims, key)

    return change


def test_a_signature_with_another_key_is_refused(client, issuer, mina, key):
    issuer.answers["/oauth2/token"] = resigned({}, key)
    assert views.NOT_VALID in refusal(client, sign_in(client, issuer, "subject-mina"))


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_a_symmetric_or_missing_signature_is_refused(client, issuer, mina, algorithm):
    weak = "" if algorithm == "none" else "the-secret-of-the-client".ljust(32, "x")
    issuer.answers["/oauth2/token"] = resigned({}, weak, algorithm)
    assert views.NOT_VALID in refusal(client, sign_in(client, issuer, "subject-mina"))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another-client"},
        {"aud": None},
        {"azp": "another-client"},
        {"iss": "https://another.example"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
    ],
)
def test_a_token_with_wrong_claims_is_refused(client, issuer, mina, issue, change):
    issue(azp="journeydesk")
    assert sign_in(client, issuer, "subject-mina").url == "/"
    client.post("/sign-out/")
    issue(**change)
    assert views.NOT_VALID in refusal(client, sign_in(client, issuer, "subject-mina"))


@pytest.mark.parametrize("keys", [[], [{"kty": "RSA"}], [{"kty": "oct", "k": "c2VjcmV0"}], None])
def test_a_token_without_exactly_one_key_is_refused(client, issuer, mina, keys):
    issuer.answers["/jwks"] = lambda _: {"keys": keys}
    assert views.NOT_VALID in refusal(client, sign_in(client, issuer, "subject-mina"))


def test_a_missing_email_is_read_from_the_user_info(client, issuer, mina, issue):
    issue(email=None, email_verified=None)
    assert sign_in(client, issuer, "subject-mina").url == "/"
    assert person(client) == "mina"


def test_user_info_of_another_subject_is_refused(client, issuer, mina, issue):
    issue(email=None, email_verified=None)
    issuer.answers["/userinfo"] = lambda said: said | {"sub": "subject-joe"}
    assert views.NOT_VALID in refusal(client, sign_in(client, issuer, "subject-mina"))


@pytest.mark.parametrize("said", [[], {"error": "server_error"}, {"id_token": None}, {"id_token": "a.b.c"}, "text"])
def test_invalid_token_responses_are_explained(client, issuer, mina, said):
    issuer.answers["/oauth2/token"] = lambda _: said
    assert views.NOT_VALID in refusal(client, sign_in(client, issuer, "subject-mina"))


def test_errors_are_logged_without_secrets(client, issuer, mina, caplog, key):
    said = {}
    issuer.answers["/oauth2/token"] = lambda answer: said.update(answer) or resigned({}, key)(answer)
    location = issuer.agree(start(client), "subject-mina")
    come_back(client, location)
    assert "Signing in with OpenID failed" in caplog.text
    for secret in ("the-secret", query(location)["code"], said["id_token"], said["access_token"]):
        assert secret not in caplog.text


def test_openid_failures_do_not_lock_passwords(client, issuer, password_of_mina):
    issuer.answers["/oauth2/token"] = lambda _: []
    for _ in range(12):
        sign_in(client, issuer, "subject-mina")
    assert sign_in_by_password(client, password_of_mina).status_code == 302
