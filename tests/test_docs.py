"""README says what is so: every setting, every file and every command that it names."""

import ast
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


def test_every_room_that_is_drawn_exists():
    drawing = README.partition("## How it is laid out")[2].split("```")[1]
    folder = ROOT
    for line in drawing.strip().splitlines():
        indent, names = re.match(r"(\s*)((?:[\w.]+/?(?:, )?)+)", line).groups()
        for name in names.strip().split(", "):
            path = (folder if indent else ROOT) / name
            assert path.exists(), f"{line.strip()}: there is no {path.relative_to(ROOT)}"
        if not indent:
            folder = ROOT / names.split(",")[0].strip()


# Those that know everybody; nobody knows them.
ABOVE_ALL = {"__init__", "apps", "management", "migrations", "urls"}


def drawn_rooms():
    """The rooms of the application as they are drawn, from top to bottom, with those of one line together."""
    drawing = README.partition("\nvisitors/ ")[2].partition("\ntemplates/")[0].splitlines()[1:]
    lines = [re.match(r"  ((?:[\w.]+/?(?:, )?)+)", line)[1].strip().split(", ") for line in drawing]
    return [{name.rstrip("/").removesuffix(".py") for name in line} for line in lines]


def known_rooms(source):
    """The rooms that a module imports from."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "visitors":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("visitors."):
            yield node.module.split(".")[1]


def test_each_room_knows_only_those_that_are_drawn_below_it():
    lines = drawn_rooms()
    place = {room: number for number, line in enumerate(lines) for room in line}
    upward = []
    for source in (ROOT / "visitors").rglob("*.py"):
        room = source.relative_to(ROOT / "visitors").parts[0].removesuffix(".py")
        if room not in ABOVE_ALL:
            upward += [(str(source), known) for known in known_rooms(source) if place[known] < place[room]]
    assert upward == []


def test_every_path_in_the_text_exists():
    for path in re.findall(r"`((?:visitors|tests|dashboard)/[\w./]*)`", README):
        assert (ROOT / path).exists(), path
