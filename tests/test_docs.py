"""README says what is so: every setting, every file and every command that it names."""

import re
from pathlib import Path

import pytest

from dashboard import settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
# The Makefile reads HOST and PORT; ENV_FILE is needed before the other settings can be read.
NOT_READ_BY_SETTINGS = {"HOST", "PORT", "ENV_FILE"}


def documented_settings():
    """The names in the table of settings."""
    rows = re.findall(r"^\| (`[^|]+`) \|", README, flags=re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_is_in_the_table_and_every_row_is_a_setting():
    assert documented_settings() == settings.env.names_read() | NOT_READ_BY_SETTINGS


@pytest.mark.parametrize(("name", "default"), re.findall(r"^\| `(\w+)` \| `(\d+)` \|", README, flags=re.MULTILINE))
def test_the_defaults_in_the_table_are_those_of_the_code(name, default):
    assert getattr(settings, name) == int(default)


def test_every_command_of_make_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"make ([a-z]+)", README))
    assert named >= {"demo", "test", "serve"}
    assert named <= set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))


def test_every_path_in_the_text_exists():
    for path in re.findall(r"`((?:visitors|tests|dashboard)/[\w./]*)`", README):
        assert (ROOT / path).exists(), path
