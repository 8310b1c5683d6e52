"""Some tests of shared leases, budgets and erasure once more, on a real PostgreSQL, as part of `make test`.

`make test-matrix` runs all tests of the service there.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ESSENTIAL_TESTS = [
    "tests/profiles/test_single_flight.py",
    "tests/profiles/test_budget.py",
    "tests/audit/test_erasure.py",
]


@pytest.mark.postgresql
def test_shared_calls_budgets_and_erasure_work_on_postgresql(postgresql_url):
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-m",
            "not (process or matrix)",
            "-k",
            "share or takes_over or lost or erasing",
            *ESSENTIAL_TESTS,
        ],
        cwd=ROOT,
        env=os.environ | {"TEST_DATABASE_URL": postgresql_url},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
