"""Who asks: the session of a request and the person of that session, as every request reads them.

Django's own, but for the two statements that read them: those are written out, since composing them took longer than
all else that stands before a view. `SESSION_ENGINE` names this module, `AUTHENTICATION_BACKENDS` the class for people
with a password.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from visitors import sql

_SESSION = ("session_key", "session_data", "expire_date")
_PERSON = tuple(field.name for field in User._meta.concrete_fields)  # noqa: SLF001 what Django documents


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; nothing, and no key to write it under again, where it is over or unknown."""
        which = "session_key = %(key)s AND expire_date > %(now)s"
        stored = sql.one(Session, _SESSION, which, key=self.session_key, now=timezone.now())
        if stored is None:
            self._session_key = None
            return {}
        return self.decode(stored.session_data)


class PasswordBackend(ModelBackend):
    """People who sign in with a password."""

    def get_user(self, user_id: int) -> User | None:
        """The person with this number; None where there is none, or their account was closed."""
        person = sql.one(User, _PERSON, "id = %(id)s", id=user_id)
        return person if person and self.user_can_authenticate(person) else None
