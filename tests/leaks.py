"""Search for secrets where they must not be: in every response and log line of the test run, and in its files.

The secrets are the sandbox's tokens, which the tests' websites have, the two keys of the test run, and every access
token (`jd_…`) and every panel's (`jdp_…`) that a test creates. The sandbox's own log and memory are not searched: it
stands in for another company's server.
"""

import gzip
import logging
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.db.models.signals import post_save
from django.http.response import HttpResponseBase

from visitors.models import AccessToken, PanelPairing
from visitors.sandbox.tokens import TOKENS

# As `integrations.tokens.actions` and `integrations.panel.pairing` make them. Within other text, one counts only if its
# hash is that of a token of this process: one of some thousand encrypted texts, which are random, has such a part.
_ACCESS_TOKEN = re.compile(rb"jdp?_[A-Za-z0-9_-]{43}")
_SEPARATE_TOKEN = re.compile(rb"(?<![\w-])jdp?_[A-Za-z0-9_-]{43}(?![\w-])")
_token_digests: set[str] = set()
# The only responses that show one.
_SHOWN_ONCE = re.compile(r"POST (/account/tokens/|/panel/[\w-]+/pair/)")


def secrets() -> dict[bytes, str]:
    """Return the secrets, each with a name that may be printed."""
    known = {token.value: f"the {token.description}" for token in TOKENS}
    known |= {settings.SECRET_KEY: "SECRET_KEY"} | dict.fromkeys(settings.CREDENTIAL_KEYS, "a key of CREDENTIAL_KEY")
    return {secret.encode(): name for secret, name in known.items()}


def in_bytes(content: bytes, searched: dict[bytes, str] | None = None) -> list[str]:
    """Return the names of the secrets in it."""
    names = [name for secret, name in (searched or secrets()).items() if secret in content]
    return [*names, "an access token"] if _has_access_token(content) else names


def _has_access_token(content: bytes) -> bool:
    if _SEPARATE_TOKEN.search(content):
        return True
    start = 0
    while found := _ACCESS_TOKEN.search(content, start):
        if sha256(found[0]).hexdigest() in _token_digests:
            return True
        start = found.start() + 1
    return False


def _remember_token(instance: AccessToken | PanelPairing, **_: object) -> None:
    """Remember the hash of each access token, as a receiver of `post_save`."""
    _token_digests.add(instance.digest)


def in_files(paths: Iterable[Path]) -> list[str]:
    """Return a line for each secret in a file, or in SQLite's files beside it."""
    files = [Path(f"{path}{suffix}") for path in paths for suffix in ("", "-wal", "-journal")]
    return [f"{name} in {path.name}" for path in files for name in in_bytes(read_file(path))]


def read_file(path: Path) -> bytes:
    """Return a file's content; b"" without a file.

    Another process reads it: SQLite's locks belong to the process, which loses them all when it closes the file here.
    """
    if not path.is_file():
        return b""
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout


def in_response(response: HttpResponseBase, searched: dict[bytes, str] | None = None) -> list[str]:
    """Return the names of the secrets in a response's headers, cookies or body."""
    head = f"{list(response.headers.items())}{response.cookies.output()}".encode()
    body = b"" if response.streaming else response.content
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return in_bytes(head + body, searched)


class Watch(logging.Handler):
    """Searches all responses and log lines; `found` has a line for each secret."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.searched = secrets()

    def emit(self, record: logging.LogRecord) -> None:
        """Search a line as its logger wrote it, before a formatter redacts it."""
        line = f"{self.format(record)} {record.__dict__}".encode(errors="replace")
        self.found += [f"{name} in a line of {record.name}" for name in in_bytes(line, self.searched)]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Search all responses of Django, the live server's included, and all lines that reach the root logger."""
        get_response = BaseHandler.get_response

        def watched(handler, request):
            response = get_response(handler, request)
            names = in_response(response, self.searched)
            if _SHOWN_ONCE.fullmatch(f"{request.method} {request.path}") and "an access token" in names:
                names.remove("an access token")
            self.found += [f"{name} in the response to {request.path}" for name in names]
            return response

        BaseHandler.get_response = watched
        logging.getLogger().addHandler(self)
        for model in (AccessToken, PanelPairing):
            post_save.connect(_remember_token, model)
        try:
            yield
        finally:
            for model in (AccessToken, PanelPairing):
                post_save.disconnect(_remember_token, model)
            logging.getLogger().removeHandler(self)
            BaseHandler.get_response = get_response
