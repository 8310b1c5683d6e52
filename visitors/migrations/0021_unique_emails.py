"""Let the database keep emails unique, in upper and lower case, also where two users enter one at the same moment.

Where accounts share an email so far, the one that signed in last keeps it. The others sign in with their user names. Of
them the email stays readable, as `team@shop.example (shared, account 7)`, which no sign-in, password reset or OpenID
identity takes for an email. A system check lists these accounts.
"""

from django.conf import settings
from django.db import migrations
from django.db.models import F, Q, UniqueConstraint
from django.db.models.functions import Lower

CONSTRAINT = UniqueConstraint(Lower("email"), condition=~Q(email=""), name="one_account_per_email")


MAX_EMAIL = 220  # of the column's 254 characters


def mark_shared_emails(apps, schema_editor):
    users, taken = apps.get_model(settings.AUTH_USER_MODEL).objects, set()
    for user in users.exclude(email="").order_by("-is_active", F("last_login").desc(nulls_last=True), "pk"):
        if user.email.lower() in taken:
            users.filter(pk=user.pk).update(email=f"{user.email[:MAX_EMAIL]} (shared, account {user.pk})")
        taken.add(user.email.lower())


def add_constraint(apps, schema_editor):
    schema_editor.add_constraint(apps.get_model(settings.AUTH_USER_MODEL), CONSTRAINT)


def remove_constraint(apps, schema_editor):
    schema_editor.remove_constraint(apps.get_model(settings.AUTH_USER_MODEL), CONSTRAINT)


class Migration(migrations.Migration):
    dependencies = [
        ("visitors", "0013_audit_actions_and_claims"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunPython(mark_shared_emails, migrations.RunPython.noop),
        migrations.RunPython(add_constraint, remove_constraint),
    ]
