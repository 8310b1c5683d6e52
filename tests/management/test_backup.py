"""`manage.py backup`: a whole copy of the database, made while others write, that a new deployment can begin with."""

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
def database(manage, tmp_path):
    """A deployment's database with a website in it."""
    assert manage("migrate", "--verbosity", "0").returncode == 0
    added = manage("shell", "-c", SHOP)
    assert added.returncode == 0, added.stderr
    return tmp_path / "journeydesk.sqlite3"


@pytest.fixture
def writer(database):
    """Another process that writes pairs of rows, each pair in one transaction, without a pause."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE pair (number INTEGER, which TEXT)")
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(database)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "writing\n"
    yield process
    process.kill()
    process.communicate()


def test_a_copy_is_of_one_moment_while_others_write(manage, writer, tmp_path):
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


def test_only_its_owner_reads_it(manage, database, tmp_path):
    assert manage("backup", tmp_path / "copy.sqlite3").returncode == 0
    assert stat.S_IMODE((tmp_path / "copy.sqlite3").stat().st_mode) == 0o600


def test_a_new_deployment_begins_with_it(manage, database, tmp_path):
    manage("backup", tmp_path / "copy.sqlite3")
    new = tmp_path / "new"
    new.mkdir()
    (tmp_path / "copy.sqlite3").rename(new / "journeydesk.sqlite3")
    checked = manage("migrate", "--check", STATE_DIR=str(new))
    assert checked.returncode == 0, checked.stdout
    rotated = manage("rotate_credentials", STATE_DIR=str(new))
    assert rotated.stdout == "0 tokens encrypted anew, 1 token with the first key already.\n"


def test_a_file_that_is_there_stays(manage, database, tmp_path):
    (tmp_path / "copy.sqlite3").write_text("precious")
    ended = manage("backup", tmp_path / "copy.sqlite3")
    assert ended.returncode == 1
    assert "is there already" in ended.stderr
    assert (tmp_path / "copy.sqlite3").read_text() == "precious"


@pytest.mark.parametrize("place", ["nowhere/copy.sqlite3", "."])
def test_where_nothing_can_be_written_it_says_so_in_a_sentence(manage, database, tmp_path, place):
    ended = manage("backup", tmp_path / place)
    assert ended.returncode == 1
    assert ended.stderr.startswith("CommandError: ")
    assert "Traceback" not in ended.stderr


def test_without_a_database_there_is_nothing_to_back_up(manage, tmp_path):
    ended = manage("backup", tmp_path / "copy.sqlite3")
    assert ended.returncode == 1
    assert "nothing to back up" in ended.stderr
    assert not (tmp_path / "copy.sqlite3").exists()


def test_postgresql_has_its_own_tool(manage, tmp_path):
    ended = manage("backup", tmp_path / "copy", DATABASE_URL="postgresql://nobody:secret@127.0.0.1:9/none")
    assert ended.returncode == 1
    assert ended.stderr.strip() == "CommandError: The database is PostgreSQL: back it up with pg_dump."
