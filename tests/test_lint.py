"""Every exception from a security rule has a reason, and a known vulnerability fails `make lint`."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# "noqa: S608", perhaps with other rules, and the text behind it.
EXCEPTION = re.compile(r"#\s*(?:noqa|nosec):?\s*((?:[A-Z]+\d+[,\s]*)+)(.*)")


@pytest.fixture(scope="module")
def verdict():
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verdict


def security_exceptions():
    """Yield the place of each line that switches a security rule off, with the text behind it."""
    for folder in ("dashboard", "visitors"):
        for path in (ROOT / folder).rglob("*.py"):
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                found = EXCEPTION.search(line)
                if found and re.search(r"\b[SB]\d{3}\b", found[1]):
                    yield f"{path.relative_to(ROOT)}:{number}", found[2]


def test_every_exception_from_a_security_rule_has_a_reason():
    exceptions = dict(security_exceptions())
    assert len(exceptions) > 10  # the expression still finds them
    assert [place for place, reason in exceptions.items() if not re.search(r"[a-z]{3}", reason)] == []


def test_a_vulnerability_fails(verdict):
    packages = [
        {"name": "good", "version": "1", "vulns": []},
        {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]},
    ]
    assert verdict(packages) == (["bad 2: PYSEC-1, fixed in 3"], True)


def test_packages_without_a_finding_print_nothing(verdict):
    assert verdict([{"name": "good", "version": "1", "vulns": []}]) == ([], False)


@pytest.mark.parametrize("packages", [[], [{"name": "good", "skip_reason": "not found on PyPI"}]])
def test_an_unreachable_index_is_reported_and_does_not_fail(verdict, packages):
    ([line], is_bad) = verdict(packages)
    assert "can't be reached" in line
    assert not is_bad


def test_an_unknown_package_is_named(verdict):
    packages = [{"name": "good", "version": "1", "vulns": []}, {"name": "own", "skip_reason": "not found on PyPI"}]
    assert verdict(packages) == (["pip-audit: not audited, since PyPI does not know them: own."], False)
