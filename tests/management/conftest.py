"""Fixtures that run `manage.py` in its own process, with its own environment and state folder."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests import processes

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "ENV_FILE": "",
    "SECRET_KEY": "a-secret-of-the-test-run-only-and-long-enough-for-W009",
    "CREDENTIAL_KEY": "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdC0=",
    "PYTHONUNBUFFERED": "1",
}


@pytest.fixture
def free_port():
    """A port that is not in use."""
    return processes.free_port()


@pytest.fixture(scope="session")
def prepared_state(tmp_path_factory, worker_id):
    """A state folder after a first start, which takes seconds: one for all workers of the run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "prepared-state"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            script = "from visitors.management.commands.serve import prepare; prepare()"
            words = [sys.executable, "manage.py", "shell", "-v", "0", "-c", script]
            subprocess.run(words, cwd=ROOT, env=ENVIRONMENT | {"STATE_DIR": str(folder)}, check=True)
    return folder


@pytest.fixture
def later_start(prepared_state, tmp_path):
    """Let `manage` and `running` find the state folder of an earlier start."""
    shutil.copytree(prepared_state, tmp_path, dirs_exist_ok=True)
    shutil.copytree(prepared_state, tmp_path / "state")


@pytest.fixture
def manage(tmp_path):
    """Run `manage.py` to its end, and return its output and exit code."""

    def call(*words, stdin="", **environment):
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, words)],
            cwd=ROOT,
            env=ENVIRONMENT | {"STATE_DIR": str(tmp_path)} | environment,
            input=stdin,
            capture_output=True,
            text=True,
            umask=0o022,  # the usual one
            timeout=60,
            check=False,
        )

    return call


@pytest.fixture
def running(tmp_path):
    """Start a server with `manage.py`, yield its process once it answers, and stop it at the end of the block."""

    @contextmanager
    def run(port, *words, state="state", **environment):
        process = subprocess.Popen(
            [sys.executable, "manage.py", *words, "--port", str(port)],
            cwd=ROOT,
            env=ENVIRONMENT | {"STATE_DIR": str(tmp_path / state)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            umask=0o022,
        )
        try:
            _wait_for(process, port)
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                raise

    return run


def _wait_for(process, port):
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"It ended at once: {process.stdout.read()}")
        try:
            if requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    pytest.fail("It did not answer in time.")
