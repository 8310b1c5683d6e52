"""`manage.py backup`: a consistent copy made while others write, from which a new deployment can start."""

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
for number in range(10**9):
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO pair VALUES (?, 'first')", (number,))
    connection.execute("INSERT INTO pair VALUES (?, 'second')", (number,))
    connection.execute("COMMIT")
    if number == 50:
        print("writing", flush=True)
"""
SHOP = """
from visitors.models import Website
shop = Website(slug="shop", name="Shop", domain="shop.example.com")
shop.set_token("df_thekeyoftheshop00000001")
shop.save()
"""


@pytest.fixture
def writer(later_start, tmp_path):
    """A process that keeps writing pairs of rows, each pair in one transaction."""
    database = tmp_path / "journeydesk.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE pair (number INTEGER, which TEXT)")
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(database)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "writing\n"
    yield process
    process.kill()
    process.communicate()


def test_a_copy_is_consistent_while_others_write(manage, writer, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    ended = manage("backup", copy)
    assert ended.returncode == 0, ended.stderr
    assert writer.poll() is None
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        firsts, seconds = (
            connection.execute("SELECT count(*) FROM pair WHERE which = ?", (which,)).fetchone()[0]
            for which in ("first", "second")
        )
    assert firsts == seconds > 50
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy.sqlite3"]
    assert (tmp_path / "last-backup").exists()  # the checklist on the home page reads its time


def test_a_copy_is_readable_by_its_owner_only(manage, later_start, tmp_path):
    assert manage("backup", tmp_path / "copy.sqlite3").returncode == 0
    assert stat.S_IMODE((tmp_path / "copy.sqlite3").stat().st_mode) == 0o600


def test_a_new_deployment_can_start_from_a_copy(manage, later_start, tmp_path):
    added = manage("shell", "-c", SHOP)
    assert added.returncode == 0, added.stderr
    manage("backup", tmp_path / "copy.sqlite3")
    new = tmp_path / "new"
    new.mkdir()
    (tmp_path / "copy.sqlite3").rename(new / "journeydesk.sqlite3")
    checked = manage("migrate", "--check", STATE_DIR=str(new))
    assert checked.returncode == 0, checked.stdout
    rotated = manage("rotate_credentials", STATE_DIR=str(new))
    assert rotated.stdout == "0 tokens encrypted again, 1 token with the first key already.\n"


def test_an_existing_file_is_not_overwritten(manage, later_start, tmp_path):
    (tmp_path / "copy.sqlite3").write_text("precious")
    ended = manage("backup", tmp_path / "copy.sqlite3")
    assert ended.returncode == 1
    assert "exists already" in ended.stderr
    assert (tmp_path / "copy.sqlite3").read_text() == "precious"


@pytest.mark.parametrize("place", ["nowhere/copy.sqlite3", "."])
def test_an_unwritable_place_ends_in_a_sentence(manage, later_start, tmp_path, place):
    ended = manage("backup", tmp_path / place)
    assert ended.returncode == 1
    assert ended.stderr.startswith("CommandError: ")
    assert "Traceback" not in ended.stderr


def test_a_missing_database_ends_in_a_sentence(manage, tmp_path):
    ended = manage("backup", tmp_path / "copy.sqlite3")
    assert ended.returncode == 1
    assert "nothing to back up" in ended.stderr
    assert not (tmp_path / "copy.sqlite3").exists()


def test_postgresql_is_left_to_pg_dump(manage, tmp_path):
    ended = manage("backup", tmp_path / "copy", DATABASE_URL="postgresql://me:secret@127.0.0.1:9/none")
    assert ended.returncode == 1
    assert ended.stderr.strip() == "CommandError: The database is PostgreSQL: back it up with pg_dump."
