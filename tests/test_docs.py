"""README says what is so: every setting, every file and every command that it names."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "dashboard" / "settings.py").read_text() + (ROOT / "dashboard" / "environment.py").read_text()
# Read by the Makefile, not by the settings.
OF_MAKE = {"HOST", "PORT"}


def documented_settings():
    """The names in the table of settings."""
    rows = re.findall(r"^\| (`[^|]+`) \|", README, flags=re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def read_settings():
    """The names that the settings read from the environment."""
    return set(re.findall(r'(?:\.(?:flag|text|names|number|choice)|environ\.get)\(\s*"([A-Z_]+)"', SETTINGS))


def test_every_setting_is_in_the_table_and_every_row_is_a_setting():
    assert read_settings() >= {"SECRET_KEY", "DATABASE_URL"}  # the expression above still finds them
    assert documented_settings() == read_settings() | OF_MAKE


@pytest.mark.parametrize(("name", "default"), re.findall(r"^\| `(\w+)` \| `(\d+)` \|", README, flags=re.MULTILINE))
def test_the_defaults_in_the_table_are_those_of_the_code(name, default):
    (given,) = re.findall(rf'"{name}", ([\d_ *]+),', SETTINGS)
    assert eval(given) == int(default)  # "7 * 86_400", from our own file


def test_every_command_of_make_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"make ([a-z]+)", README))
    assert named >= {"demo", "test", "serve"}
    assert named <= set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))


def test_every_path_in_the_text_exists():
    for path in re.findall(r"`((?:visitors|tests|dashboard)/[\w./]*)`", README):
        assert (ROOT / path).exists(), path
