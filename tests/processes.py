"""Runs our programs in processes of their own, over an environment of their own: for what measures or looks at them."""

import base64
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import requests

ROOT = Path(__file__).parents[1]
# The first start of a server compresses the static files, which takes a busy machine a while.
PATIENCE_SECONDS = 90


def environment(state: str | Path, upstream: str) -> dict[str, str]:
    """What the settings read: fresh keys, everything in the folder `state`, `upstream` asked without a limit."""
    return {
        "ENV_FILE": "",
        "STATE_DIR": str(state),
        "DATABASE_URL": "",
        "DEBUG": "false",
        "HTTPS": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CREDENTIAL_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DATAFAST_API_URL": upstream,
        "DATAFAST_REQUESTS_PER_MINUTE": "100000",
        "API_REQUESTS_PER_MINUTE": "100000",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
    }


def free_port() -> int:
    """Return a port on which no process listens.

    It is below the ports that systems give to those who ask for any, so no other test gets it before the server starts.
    """
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


@contextmanager
def process(
    words: list[str], url: str, variables: dict[str, str] | None = None, *, log: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python with these words from when it answers at this address until the block ends.

    `variables` are its environment, where that is to be another one than ours; what it logs goes to `log`, else to our
    own standard error.
    """
    running = subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log, env=variables)
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                requests.get(url, timeout=5)
                break
            except (requests.ConnectionError, requests.Timeout):
                if running.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{words} did not answer at {url}.") from None
                time.sleep(0.1)
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
