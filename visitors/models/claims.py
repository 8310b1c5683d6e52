"""Claims: at most one process does something within a period of time."""

from datetime import UTC, datetime, timedelta

from django.db import models

from dashboard.clock import CLOCK_SKEW


class Claim(models.Model):
    """A name that no other process gets until `expires_at`."""

    name = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} until {self.expires_at:%Y-%m-%d %H:%M}"

    @classmethod
    def acquire(cls, name: str, seconds: float) -> bool:
        """Claim a name for so many seconds. Of several processes that try at once, one gets True."""
        now = datetime.now(UTC)
        expires_at = now + timedelta(seconds=seconds)
        # A claim that ends later was made by a clock that was wrong.
        latest = expires_at + CLOCK_SKEW
        is_over = models.Q(expires_at__lte=now) | models.Q(expires_at__gt=latest)
        if cls.objects.filter(is_over, name=name).update(expires_at=expires_at):
            return True
        _, is_new = cls.objects.get_or_create(name=name, defaults={"expires_at": expires_at})
        return is_new
