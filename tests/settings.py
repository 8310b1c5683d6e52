"""Settings of the test run: the project's settings, read from an environment of their own.

`TEST_DATABASE_URL` runs the same tests on PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from zlib import crc32

SCRATCH = Path(tempfile.mkdtemp(prefix="journeydesk-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

os.umask(0o077)  # as manage.py does
os.environ |= {
    "ENV_FILE": "",
    "STATE_DIR": str(SCRATCH),
    "SECRET_KEY": "a-secret-of-the-test-run-only-and-long-enough-for-it",
    "CREDENTIAL_KEY": "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdC0=",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "HTTPS": "false",
    "DEBUG": "false",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{SCRATCH / 'tests.sqlite3'}",
    # A closed port: a test that calls the DataFast API starts a server for it.
    "DATAFAST_API_URL": "http://127.0.0.1:9/api/v1",
}

from dashboard.settings import *  # noqa: E402, F403
from dashboard.settings import BASE_DIR, DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because tests with several processes share it.
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "tests-run.sqlite3")}
else:
    # One name per checkout: runs in several checkouts do not collide, and the next run drops what a killed run left.
    DATABASES["default"]["TEST"] = {"NAME": f"test_journeydesk_{crc32(str(BASE_DIR).encode()):08x}"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
