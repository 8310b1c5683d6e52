"""Settings of the test run: the project's own, with an environment of their own.

`TEST_DATABASE_URL` and `TEST_CACHE_URL` put the same tests on PostgreSQL and Redis.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

SCRATCH = Path(tempfile.mkdtemp(prefix="journeydesk-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

os.environ |= {
    "ENV_FILE": "",
    "STATE_DIR": str(SCRATCH),
    "SECRET_KEY": "a-secret-of-the-test-run-only-and-long-enough-for-it",
    "CREDENTIAL_KEY": "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdC0=",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "HTTPS": "false",
    "DEBUG": "false",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{SCRATCH / 'tests.sqlite3'}",
    "CACHE_URL": os.environ.get("TEST_CACHE_URL", ""),
    # Nobody listens there: a test that reaches for the upstream brings its own.
    "DATAFAST_API_URL": "http://127.0.0.1:9/api/v1",
}

from dashboard.settings import *  # noqa: E402, F403
from dashboard.settings import DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, since tests of several processes share it.
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "tests-run.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
