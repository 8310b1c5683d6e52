"""Looks for secrets where they must not be: in every answer and every log line of the test run, and in its files.

The secrets are the sandbox's tokens, which the websites of the tests have, and the two keys of the test run. The
sandbox's own side of the wire is another program's, and is not looked at.
"""

import gzip
import logging
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.http.response import HttpResponseBase

from visitors.sandbox.tokens import TOKENS


def secrets() -> dict[bytes, str]:
    """What must be nowhere, with a name that may be printed."""
    known = {token.value: f"the {token.description}" for token in TOKENS}
    known |= {settings.SECRET_KEY: "SECRET_KEY"} | dict.fromkeys(settings.CREDENTIAL_KEYS, "a key of CREDENTIAL_KEY")
    return {secret.encode(): name for secret, name in known.items()}


def in_bytes(content: bytes, searched: dict[bytes, str] | None = None) -> list[str]:
    """The names of the secrets that stand in it."""
    return [name for secret, name in (searched or secrets()).items() if secret in content]


def in_files(paths: Iterable[Path]) -> list[str]:
    """A line for each secret in a file, or in what SQLite keeps beside it."""
    beside = [Path(f"{path}{suffix}") for path in paths for suffix in ("", "-wal", "-journal")]
    return [f"{name} in {path.name}" for path in beside for name in in_bytes(of_file(path))]


def of_file(path: Path) -> bytes:
    """What stands in a file; nothing where there is none. Another process reads it: SQLite's locks on a file are this
    process's, and whoever opens and closes it here beside SQLite lets them all go."""
    if not path.is_file():
        return b""
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout


def in_answer(answer: HttpResponseBase, searched: dict[bytes, str] | None = None) -> list[str]:
    """The names of the secrets in an answer's headers, cookies or body."""
    head = f"{list(answer.headers.items())}{answer.cookies.output()}".encode()
    body = b"" if answer.streaming else answer.content
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return in_bytes(head + body, searched)


class Watch(logging.Handler):
    """Looks at everything that passes; `found` has a line for each secret."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.searched = secrets()

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a line as its logger wrote it, before any formatter takes secrets out of it."""
        line = f"{self.format(record)} {record.__dict__}".encode(errors="replace")
        self.found += [f"{name} in a line of {record.name}" for name in in_bytes(line, self.searched)]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at all answers that Django gives, the live server's included, and at all lines that reach the root."""
        get_response = BaseHandler.get_response

        def watched(handler, request):
            answer = get_response(handler, request)
            self.found += [f"{name} in the answer to {request.path}" for name in in_answer(answer, self.searched)]
            return answer

        BaseHandler.get_response = watched
        logging.getLogger().addHandler(self)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self)
            BaseHandler.get_response = get_response
