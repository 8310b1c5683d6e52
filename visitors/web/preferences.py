"""A user's preferences. The session has a copy, so that reading them costs no query."""

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.forms import model_to_dict
from django.http import HttpRequest

from visitors.models import Preferences

_FIELDS = {field.name: field for field in Preferences._meta.fields if field.name != "user"}  # noqa: SLF001 public in Django
FIELDS = tuple(_FIELDS)
# The values and labels to choose from, by field; a time zone has too many.
CHOICES = {name: list(field.choices) for name, field in _FIELDS.items() if field.choices}
_DEFAULTS: dict[str, str] = model_to_dict(Preferences(), fields=FIELDS)
_SESSION_KEY = "preferences"


def get_preferences(request: HttpRequest) -> dict[str, str]:
    """Return the user's preferences by field; the defaults without a user."""
    session = getattr(request, "session", None)
    return _DEFAULTS | session.get(_SESSION_KEY, {}) if session is not None else _DEFAULTS


def load_preferences(user: User) -> dict[str, str]:
    """Return the stored preferences of a user by field, for where there is no session. One query."""
    preferences = Preferences.objects.filter(user=user).first()
    return model_to_dict(preferences or Preferences(), fields=FIELDS)


def save_preferences(request: HttpRequest, user: User, changes: dict[str, str]) -> None:
    """Store changed preferences. Raises ValidationError for a value that is not a choice.

    The user's sessions in other browsers get them at the next sign-in.
    """
    Preferences(**changes).clean_fields(exclude=["user"])
    # Only the changes, as another request of the user may change others at the same time.
    preferences, _ = Preferences.objects.update_or_create(user=user, defaults=changes)
    _copy(request, preferences)


def preferences_of_page(request: HttpRequest) -> dict[str, object]:
    """Context processor: the user's preferences, and what there is to choose from."""
    return {"preferences": get_preferences(request), "preference_choices": CHOICES}


def _copy(request: HttpRequest, preferences: Preferences) -> None:
    request.session[_SESSION_KEY] = model_to_dict(preferences, fields=FIELDS)


@receiver(user_logged_in)
def _load(request: HttpRequest, user: User, **_: object) -> None:
    if preferences := Preferences.objects.filter(user=user).first():
        _copy(request, preferences)
