"""The time of the last backup, which the command `backup` leaves as the time of a file in STATE_DIR."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings


def record_backup() -> None:
    """Record that a backup was made now. Raises OSError."""
    _file().touch(mode=0o600)


def last_backup_at() -> datetime | None:
    """Return when the last backup was made; None where there is no record of one."""
    try:
        return datetime.fromtimestamp(_file().stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def _file() -> Path:
    folder: Path = settings.STATE_DIR
    return folder / "last-backup"
