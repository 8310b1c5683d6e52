"""The documents describe what is there: every setting, command, file and link that they name."""

import re
from pathlib import Path

import pytest

from dashboard import settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n".join(path.read_text() for path in DOCUMENTS)
SETTINGS_TABLE = (ROOT / "docs" / "settings.md").read_text()
# compose.yaml reads the last two; ENV_FILE is needed before other settings can be read.
NOT_READ_BY_SETTINGS = {"ENV_FILE", "DOMAIN", "POSTGRES_PASSWORD"}


def documented_settings():
    """The names in the first column of the tables of settings."""
    rows = re.findall(r"^\| (`[^|]+`) \|", SETTINGS_TABLE, flags=re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_settings_and_their_documentation_agree():
    assert documented_settings() == settings.env.names_read() | NOT_READ_BY_SETTINGS


@pytest.mark.parametrize(
    ("name", "default"), re.findall(r"^\| `(\w+)` \| `(\d+)` \|", SETTINGS_TABLE, flags=re.MULTILINE)
)
def test_the_documented_defaults_are_those_of_the_code(name, default):
    assert getattr(settings, name) == int(default)


def test_the_example_file_names_only_settings_that_exist():
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#? ?([A-Z_]+)=", example, flags=re.MULTILINE))
    assert {"SECRET_KEY", "CREDENTIAL_KEY"} <= named <= documented_settings()


def test_every_make_target_in_the_documents_exists():
    named = set(re.findall(r"(?:`|    )make ([a-z-]+|\.env)", TEXT))
    assert named >= {"demo", "test", "serve"}
    assert named <= set(re.findall(r"^([a-z.-]+)(?: [a-z./-]+)*:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


def test_every_management_command_in_the_documents_exists():
    commands = {path.stem for path in (ROOT / "visitors" / "management" / "commands").glob("[a-z]*.py")}
    django = {"changepassword", "check", "migrate", "axes_reset", "axes_reset_username", "axes_reset_ip"}
    assert set(re.findall(r"manage\.py ([a-z_]+)", TEXT)) <= commands | django


def test_every_path_in_the_documents_exists():
    for path in re.findall(r"`((?:visitors|tests|dashboard|templates|static|docs)/[\w./]*)`", TEXT):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_resolve(document):
    for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", document.read_text()):
        path, _, fragment = target.partition("#")
        linked = (document.parent / path) if path else document
        assert linked.exists(), target
        if fragment:
            assert fragment in headings(linked), target


def headings(document):
    """The anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
