"""A real OpenID issuer on loopback, over HTTP: oidc-provider-mock with a request log and changeable responses.

    with OpenIDIssuer({"jane": {"email": "jane@example.com", "email_verified": True}}) as issuer:
        settings.OIDC_ISSUER = issuer.url
        location = issuer.agree(address_of_the_authorization, "jane")

`issuer.answers["/oauth2/token"] = lambda answer: …` changes the response of that path before it is sent.

Importing this module takes half a second, so import it where it is used.
"""

import warnings
from functools import cache
from threading import Thread
from unittest.mock import patch

import flask
import requests
from werkzeug.serving import make_server

with warnings.catch_warnings(record=True):  # its dependencies emit deprecation warnings at import
    import oidc_provider_mock
    from authlib.jose import RSAKey


@cache
def signing_key():
    """Return the key of every issuer of the run: making one takes a tenth of a second."""
    return RSAKey.generate_key(is_private=True)


class OpenIDIssuer:
    """The issuer. `people` maps subjects to their claims."""

    def __init__(self, people):
        users = [oidc_provider_mock.User(sub=subject, claims=claims) for subject, claims in people.items()]
        self.asked, self.answers = [], {}
        with patch.object(RSAKey, "generate_key", return_value=signing_key()):
            app = oidc_provider_mock.app(user_claims=users, require_nonce=True)
        app.before_request(self._note)
        app.after_request(self._answer)
        self._server = make_server("localhost", 0, app, threaded=True)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://localhost:{self._server.server_port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Stop answering."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def agree(self, authorization, subject):
        """Sign in at the issuer; return the URL of the redirect back."""
        return self._choose(authorization, {"sub": subject})

    def deny(self, authorization):
        """Deny consent; return the URL of the redirect back."""
        return self._choose(authorization, {"action": "deny"})

    def forms_at(self, path):
        """Return the forms posted to one of its paths."""
        return [form for asked, form in self.asked if asked == path]

    def _choose(self, authorization, form):
        assert authorization.startswith(f"{self.url}/oauth2/authorize?")
        answer = requests.post(authorization, form, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def _note(self):
        self.asked.append((flask.request.path, flask.request.form.to_dict()))

    def _answer(self, answer):
        change = self.answers.get(flask.request.path)
        if change:
            answer.direct_passthrough = False
            answer.set_data(flask.json.dumps(change(flask.json.loads(answer.get_data()))))
        return answer
