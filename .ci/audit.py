"""Looks the pinned packages up among the known vulnerabilities (PyPI's advisories, by pip-audit). Fails for a finding.

Where the advisories can't be reached it says so, and does not fail: that says nothing about the packages.
"""

import json
import subprocess
import sys
from pathlib import Path

PINS = Path(__file__).with_name("pins.txt")
PATIENCE_SECONDS = 120
COMMAND = [
    "-m",
    "pip_audit",
    "--requirement",
    PINS,
    "--no-deps",
    "--disable-pip",
    "--progress-spinner=off",
    "--format=json",
]


def audit() -> list[dict]:
    """Ask. Return what pip-audit says of each package; nothing where it could not ask."""
    try:
        asked = subprocess.run(  # noqa: S603 our own words
            [sys.executable, *COMMAND], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        return json.loads(asked.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []


def verdict(packages: list[dict]) -> tuple[list[str], bool]:
    """Return what there is to say, a line each, and whether something was found."""
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']},"
        f" fixed in {', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for package in packages
        for vulnerability in package.get("vulns", [])
    ]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return ["pip-audit: PyPI's advisories can't be reached from here, so no package was audited."], False
    if unknown:
        found.append(f"pip-audit: not audited, since PyPI does not know them: {', '.join(unknown)}.")
    return found, len(found) > bool(unknown)


if __name__ == "__main__":
    lines, is_bad = verdict(audit())
    for line in lines:
        print(line)  # noqa: T201 a script
    sys.exit(is_bad)
