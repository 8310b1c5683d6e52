"""Servers on several machines that start at the same moment on one PostgreSQL database."""

import subprocess
import sys

import psycopg
import pytest

from tests.management.conftest import ENVIRONMENT, ROOT

START = """
import django
django.setup()
from visitors.accounts import invitations
from visitors.management.commands.serve import prepare, start_lock
with start_lock():
    prepare()
    print(invitations.path(invitations.invite_first_administrator()))
"""


@pytest.mark.postgresql
def test_servers_starting_at_once_migrate_in_turn_and_print_one_link(postgresql_url, tmp_path):
    with psycopg.connect(f"{postgresql_url.rpartition('/')[0]}/postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{postgresql_url.rpartition("/")[2]}"')
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", START],
            cwd=ROOT,
            env=ENVIRONMENT
            | {
                "DJANGO_SETTINGS_MODULE": "dashboard.settings",
                "STATE_DIR": str(tmp_path / name),
                "DATABASE_URL": postgresql_url,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two", "three")
    ]
    outputs = [start.communicate(timeout=120) for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0], outputs
    assert len({output for output, _ in outputs}) == 1
