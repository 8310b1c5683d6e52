"""`manage.py sandbox`, as a person starts it."""

import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from visitors.sandbox.documented import DOCUMENTED
from visitors.sandbox.tokens import TOKENS

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


@contextmanager
def manage(*arguments, **options):
    command = [sys.executable, "manage.py", "sandbox", *map(str, arguments)]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes, **options) as process:
        try:
            yield process
        finally:
            process.kill()  # where Ctrl-C is ignored, as in a shell's background, it would be waited for without end


def read_until(process, text, seconds=20):
    """Return everything printed until `text` is in it. Fails when that takes too long."""
    printed = ""
    while text not in printed:
        ready, _, _ = select.select([process.stdout], [], [], seconds)
        assert ready, f"no {text!r} within {seconds} s: {printed}"
        piece = os.read(process.stdout.fileno(), 65536).decode()
        assert piece, f"ended before it said {text!r}: {printed}{process.stderr.read()}"
        printed += piece
    return printed


def test_it_prints_all_ids_and_tokens_and_ctrl_c_ends_it_cleanly():
    with manage("--port", 0) as process:
        printed = read_until(process, "Ctrl-C ends it.")
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert "The sandbox serves http://127.0.0.1:" in printed
    for entry in DOCUMENTED:
        assert entry.visitor_id in printed
        assert entry.description in printed
    for token in TOKENS:
        assert token.value in printed
    assert (process.returncode, errors) == (0, "")
    assert "stopped" in rest


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--port", 99999], "cannot serve 127.0.0.1 port 99999"), (["--host", "0.0.0.0"], "add --allow-remote")],
)
def test_what_cannot_be_served_gives_one_sentence_and_exit_code_1(arguments, sentence):
    with manage(*arguments) as process:
        printed, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert sentence in errors
    assert len(errors.strip().splitlines()) == 1
    assert printed == ""


def test_a_taken_port_gives_one_sentence_and_exit_code_1(sandbox):
    with manage("--port", sandbox.port) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"port {sandbox.port} (Address already in use): choose another with --port." in errors
    assert len(errors.strip().splitlines()) == 1
